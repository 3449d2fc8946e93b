// SPDX-License-Identifier: Apache-2.0
// The core of rollwatch is this one value. Facts go in with the time at which they arrived; out come the records to make
// durable and the effects to carry out, in order. It has no clock, no network, no disk and no logger, so everything
// hard (debounce, cooldown, holds, recovery) is decided, and tested, without waiting for anything.
//
// This file owns the branching. What is seen is taken in by `Engine+Watching`, and what it means is in `Sighting`; what to do
// with a target is in `Preflight` and `RunPreflight`, how a deployment came out in `Verdict`; the steps of one target's
// restart are in `Engine+Restart` and `Engine+Following`, whose turn it is in `Engine+Turns`, what operators say in
// `Engine+Orders`.

/// Decides what is restarted, when and why.
public struct Engine: Sendable {
  /// Every target with something waiting, under way, or cooling down.
  public internal(set) var targets: [Target: TargetState]
  /// What is known of the versions that go through their targets now, or were found to be bad.
  public internal(set) var trials: [Resource: Trial]
  /// Set while an operator holds everything.
  public internal(set) var holdOfAll: OperatorHold?
  /// What is under way for a target right now; never outlives the process.
  var work = WorkTable()
  /// Targets with something waiting or under way, in the order in which they became so.
  var active: [Target]
  var scopes: [Scope: Sighting]
  var rules: RuleSet
  let schedule: Schedule
  var random: SeededGenerator
  var step = StepBuilder()
  var effects: [Effect] = []
  /// When each target is due; brought up to date at the end of each event.
  var agenda = Agenda()
  /// Where all restarts stand, as long as that is known to be right.
  var standing: Standing?
  /// The last look that open rollouts were given: those that come before it join it.
  var lookRound: Timestamp?
  /// True where a restart that waits for its turn, or an operator, may have got it.
  var mayLiftBars = true

  /// An engine that goes on from what the journal says. Times that lie in the future, because the clock was set back
  /// while the process was down, count as now.
  public init(state: consuming State, rules: RuleSet, schedule: Schedule, seed: UInt64, at now: Timestamp) {
    targets = state.targets.mapValues { $0.mappingTimes { min($0, now) } }
    active = state.targets.filter { $0.value.waiting != nil || $0.value.open != nil }.keys
      .sorted { ($0.description, $0.location?.region ?? "") < ($1.description, $1.location?.region ?? "") }
    scopes = [:]
    for scope in Set(state.seen.keys).union(state.sources.keys) {
      scopes[scope] = Sighting(
        seen: state.seen[scope] ?? Memory([]), source: state.sources[scope]?.mappingTimes { min($0, now) },
        nextSweep: nil)
    }
    trials = state.trials.mapValues { $0.mappingTimes { min($0, now) } }
    holdOfAll = state.holdOfAll
    self.rules = rules
    self.schedule = schedule
    random = SeededGenerator(seed: seed)
    for target in active { agenda.set(target, wakeTime(of: target)) }
  }

  /// Takes in one fact and says what to do about it. Effects are carried out in order; nothing but `append` blocks.
  public mutating func handle(_ event: Event, at now: Timestamp) -> [Effect] {
    switch event {
    case .started(let version, let pid):
      step.add(.started(version: version, pid: pid), at: now)
      enforceRules(at: now)
    case .observed(let scope, let sweep, let observations, let answeredAt):
      observed(observations, in: scope, sweep: sweep, answeredAt: answeredAt, at: now)
    case .swept(let scope, let sweep, let failure):
      swept(scope, sweep: sweep, failure, at: now)
    case .inspected(let target, let result):
      inspected(target, result, at: now)
    case .issued(let target, let result):
      issued(target, result, at: now)
    case .withheld(let target):
      withheld(target, at: now)
    case .diagnosed(let target, let result):
      diagnosed(target, result, at: now)
    case .requested(let target, let reason, let deadline):
      requested(target, reason: reason, deadline: deadline, at: now)
    case .ordered(let order, let number):
      ordered(order, number: number, at: now)
    case .rulesReloaded(let rules):
      self.rules = rules
      standing = nil
      mayLiftBars = true
      enforceRules(at: now)
    case .clockStepped(let duration):
      shiftTimes(by: duration)
    case .stopping(let reason):
      step.add(.stopped(reason: reason), at: now)
      return flush()
    case .deadlinePassed:
      break
    }
    beginWhatIsDue(at: now)
    return flush()
  }

  /// When to hand in `deadlinePassed`; nil while only facts from outside are awaited.
  public var nextDeadline: Timestamp? {
    let sweeps = scopes.values.lazy.compactMap { $0.isSweeping ? nil : $0.nextSweep }
    return [sweeps.min(), agenda.next].compactMap { $0 }.min()
  }

  // MARK: What it is doing

  /// True once every scope has been swept, whether that went well or not.
  public var hasTriedEveryScope: Bool { rules.scopes.allSatisfy { scopes[$0]?.hasBeenTried ?? false } }

  /// True where no sweep is under way or planned and no target waits for anything.
  public var isIdle: Bool {
    active.isEmpty && nextDeadline == nil && !scopes.values.contains(where: \.isSweeping)
  }

  /// True where a deployment of the target's restart is followed, or no restart of it is open any more.
  public func isUnderWayOrOver(_ target: Target) -> Bool {
    guard let open = targets[target]?.open else { return true }
    if case .following = open.phase { return true }
    return false
  }

  /// True where only somebody else, or a window, can make anything go on.
  public func isStuck(at now: Timestamp) -> Bool {
    guard hasTriedEveryScope, !active.isEmpty else { return false }
    return active.allSatisfy { target in
      guard let open = targets[target]?.open, let hold = open.hold, work[target]?.flight == nil else {
        return false
      }
      switch hold {
      case .denied, .goneCause, .window, .quarantine, .approval, .operatorsWord: return true
      // Where everything else is stuck, its turn does not come.
      case .turn: return true
      case .failing: return now >= open.plannedAt + open.deadline
      case .rollout, .pause: return false
      }
    }
  }

  /// Counts for a line of status.
  public var summary: Summary {
    var summary = Summary(
      rules: rules.rules.count, resources: scopes.values.reduce(0) { $0 + $1.count },
      failingSources: scopes.values.count { $0.source?.failingSince != nil }, waiting: 0, held: 0,
      underWay: 0)
    for target in active {
      guard let state = targets[target] else { continue }
      if state.waiting != nil { summary.waiting += 1 }
      if state.open?.hold != nil { summary.held += 1 }
      if case .following = state.open?.phase { summary.underWay += 1 }
    }
    return summary
  }

  /// How much the engine has in hand.
  public struct Summary: Hashable, Sendable {
    /// Rules in force.
    public var rules: Int
    /// Watched resources seen so far.
    public var resources: Int
    /// Sources that fail now.
    public var failingSources: Int
    /// Targets with changes that settle.
    public var waiting: Int
    /// Restarts that are held.
    public var held: Int
    /// Rollouts that are followed.
    public var underWay: Int
  }

  // MARK: Deadlines

  private mutating func beginWhatIsDue(at now: Timestamp) {
    for scope in rules.scopes {
      guard let sighting = scopes[scope], !sighting.isSweeping, let next = sighting.nextSweep, next <= now
      else {
        continue
      }
      scopes[scope]?.begin(at: now)
      let limit = scope.kind == .parameter ? Limits.parameterPrefixes : Limits.secretPrefixes
      effects.append(
        .sweep(scope, number: sighting.sweep + 1, prefixes: rules.narrowing(of: scope, atMost: limit)))
    }
    beginLooks(at: now)
  }

  /// When the target is to be looked at next; nil while a look is under way, or only an event can bring one.
  func wakeTime(of target: Target) -> Timestamp? { wakeTime(of: target, work[target]) }

  /// The same with this work in hand.
  func wakeTime(of target: Target, _ work: Work?) -> Timestamp? {
    guard let state = targets[target], state.open != nil || state.waiting != nil else { return nil }
    guard work?.flight == nil else { return nil }
    if let bar = work?.bar { return bar.until }
    let nextLook = work?.nextLook ?? Timestamp(milliseconds: .min)
    if state.open != nil { return nextLook }
    guard let waiting = state.waiting else { return nil }
    let isCooling = state.lastStart != nil && !rules.isUrgent(waiting.rules)
    let cooled = isCooling ? state.lastStart.map { $0 + waiting.patience.cooldown } : nil
    return max(waiting.due, cooled ?? waiting.due, nextLook)
  }

  // MARK: The clock

  /// The journal's times move along: what it says must be right by the clock that the next life starts with.
  private mutating func shiftTimes(by duration: Duration) {
    targets = targets.mapValues { $0.mappingTimes { $0 + duration } }
    for target in targets.keys { step.changed(target) }
    for (resource, trial) in trials { setTrial(trial.mappingTimes { $0 + duration }, of: resource) }
    lookRound = nil
    work.change { work in
      work.nextLook = work.nextLook.map { $0 + duration }
      work.doubtSince = work.doubtSince.map { $0 + duration }
      work.bar = nil
    }
    scopes = scopes.mapValues { sighting in
      var shifted = sighting
      shifted.nextSweep = sighting.nextSweep.map { $0 + duration }
      shifted.sweepStartedAt = sighting.sweepStartedAt.map { $0 + duration }
      shifted.source = sighting.source?.mappingTimes { $0 + duration }
      return shifted
    }
    for (scope, sighting) in scopes where sighting.source?.failingSince != nil {
      step.changed(scope, sighting.source)
    }
  }

  // MARK: The step under way

  private mutating func flush() -> [Effect] {
    let durable = step.finish(targets, trials)
    defer { effects = [] }
    return durable.isEmpty ? effects : [.append(durable)] + effects
  }

  /// Sets a target's state, remembers to make it durable, and keeps `active` in line with it.
  mutating func update(_ target: Target, _ state: TargetState) {
    let isActive = state.waiting != nil || state.open != nil
    let before =
      state.isEmpty ? targets.removeValue(forKey: target) : targets.updateValue(state, forKey: target)
    let was = before.map { $0.waiting != nil || $0.open != nil } ?? false
    step.changed(target)
    if isActive, !was { active.append(target) }
    if !isActive, was { active.removeAll { $0 == target } }
    if !isActive { work[target] = nil }
    standing = nil
  }
}
