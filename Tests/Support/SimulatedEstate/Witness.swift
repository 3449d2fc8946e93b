// SPDX-License-Identifier: Apache-2.0
// Sees everything: what really happened, every step of the journal before anybody acts on it, every call that leaves, and every
// call that took effect. Holds each against the others.

import Core
import LocalAWS
import Rules

/// Keeps the facts and the fold of all steps, and says what does not fit.
struct Witness: Sendable {
  var facts = Facts()
  /// Every durable step, folded.
  private(set) var state = State.empty
  private(set) var ledger: Ledger
  private(set) var mistakes: [String] = []
  /// Every line of the journal, as the stream must have it.
  private(set) var stream = ""
  /// The bytes of the last step's lines: all that a death can keep from the stream.
  private(set) var lastLines = 0
  /// The rules that the process goes by.
  var rules: KnownRules
  /// Restarts that took effect.
  private(set) var restarts = 0

  private struct Cause: Hashable {
    var target: Target
    var change: Change
  }

  private var served: [Cause: RestartID] = [:]
  private var firstSights: [Scope: Int] = [:]
  private var callsRead = 0
  private var unresolved: [Int] = []
  private var lastSweepCall: [String: Duration] = [:]
  private let receivers: [Receiver]
  /// The records that a receiver must be told of, and that it was told of.
  private var owed: [String: Set<Int64>] = [:]
  private var told: [String: Set<Int64>] = [:]
  private(set) var messages = 0
  private var lastRecord: Int64 = 0

  init(rules: KnownRules, shortest: Patience, receivers: [Receiver]) {
    self.rules = rules
    self.receivers = receivers
    ledger = Ledger(shortest: shortest)
  }

  var allMistakes: [String] { mistakes + ledger.mistakes }

  // MARK: The process

  /// A process begins, with what it read from the journal.
  mutating func begins(with loaded: State) {
    check(loaded.known == state.known, "the journal does not say what its steps said")
    firstSights = [:]
    lastSweepCall = [:]
  }

  /// A process has ended, at this time by its clock.
  mutating func ends(at now: Duration, wall: Timestamp) {
    for (target, state) in state.targets {
      guard let lastStart = state.lastStart else { continue }
      let isRight = ledger.isRight(lastStart, of: target, by: wall, at: now)
      check(isRight, "the journal says that \(target) began at \(lastStart), and it is \(wall)")
    }
  }

  /// The clock was set while nobody looked, or a moment before a death.
  mutating func clockStepped(at now: Duration) { ledger.clockStepped(at: now) }

  /// A step has become durable, with these lines.
  mutating func saw(_ step: Step, _ lines: [String], at now: Duration, wall: Timestamp) {
    owe(step.records)
    let before = stream.utf8.count
    for line in lines { stream += line + "\n" }
    lastLines = stream.utf8.count - before
    for change in step.changes {
      if case .seen(let resource, let seen) = change { sighted(resource, seen, in: step) }
    }
    for record in step.records {
      if case .changed(let change, let targets) = record.entry { changed(change, targets, in: step) }
      if case .started = record.entry { firstSights = [:] }
      if case .rulesLoaded = record.entry { ledger.rulesChanged(to: rules) }
      if case .baseline(let scope, let count) = record.entry {
        let sights = firstSights[scope] ?? 0
        check(sights == count, "a baseline of \(count), but \(sights) first sights")
        firstSights[scope] = nil
      }
      ledger.read(record, at: now, facts)
    }
    for case .target(let target, let next?) in step.changes {
      let isNews = state.targets[target]?.open?.isUnderWay != true
      // An operator's word is stronger than any turn and any window.
      if isNews, let open = next.open, open.expeditedBy == nil, case .issuing = open.phase {
        ledger.checkTurn(of: target, rules, state)
        checkTime(of: open, at: wall)
      }
    }
    state.apply(step)
  }

  /// That its windows are open and nothing is frozen; the process's clock may be up to a second away from the machine's.
  private mutating func checkTime(of restart: Restart, at wall: Timestamp) {
    let around = [-1_000, 0, 1_000].map { wall + .milliseconds($0) }
    check(
      around.contains { rules.mayBegin(restart, at: $0) },
      "\(restart.id) of \(restart.plannedAt) begins at \(wall), outside its windows")
  }

  /// The first sight of something is its baseline, and every other version is a change that is told of in the same step.
  private mutating func sighted(_ resource: Resource, _ seen: Seen?, in step: Step) {
    let before = state.seen[resource.scope]?[resource.name]
    guard let seen else {
      return check(!rules.watch(resource), "\(resource) is forgotten though it is watched")
    }
    guard let before else {
      check(rules.watch(resource), "\(resource) is remembered though no rule watches it")
      firstSights[resource.scope, default: 0] += 1
      return
    }
    guard before.version != seen.version else { return }
    let isTold = step.records.contains { record in
      guard case .changed(let change, _) = record.entry else { return false }
      return change.resource == resource && change.from == before.version.description
        && change.to == seen.version.description
    }
    check(isTold, "\(resource) changed to \(seen.version), and no record says so")
  }

  private mutating func changed(_ change: Change, _ targets: [Target], in step: Step) {
    check(
      state.seen[change.resource.scope]?[change.resource.name]?.version.description == change.from
        && change.from != change.to, "\(change.resource) did not change from \(change.from)")
    check(
      Set(targets) == rules.targets(of: change.resource),
      "\(change.resource) leads to \(targets), and not where the rules say")
    guard let changedAt = facts.becameCurrent[change.resource]?[change.to] else {
      return mistakes.append("\(change.resource) never had the version \(change.to)")
    }
    check(change.changedAt >= changedAt, "\(change.resource) is said to have changed before it did")
  }

  // MARK: Notices

  private mutating func owe(_ records: [Record]) {
    for record in records {
      lastRecord += 1
      for receiver in receivers where record.event.map(receiver.events.contains) ?? false {
        owed[receiver.name, default: []].insert(lastRecord)
      }
    }
  }

  /// A message has come to a receiver. Whatever went wrong before, what is news to it comes in order.
  mutating func told(_ receiver: String, of records: [Int64]) {
    messages += 1
    let before = told[receiver] ?? []
    let news = records.filter { !before.contains($0) }
    check(
      news == news.sorted() && news.first ?? .max > before.max() ?? 0,
      "\(receiver) is told of \(records) after \(before.max() ?? 0)")
    check(
      records.allSatisfy { $0 <= lastRecord }, "\(receiver) is told of \(records), which nobody has recorded")
    told[receiver] = before.union(records)
  }

  // MARK: Calls

  /// A call leaves the process.
  mutating func sees(_ operation: String, region: String, parametersPerSecond: Double, at now: Duration) {
    guard operation.hasSuffix(".DescribeParameters") else { return }
    if let last = lastSweepCall[region] {
      let least = Duration.seconds(1 / parametersPerSecond) - .milliseconds(20)
      check(now - last >= least, "two DescribeParameters within \(now - last)")
    }
    lastSweepCall[region] = now
  }

  /// A call that restarts something leaves the process.
  mutating func calls(_ id: RestartID, at now: Duration) {
    guard let target = ledger.plans[id]?.target else {
      return mistakes.append("\(id) is carried out before its plan is durable")
    }
    var isIntended = false
    if let open = state.targets[target]?.open, open.id == id, case .issuing = open.phase { isIntended = true }
    check(isIntended, "\(id) is carried out before its intent is durable")
    ledger.called(id, target, rules, at: now)
  }

  /// Reads which calls have taken effect since the last time.
  mutating func read(_ log: CallLog) {
    for call in log.calls[callsRead...] where call.operation.restarts {
      unresolved.append(call.number - 1)
    }
    callsRead = log.calls.count
    for index in unresolved where log.calls[index].tookEffect { tookEffect(log.calls[index]) }
    unresolved.removeAll { log.calls[$0].tookEffect }
  }

  private mutating func tookEffect(_ call: RecordedCall) {
    guard let id = RestartID(userAgent: call.userAgent) else {
      return mistakes.append("somebody restarted something: \(call.userAgent)")
    }
    // By its token AWS knows that it has run the task already.
    if call.operation == "ecs:RunTask", ledger.hasTakenEffect(id) { return }
    tookEffect(id, at: call.time)
  }

  /// A run began that is none of AWS's: of a workflow, a program or a unit, for a restart or for somebody else. The time is by AWS's
  /// clock.
  mutating func began(_ run: String, for id: RestartID?, at time: Timestamp) {
    facts.learned(of: run, madeAt: time)
    if let id { tookEffect(id, at: time) }
  }

  private mutating func tookEffect(_ id: RestartID, at time: Timestamp) {
    guard let plan = ledger.plans[id] else {
      return mistakes.append("something was restarted without a plan: \(id)")
    }
    restarts += 1
    ledger.tookEffect(id, arrivedAt: time)
    for cause in plan.causes {
      if let other = served.updateValue(id, forKey: Cause(target: plan.target, change: cause)), other != id {
        mistakes.append("\(id) restarts \(plan.target) for \(cause.resource), as \(other) did")
      }
    }
  }

  // MARK: Quiet

  /// What an operator says who wants everything to go on.
  var orders: [Order.Action] {
    let isHeld = state.holdOfAll != nil || state.targets.values.contains { $0.heldBy != nil }
    let trials = state.trials.sorted { "\($0.key.scope) \($0.key)" < "\($1.key.scope) \($1.key)" }
    let bad = trials.filter { $0.value.quarantine != nil }.map(\.key)
    let many = trials.filter(\.value.needsApproval).map(\.key)
    return (isHeld ? [.release(.all)] : [])
      + bad.map { .release(.named($0.description, in: $0.scope.location)) }
      + many.map { .approve(.named($0.description, in: $0.scope.location)) }
  }

  /// What is still to come; nil once everything is quiet.
  func restlessness() -> String? {
    for (scope, source) in state.sources where source.failingSince != nil { return "\(scope) still fails" }
    let active = state.targets.filter { $0.value.open != nil || $0.value.waiting != nil }
    let stuck = active.filter { waitsForWhatIsGone($0.value) }.keys
    for (target, state) in active where !stuck.contains(target) {
      // Whose turn comes after one that waits for what is gone waits too.
      guard state.open?.hold == .turn, !stuck.isEmpty else { return "\(target) is still open" }
    }
    for receiver in receivers {
      if let record = owed[receiver.name]?.subtracting(told[receiver.name] ?? []).min() {
        return "\(receiver.name) was not told of record \(record)"
      }
    }
    for (target, causes) in ledger.unplanned where !causes.isEmpty && ledger.open[target] == nil {
      return "changes of \(target) are lost: \(causes)"
    }
    for (resource, version) in facts.current where rules.watch(resource) && facts.isThere(resource) {
      let seen = state.seen[resource.scope]?[resource.name]
      guard seen?.version.description == version, seen?.presence == .present else {
        return "\(resource) was not noticed: \(String(describing: seen)), and it is \(version)"
      }
    }
    for resource in facts.everAway where !facts.isThere(resource) {
      if state.seen[resource.scope]?[resource.name]?.presence == .present {
        return "nobody noticed that \(resource) is gone"
      }
    }
    return nil
  }

  private func waitsForWhatIsGone(_ state: TargetState) -> Bool {
    guard let open = state.open, open.hold == .goneCause else { return false }
    return (open.causes + (state.waiting?.causes ?? [])).contains { !facts.isThere($0.resource) }
  }

  mutating func complains(_ mistake: String) { mistakes.append(mistake) }

  private mutating func check(_ isSo: Bool, _ mistake: @autoclosure () -> String) {
    if !isSo { mistakes.append(mistake()) }
  }
}

extension RestartID {
  /// The id that a call's user agent carries.
  init?(userAgent: String) {
    guard let comment = userAgent.split(separator: " ").first(where: { $0.hasPrefix("restart/") }) else {
      return nil
    }
    self.init(String(comment.dropFirst("restart/".count)))
  }
}

extension State {
  /// What is known, whether or not an empty table was left behind.
  var known: State {
    State(
      seen: seen.filter { !$0.value.isEmpty }, targets: targets, sources: sources, trials: trials,
      holdOfAll: holdOfAll)
  }
}
