// SPDX-License-Identifier: Apache-2.0
// What the records must add up to: no change forgotten, one restart of a target at a time, each at its due time and each with
// an end that is true.

import Core

/// Reads records in order and says what is wrong with them.
struct Ledger: Sendable {
  struct Open: Sendable {
    var id: RestartID
    var plan: Plan
    var isHeld = false
    var deployment: String?
    var isAdopted = false
    /// When its changes have settled, on the steady clock.
    var due: Duration
  }

  private struct Cause: Hashable {
    var target: Target
    var resource: Resource
    var to: String
  }

  private(set) var open: [Target: Open] = [:]
  /// The causes of every restart, as last planned.
  private(set) var plans: [RestartID: Plan] = [:]
  /// Changes that no plan of the target has taken up yet, by the version they led to.
  private(set) var unplanned: [Target: [Resource: String]] = [:]
  /// The newest version of each resource, as last recorded.
  private var newest: [Resource: String] = [:]
  /// How many targets the newest version of a resource has, and how many of them have completed.
  private var trials: [Resource: (targets: Int, completed: Int)] = [:]
  /// Versions in quarantine.
  private(set) var quarantined: [Resource: String] = [:]
  private(set) var mistakes: [String] = []
  private(set) var counts: [String: Int] = [:]
  /// When each target's last restart began, on the steady clock.
  private(set) var starts: [Target: Duration] = [:]
  private var closed: Set<RestartID> = []
  private var recorded: Set<Cause> = []
  /// When changes of the target were seen first and last since its last plan, on the steady clock.
  private var settling: [Target: (first: Duration, last: Duration)] = [:]
  /// When the wall clock was set in a way that the process may not have noticed, on the steady clock.
  private var blindSteps: [Duration] = []
  /// When the call of each restart that took effect arrived, by AWS's clock.
  private var calls: [RestartID: Timestamp] = [:]
  private let shortest: Patience

  /// The process reckons in whole milliseconds.
  private static let grain = Duration.milliseconds(2)

  init(shortest: Patience) { self.shortest = shortest }

  /// The clock was set while nobody looked, or a moment before a death.
  mutating func clockStepped(at now: Duration) { blindSteps.append(now) }

  /// Other rules are in force: of what nobody watches any more no version is on trial.
  mutating func rulesChanged(to rules: KnownRules) { trials = trials.filter { rules.watch($0.key) } }

  mutating func read(_ record: Record, at now: Duration, _ facts: Facts) {
    counts[record.kind, default: 0] += 1
    switch record.entry {
    case .started, .stopped, .rulesLoaded, .baseline, .returned, .sourceFailing, .sourceRecovered, .ordered:
      break
    case .quarantined(let resource, let version, let id, let target):
      check(open[target]?.id == id || plans[id]?.target == target, "\(id) is no restart of \(target)")
      check(quarantined.updateValue(version, forKey: resource) == nil, "\(resource) is in quarantine twice")
    case .unquarantined(let resource, let version, let reason):
      check(!reason.isEmpty, "\(resource) leaves its quarantine for no reason")
      check(quarantined.removeValue(forKey: resource) == version, "\(resource) is not in quarantine")
    case .disappeared(let resource):
      check(facts.everAway.contains(resource), "\(resource) never disappeared")
    case .changed(let change, let targets): changed(change, targets, at: now)
    case .planned(let plan): planned(plan, at: now)
    case .held(let id, let target, let reason):
      check(open[target]?.id == id, "\(id) is held but not open")
      check(!reason.isEmpty, "\(id) is held for no reason")
      open[target]?.isHeld = true
    case .released(let id, let target, _):
      check(open[target]?.id == id && open[target]?.isHeld == true, "\(id) is released but not held")
      open[target]?.isHeld = false
    case .issued(let id, let target, let deployment, let adopted):
      issued(id, target, deployment, adopted: adopted, at: now)
    case .refused(let id, let target, let reason, let remedy):
      check(!reason.isEmpty && remedy != nil, "\(id) is refused without a reason and a remedy")
      // Nobody else can tell what became of a program than the process that has started it.
      var isForgotten = false
      if case .command = target { isForgotten = reason.hasSuffix("is not known") }
      check(
        isForgotten || facts.mayBeUnfit(target, at: now), "\(id) is refused, but \(target) could be restarted"
      )
      close(id, target)
    case .skipped(let id, let target, let reason):
      let isUnwanted = reason.hasPrefix("no rule")
      check(isUnwanted || facts.mayBeUnfit(target, at: now), "\(id) is skipped, but \(target) needs it")
      close(id, target)
    case .ended(let ending): ended(ending, facts)
    }
  }

  private mutating func changed(_ change: Change, _ targets: [Target], at now: Duration) {
    newest[change.resource] = change.to
    trials[change.resource] = (targets.count, 0)
    for target in targets {
      unplanned[target, default: [:]][change.resource] = change.to
      recorded.insert(Cause(target: target, resource: change.resource, to: change.to))
      settling[target] = (settling[target]?.first ?? now, now)
    }
  }

  private mutating func planned(_ plan: Plan, at now: Duration) {
    let target = plan.target
    check(!closed.contains(plan.restart), "\(plan.restart) is planned after its end")
    check(!plan.causes.isEmpty && plan.omittedCauses == 0, "\(plan.restart) lacks causes")
    check(Set(plan.causes.map(\.resource)).count == plan.causes.count, "\(plan.restart) names a cause twice")
    for cause in plan.causes {
      check(
        recorded.contains(Cause(target: target, resource: cause.resource, to: cause.to)),
        "\(plan.restart): \(cause.resource) never changed to \(cause.to)")
      if unplanned[target]?[cause.resource] == cause.to { unplanned[target]?[cause.resource] = nil }
    }
    if let before = open[target] {
      check(before.id == plan.restart, "\(plan.restart) is planned while \(before.id) is open")
      check(before.deployment == nil, "\(plan.restart) is planned after its call")
    }
    let settled = settling[target].map { min($0.last + shortest.quiet, $0.first + shortest.limit) }
    open[target] = Open(
      id: plan.restart, plan: plan, isHeld: open[target]?.isHeld ?? false,
      due: max(settled ?? .zero, open[target]?.due ?? .zero))
    plans[plan.restart] = plan
    settling[target] = nil
  }

  /// The call for a restart is about to leave.
  mutating func called(_ id: RestartID, _ target: Target, _ rules: KnownRules, at now: Duration) {
    check(open[target]?.id == id, "\(id) is carried out but not open")
    check(open[target]?.deployment == nil, "\(id) is carried out though a deployment is under way")
    if let open = open[target], blindSteps.isEmpty {
      check(now >= open.due - Self.grain, "\(id) is carried out before its changes have settled")
    }
    if let last = starts[target], !rules.isUrgent(open[target]?.plan.rules ?? []),
      blindSteps.allSatisfy({ $0 < last })
    {
      // The process reckons in whole milliseconds.
      check(
        now - last >= shortest.cooldown - .milliseconds(2),
        "\(id) is carried out \(now - last) after the one before")
    }
  }

  /// That it is this restart's turn: no operator holds it, nothing bad is known of its causes, not too many are under way, and what
  /// goes first has completed.
  mutating func checkTurn(of target: Target, _ rules: KnownRules, _ state: State) {
    guard let plan = open[target]?.plan, let id = open[target]?.id else { return }
    check(
      state.holdOfAll == nil && state.targets[target]?.heldBy == nil,
      "\(id) begins though an operator holds it")
    let others = open.values.filter { $0.id != id && state.targets[$0.plan.target]?.open?.isUnderWay == true }
    let most = rules.set.policy.concurrent
    check(others.count < most, "\(id) begins while \(others.count) are under way, and \(most) may be at once")
    let canary = rules.isUrgent(plan.rules) ? 0 : rules.canary(of: plan.rules)
    for cause in plan.causes where newest[cause.resource] == cause.to {
      check(
        quarantined[cause.resource] != cause.to, "\(id) begins for \(cause.resource), which is in quarantine")
      guard let version = trials[cause.resource], version.targets > 1, canary > 0 else { continue }
      let underWay = others.count {
        $0.plan.causes.contains { $0.resource == cause.resource && $0.to == cause.to }
      }
      check(
        version.completed >= canary || version.completed + underWay < canary,
        "\(id) begins for \(cause.resource) before \(canary) have completed")
    }
  }

  /// True where a call for the restart has taken effect.
  func hasTakenEffect(_ id: RestartID) -> Bool { calls[id] != nil }

  /// The call for a restart has taken effect.
  mutating func tookEffect(_ id: RestartID, arrivedAt time: Timestamp) {
    check(calls.updateValue(time, forKey: id) == nil, "\(id) is carried out twice")
  }

  private mutating func issued(
    _ id: RestartID, _ target: Target, _ deployment: String, adopted: Bool, at now: Duration
  ) {
    check(open[target]?.id == id, "\(id) is issued but not open")
    check(open[target]?.deployment == nil, "\(id) is issued twice")
    check(open[target]?.isHeld == false, "\(id) is issued while held")
    starts[target] = now
    counts[target.noun, default: 0] += 1
    open[target]?.deployment = deployment
    open[target]?.isAdopted = adopted
  }

  /// The promise itself: the deployment that a restart ends with began after every one of its causes.
  private mutating func ended(_ ending: Ending, _ facts: Facts) {
    let restart = open[ending.target]
    check(restart?.deployment == ending.deployment, "\(ending.restart) ends with another deployment")
    check((ending.reason == nil) == (ending.outcome == .completed), "\(ending.restart) ends for no reason")
    if ending.outcome == .completed {
      for cause in restart?.plan.causes ?? [] where newest[cause.resource] == cause.to {
        trials[cause.resource]?.completed += 1
      }
    }
    // Somebody else's may have come and gone unseen; a task is always our own.
    var isOwn = restart?.isAdopted == false
    if case .task = ending.target { isOwn = true }
    let called = isOwn ? calls[ending.restart] : nil
    guard let began = facts.deployments[ending.deployment] ?? called else {
      check(restart?.isAdopted == true, "\(ending.restart): nobody knows \(ending.deployment)")
      return close(ending.restart, ending.target)
    }
    for cause in restart?.plan.causes ?? [] {
      let changedAt = facts.becameCurrent[cause.resource]?[cause.to]
      check(
        changedAt.map { began >= $0 } ?? false,
        "\(ending.restart): \(ending.deployment) of \(began) is older than \(cause.resource) \(cause.to)")
    }
    counts["\(ending.outcome)", default: 0] += 1
    close(ending.restart, ending.target)
  }

  /// What the journal says of when a target's last restart began must be right by the clock of the next life.
  func isRight(_ lastStart: Timestamp, of target: Target, by wall: Timestamp, at now: Duration) -> Bool {
    guard let start = starts[target], blindSteps.allSatisfy({ $0 < start }) else { return true }
    let difference = (wall - lastStart) - (now - start)
    return difference < .seconds(3) && difference > .seconds(-3)
  }

  private mutating func close(_ id: RestartID, _ target: Target) {
    check(open[target]?.id == id, "\(id) ends but is not open")
    check(closed.insert(id).inserted, "\(id) ends twice")
    open[target] = nil
  }

  private mutating func check(_ isSo: Bool, _ mistake: @autoclosure () -> String) {
    if !isSo { mistakes.append(mistake()) }
  }
}

extension Restart {
  /// A call for it may have been made.
  var isUnderWay: Bool { if case .planned = phase { false } else { true } }
}
