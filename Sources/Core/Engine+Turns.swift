// SPDX-License-Identifier: Apache-2.0
// Whose turn it is. Before a target is looked at for the first step of its restart, everything is weighed that has nothing to do
// with the target itself: operators, quarantine, windows, the others. What is barred for one of these is planned and held, and
// no call is made for it until its turn comes.

extension Engine {
  // MARK: Looks

  /// Begins every look that is due, unless something bars it.
  mutating func beginLooks(at now: Timestamp) {
    updateAgenda()
    while true {
      let isLifting = mayLiftBars
      mayLiftBars = false
      guard isLifting || agenda.next.map({ $0 <= now }) ?? false else { return }
      let concerned = queue.filter { target in
        agenda.isDue(target, at: now) || (isLifting && work[target]?.bar != nil)
      }
      if isLifting { forgetTrialsThatAreOver(at: now) }
      guard !concerned.isEmpty else { return }
      // One standing for all of them: what is held now stood in its line before.
      var standing = currentStanding(at: now)
      for target in concerned { considerLook(at: target, &standing, now) }
      self.standing = nil
      updateAgenda()
      // What was held just now may be passed over, and another one's turn has come.
    }
  }

  private mutating func updateAgenda() {
    let touched = work.takeTouched()
    for target in touched { agenda.set(target, wakeTime(of: target)) }
    for target in step.targets where !touched.contains(target) { agenda.set(target, wakeTime(of: target)) }
    agenda.settle()
  }

  /// All that is in hand, urgent restarts first.
  private var queue: [Target] {
    guard rules.isAnyUrgent else { return active }
    let urgent = Set(active.filter { target in targets[target].map { rules.isUrgent($0.rules) } ?? false })
    return active.filter(urgent.contains) + active.filter { !urgent.contains($0) }
  }

  private mutating func considerLook(at target: Target, _ standing: inout Standing, _ now: Timestamp) {
    var own = work[target] ?? Work()
    // It goes on waiting for its turn, whatever else there may be to wait for.
    if standing.isFull, let bar = own.bar, bar.hold == .turn, bar.until == nil { return }
    guard let state = targets[target], own.flight == nil else { return }
    let before = own.bar
    own.bar = state.isBusy ? nil : bar(to: target, state, standing, at: now)
    // A bar that is over already would be looked at again and again.
    if let until = own.bar?.until { own.bar?.until = max(until, now + .seconds(1)) }
    defer { work[target] = own }
    if let bar = own.bar { return hold(target, state, bar, after: before, at: now) }
    // Barred for something that is over, and not due yet for another reason.
    if before != nil, let wake = wakeTime(of: target, own), wake > now { return }
    if !state.isBusy, state.isPaced {
      standing.reserve(state.rules)
      own.isReserving = true
    }
    own.flight = .inspecting
    effects.append(.inspect(look(at: target, state.open)))
  }

  private func look(at target: Target, _ open: Restart?) -> Look {
    var look = Look(target: target, restart: open?.id, plannedAt: open?.plannedAt, deployment: nil)
    if case .following(let deployment, _) = open?.phase { look.deployment = deployment }
    return look
  }

  /// The look under way is over: what comes of it keeps a place by itself, or needs none.
  mutating func giveUpPlace(_ target: Target) {
    guard work[target]?.isReserving == true else { return }
    work[target]?.isReserving = false
    standing = nil
    mayLiftBars = true
  }

  /// Plans what is barred, unless it is planned already, and says once for what it waits.
  private mutating func hold(
    _ target: Target, _ state: TargetState, _ bar: Bar, after before: Bar?, at now: Timestamp
  ) {
    if let open = state.open, open.hold == bar.hold {
      // The window has moved, or a freeze follows it: what the record says of its end is true no longer.
      if bar.hold == .window, let before, before.hold == .window, before.reason != bar.reason {
        step.add(.held(open.id, target, reason: bar.reason), at: now)
      }
      return
    }
    var state = state
    if state.open == nil {
      guard let candidate = candidate(state, at: now), !candidate.isSettling else { return }
      step.add(.planned(candidate.restart.plan(of: target, reason: nil)), at: now)
      state.open = candidate.restart
      state.waiting = candidate.waiting
    }
    if let id = state.open?.id { step.add(.held(id, target, reason: bar.reason), at: now) }
    state.open?.hold = bar.hold
    work[target]?.waitsFor = nil
    update(target, state)
    // Nobody waits for what waits for something else than its turn.
    if bar.hold != .turn { mayLiftBars = true }
  }

  /// The look has shown that nothing about the target is in the way; while it went on, its turn may have passed.
  mutating func isBarred(_ target: Target, _ candidate: Candidate, at now: Timestamp) -> Bool {
    // A call that may have been made is made again, if it was not, whatever else there is: it has had its turn.
    guard candidate.restart.intent == nil, let state = targets[target],
      let bar = bar(to: target, state, currentStanding(at: now), at: now)
    else { return false }
    hold(target, state, bar, after: nil, at: now)
    work[target, default: Work()].bar = bar
    return true
  }

  // MARK: Bars

  private func bar(to target: Target, _ state: TargetState, _ standing: Standing, at now: Timestamp) -> Bar? {
    if let hold = state.heldBy ?? holdOfAll { return Bar(hold) }
    guard state.isPaced else { return nil }
    let isUrgent = rules.isUrgent(state.rules)
    return badVersion(state) ?? (isUrgent ? nil : closedWindow(state, at: now))
      ?? standing.bar(to: stand(target, state, at: now), isUrgent: isUrgent, at: now)
  }

  private func badVersion(_ state: TargetState) -> Bar? {
    guard !trials.isEmpty else { return nil }
    for cause in state.pendingCauses {
      guard let trial = trials[cause.resource], trial.version == cause.to else { continue }
      if let quarantine = trial.quarantine {
        return Bar(
          hold: .quarantine,
          reason:
            "restart \(quarantine.restart) of \(quarantine.target) came to a bad end with this version of "
            + "\(cause.resource); waits for another version, or for rollwatch release",
          until: nil)
      }
      if trial.needsApproval {
        return Bar(
          hold: .approval,
          reason:
            "\(cause.resource) would restart \(trial.targets) targets, more than \(rules.policy.targetsPerChange); "
            + "waits for rollwatch approve \(cause.resource)",
          until: nil)
      }
    }
    return nil
  }

  private func closedWindow(_ state: TargetState, at now: Timestamp) -> Bar? {
    guard let closure = rules.timetable(of: state.rules).closed(at: now) else { return nil }
    let overdue = rules.overdue(of: state.rules).map { (state.open?.plannedAt ?? now) + $0 }
    if let overdue, overdue <= now { return nil }
    let reason = overdue.map { "\(closure.reason), at most until \($0)" } ?? closure.reason
    return Bar(hold: .window, reason: reason, until: [closure.until, overdue].compactMap { $0 }.min())
  }

  // MARK: Standing

  private mutating func currentStanding(at now: Timestamp) -> Standing {
    if let standing { return standing }
    var fresh = Standing(rules: rules, trials: trials)
    for target in active {
      guard let state = targets[target] else { continue }
      fresh.add(stand(target, state, at: now))
    }
    standing = fresh
    return fresh
  }

  private func stand(_ target: Target, _ state: TargetState, at now: Timestamp) -> Stand {
    let isBusy = state.isBusy || work[target]?.isReserving == true
    return Stand(
      place: rules.place(of: target, under: state.rules, position: state.position),
      rules: state.rules,
      pending: state.pendingCauses, underWay: state.isBusy ? state.open?.causes ?? [] : [], isBusy: isBusy,
      isPassedOver: state.heldBy != nil || state.waitsForItsTarget || badVersion(state) != nil
        || closedWindow(state, at: now) != nil)
  }

  // MARK: Trials

  /// A new version: what was known of the one before says nothing about it.
  mutating func beginTrial(of change: Change, targets count: Int, at now: Timestamp) {
    let before = trials[change.resource]
    if let before, before.quarantine != nil {
      let reason = "version \(change.to) has come"
      step.add(.unquarantined(change.resource, version: before.version, reason: reason), at: now)
    }
    guard before != nil || count > 1 else { return }
    let trial = Trial(
      version: change.to, targets: count, needsApproval: count > rules.policy.targetsPerChange)
    setTrial(count > 1 ? trial : nil, of: change.resource)
  }

  mutating func setTrial(_ trial: Trial?, of resource: Resource) {
    guard trials[resource] != trial else { return }
    trials[resource] = trial
    step.changedTrial(of: resource)
    standing = nil
    mayLiftBars = true
  }

  /// What the end of a restart says about the versions that caused it.
  mutating func learn(from ending: Ending, of target: Target, at now: Timestamp) {
    guard var state = targets[target], let open = state.open else { return }
    switch ending.outcome {
    case .completed:
      state.failed = nil
      for cause in open.causes { completed(cause, by: open, at: now) }
    case .failed, .rolledBack, .late:
      state.failed = open
      for cause in open.causes { quarantine(cause, for: open, of: target, at: now) }
    case .superseded: break
    }
    update(target, state)
  }

  private mutating func completed(_ cause: Change, by restart: Restart, at now: Timestamp) {
    guard var trial = trials[cause.resource], trial.version == cause.to else { return }
    if let quarantine = trial.quarantine, quarantine.restart == restart.retryOf {
      trial.quarantine = nil
      let reason = "its restart completed when it was made again"
      step.add(.unquarantined(cause.resource, version: trial.version, reason: reason), at: now)
    }
    if trial.completions.count < rules.widestCanary { trial.completions.append(now) }
    setTrial(trial, of: cause.resource)
  }

  private mutating func quarantine(
    _ cause: Change, for restart: Restart, of target: Target, at now: Timestamp
  ) {
    let current = scopes[cause.resource.scope]?.seen(cause.resource.name)?.version.description
    // A newer version has come meanwhile, or the resource is watched no longer.
    guard current == cause.to else { return }
    var trial = trials[cause.resource] ?? Trial(version: cause.to, targets: 1, needsApproval: false)
    guard trial.version == cause.to, trial.quarantine == nil else { return }
    trial.quarantine = Trial.Quarantine(restart: restart.id, target: target, since: now)
    step.add(.quarantined(cause.resource, version: cause.to, restart.id, target), at: now)
    setTrial(trial, of: cause.resource)
  }

  private mutating func forgetTrialsThatAreOver(at now: Timestamp) {
    guard !trials.isEmpty else { return }
    let standing = currentStanding(at: now)
    for (resource, trial) in trials where trial.quarantine == nil && standing.isOver(resource) {
      // Where nobody stands for it, nobody's standing changes.
      trials[resource] = nil
      step.changedTrial(of: resource)
    }
  }
}

extension Bar {
  fileprivate init(_ hold: OperatorHold) {
    let reason = hold.reason.map { ": \($0)" } ?? ""
    self.init(
      hold: .operatorsWord,
      reason: "\(hold.actor) holds it since \(hold.since)\(reason); waits for rollwatch release",
      until: nil)
  }
}

extension TargetState {
  /// True where a call may have been made, or a deployment is followed.
  var isBusy: Bool {
    switch open?.phase {
    case .issuing, .following: true
    case .planned, nil: false
    }
  }

  /// False where a person has asked for the restart, or has let it pass.
  fileprivate var isPaced: Bool {
    guard let open else { return true }
    return open.expeditedBy == nil && !(open.causes.isEmpty && open.newestChange == nil)
  }

  /// The rules that lead here.
  var rules: [String] {
    guard let open else { return waiting?.rules ?? [] }
    guard let waiting, waiting.rules != open.rules else { return open.rules }
    return Set(open.rules).union(waiting.rules).sorted()
  }

  /// Which of its first rule's targets it is.
  fileprivate var position: Int { min(open?.position ?? .max, waiting?.position ?? .max) }

  /// The causes of what has not begun. Of those that came twice the first is of a version that is no longer the newest.
  fileprivate var pendingCauses: [Change] {
    guard let open, !isBusy else { return waiting?.causes ?? [] }
    return waiting.map { open.causes + $0.causes } ?? open.causes
  }

  /// It is held for something about its target.
  fileprivate var waitsForItsTarget: Bool {
    switch open?.hold {
    case .rollout, .pause, .goneCause, .failing, .denied: true
    case .turn, .window, .quarantine, .approval, .operatorsWord, nil: false
    }
  }
}
