// SPDX-License-Identifier: Apache-2.0
// One target's restart up to its begin: what was found → what is done about it → what came of that.

extension Engine {
  // MARK: Found

  mutating func inspected(_ target: Target, _ result: Result<Inspection, Failure>, at now: Timestamp) {
    guard case .inspecting = work[target]?.flight else { return }
    work[target]?.flight = nil
    giveUpPlace(target)
    guard let state = targets[target] else { return }
    if let open = state.open, case .following(let deployment, let since) = open.phase {
      follow(target, open, deployment, since: since, result, at: now)
      return
    }
    guard let candidate = candidate(state, at: now) else { return }
    switch result {
    case .failure(let failure):
      let reason = failure.waiting(for: "reading the \(target.noun)")
      hold(target, candidate, failure.hold, reason: reason, at: now)
    case .success(let inspection):
      work[target]?.failures = 0
      let gone = candidate.restart.causes.lazy.map(\.resource).first { presence(of: $0) != .present }
      let decision = candidate.restart.decision(
        on: inspection, gone: gone, isUrgent: rules.isUrgent(candidate.restart.rules), at: now)
      carryOut(decision, on: target, candidate, gone: gone, at: now)
    }
  }

  /// The restart that is looked at: the open one, with what has settled since; or else what waits, as a new one.
  struct Candidate {
    var restart: Restart
    /// Its plan is not in the journal yet, or no longer as it is now.
    var needsPlan: Bool
    /// What goes on waiting once the restart is opened.
    var waiting: Settle?
    /// More changes have come since the look began, or beside a restart that is held: they are to be quiet first.
    var isSettling: Bool
  }

  mutating func candidate(_ state: TargetState, at now: Timestamp) -> Candidate? {
    guard var open = state.open else {
      guard let waiting = state.waiting else { return nil }
      let restart = Restart(id: nextRestartID(at: now), settled: waiting, at: now)
      return Candidate(restart: restart, needsPlan: true, waiting: nil, isSettling: waiting.due > now)
    }
    // After a call that may have been made, what came later must wait: that deployment may have begun before it.
    guard let waiting = state.waiting, open.intent == nil else {
      return Candidate(restart: open, needsPlan: false, waiting: state.waiting, isSettling: false)
    }
    open.absorb(waiting)
    return Candidate(restart: open, needsPlan: true, waiting: nil, isSettling: waiting.due > now)
  }

  private mutating func carryOut(
    _ decision: Decision, on target: Target, _ candidate: Candidate, gone: Resource?, at now: Timestamp
  ) {
    let id = candidate.restart.id
    switch decision {
    case .skip(let reason):
      open(target, candidate, at: now)
      step.add(.skipped(id, target, reason: reason), at: now)
      close(target, at: now)
    case .refuse(let reason, let remedy):
      open(target, candidate, at: now)
      step.add(.refused(id, target, reason: reason, remedy: remedy), at: now)
      close(target, at: now)
    case .adopt(let deployment):
      open(target, candidate, at: now)
      began(target, deployment: deployment, adopted: true, at: now)
      work[target]?.nextLook = now
    case .hold(let hold, let reason):
      self.hold(target, candidate, hold, reason: reason, at: now)
      let isGone = hold == .goneCause
      let wait = gone.flatMap { isGone ? schedule.interval(of: $0.scope.kind) : nil }
      let next = wait.map { now + $0 } ?? nextRound(at: now)
      work[target]?.nextLook = next
    case .restart where candidate.isSettling:
      work[target]?.nextLook = targets[target]?.waiting?.due
    case .restart where isInDoubt(target, candidate, at: now): break
    case .restart where isBarred(target, candidate, at: now): break
    case .restart(let intent):
      var candidate = candidate
      candidate.restart.phase = .issuing(intent)
      open(target, candidate, at: now)
      work[target, default: Work()].flight = .issuing
      work[target]?.doubtSince = nil
      effects.append(.issue(assignment(of: candidate.restart, to: target)))
    }
  }

  private func assignment(of restart: Restart, to target: Target) -> Assignment {
    Assignment(
      target: target, options: rules.options(of: target, under: restart.rules), restart: restart.id,
      rules: restart.rules, causes: restart.causes)
  }

  /// A call whose answer is lost, or whose caller died, may be carried out after the next look: it is made again only when the
  /// deployment has not been seen for a while.
  private mutating func isInDoubt(_ target: Target, _ candidate: Candidate, at now: Timestamp) -> Bool {
    guard candidate.restart.intent != nil else { return false }
    let since = work[target]?.doubtSince ?? now
    let end = since + target.lateEffect
    work[target]?.doubtSince = since
    work[target]?.nextLook = min(now + .seconds(1), end)
    return now < end
  }

  mutating func open(_ target: Target, _ candidate: Candidate, at now: Timestamp) {
    if candidate.needsPlan {
      step.add(.planned(candidate.restart.plan(of: target, reason: nil)), at: now)
    }
    var state = targets[target] ?? TargetState.unknown
    state.open = candidate.restart
    state.waiting = candidate.waiting
    update(target, state)
  }

  /// Waits, and says so once for each thing that is waited for. What has come since the plan goes on settling beside a
  /// restart that is held, so that it is planned again only when it goes on.
  private mutating func hold(
    _ target: Target, _ candidate: Candidate, _ hold: Restart.Hold, reason: String, at now: Timestamp
  ) {
    switch hold {
    case .failing, .denied: retryLater(target, at: now)
    case .rollout, .pause, .goneCause, .turn, .window, .quarantine, .approval, .operatorsWord: break
    }
    if targets[target]?.open == nil {
      // What came while the look was under way is to be quiet first; the look after that finds what there is to wait for.
      guard !candidate.isSettling else { return }
      open(target, candidate, at: now)
    }
    waits(target, hold, reason: reason, at: now)
  }

  mutating func waits(_ target: Target, _ hold: Restart.Hold, reason: String, at now: Timestamp) {
    guard var state = targets[target], let open = state.open else { return }
    work[target, default: Work()].waitsFor = reason
    guard open.hold != hold else { return }
    step.add(.held(open.id, target, reason: reason), at: now)
    state.open?.hold = hold
    update(target, state)
    // Nobody waits for what waits for something else than its turn.
    if hold != .turn { mayLiftBars = true }
  }

  // MARK: Issued

  mutating func issued(_ target: Target, _ result: Result<String, Failure>, at now: Timestamp) {
    guard case .issuing = work[target]?.flight, let open = targets[target]?.open else { return }
    work[target]?.flight = nil
    switch result {
    case .success(let deployment):
      began(target, deployment: deployment, adopted: false, at: now)
      let round = nextRound(at: now)
      work[target]?.nextLook = round
    case .failure(let failure):
      notIssued(target, open, failure, at: now)
    }
  }

  private mutating func notIssued(_ target: Target, _ open: Restart, _ failure: Failure, at now: Timestamp) {
    // The next look finds out whether it began after all; only then is it tried again.
    if failure.mayHaveTakenEffect {
      work[target]?.doubtSince = now
      let what = "\(target.restarting) failed, perhaps after it took effect: \(failure.reason)"
      waits(target, .failing, reason: "\(what); looking whether it began", at: now)
      retryLater(target, at: now)
      return
    }
    switch failure.kind {
    case .transient, .denied:
      var state = targets[target] ?? TargetState.unknown
      state.open?.phase = .planned
      update(target, state)
      waits(target, failure.hold, reason: failure.waiting(for: target.restarting), at: now)
      retryLater(target, at: now)
    case .notFound:
      step.add(.skipped(open.id, target, reason: failure.reason), at: now)
      close(target, at: now)
    case .permanent:
      let remedy = "mend that, then: rollwatch restart \(target.description.shellWord)"
      step.add(.refused(open.id, target, reason: failure.reason, remedy: remedy), at: now)
      close(target, at: now)
    }
  }

  private mutating func began(_ target: Target, deployment: String, adopted: Bool, at now: Timestamp) {
    guard var state = targets[target], let open = state.open else { return }
    if open.hold != nil {
      step.add(.released(open.id, target, reason: "what it waited for has come"), at: now)
    }
    step.add(.issued(open.id, target, deployment: deployment, adopted: adopted), at: now)
    state.open?.hold = nil
    state.open?.phase = .following(deployment: deployment, since: now)
    state.lastStart = now
    work[target, default: Work()].failures = 0
    update(target, state)
  }

  mutating func withheld(_ target: Target, at now: Timestamp) {
    guard case .issuing = work[target]?.flight else { return }
    close(target, at: now)
  }

  // MARK: Over

  mutating func close(_ target: Target, at now: Timestamp) {
    guard var state = targets[target] else { return }
    state.open = nil
    work[target] = nil
    update(target, state)
    mayLiftBars = true
    reconsider(target, at: now)
  }

  // MARK: By hand and by rule

  mutating func requested(_ target: Target, reason: String?, deadline: Duration, at now: Timestamp) {
    var state = targets[target] ?? TargetState.unknown
    guard state.open == nil else { return }
    let restart = Restart(id: nextRestartID(at: now), byHandWithin: deadline, at: now)
    step.add(.planned(restart.plan(of: target, reason: reason)), at: now)
    state.open = restart
    update(target, state)
  }

  /// Lets go what no rule in force leads to any more. What has been issued is followed to its end all the same, and what waits
  /// beside an open restart is let go after it: never are two restarts of one target on record at once.
  mutating func reconsider(_ target: Target, at now: Timestamp) {
    guard var state = targets[target] else { return }
    if let open = state.open, open.phase == .planned, !open.causes.isEmpty,
      !open.causes.contains(where: { leads(from: $0.resource, to: target) })
    {
      step.add(.skipped(open.id, target, reason: "no rule leads here any more"), at: now)
      state.open = nil
    }
    if let waiting = state.waiting {
      if let reconsidered = waiting.reconsidered(under: rules, for: target) {
        state.waiting = reconsidered
      } else if state.open == nil {
        let id = nextRestartID(at: now)
        let plan = Restart(id: id, settled: waiting, at: now).plan(of: target, reason: nil)
        step.add(.planned(plan), at: now)
        step.add(.skipped(id, target, reason: "no rule leads here any more"), at: now)
        state.waiting = nil
      }
    }
    if state != targets[target] { update(target, state) }
  }

  private func leads(from resource: Resource, to target: Target) -> Bool {
    rules.leads(from: resource.name, in: resource.scope).contains { $0.target == target }
  }

  // MARK: Pace

  /// When a rollout is looked at next. Looks fall together, so that many rollouts are read by few calls: whoever comes before
  /// the look that is planned joins it.
  mutating func nextRound(at now: Timestamp) -> Timestamp {
    if let round = lookRound, round > now, round <= now + schedule.rollouts { return round }
    let round = now + schedule.rollouts
    lookRound = round
    return round
  }

  /// Looks at once at every restart that is held for this.
  mutating func lookAgain(_ hold: Restart.Hold, at now: Timestamp) {
    for target in active where targets[target]?.open?.hold == hold { work[target]?.nextLook = now }
  }

  /// Full jitter over an exponential wait, between one second and one minute.
  mutating func retryLater(_ target: Target, at now: Timestamp) {
    let failures = work[target]?.failures ?? 0
    let longest = min(60_000, 2_000 << min(failures, 5))
    let wait = Int64.random(in: 1_000...Int64(longest), using: &random)
    work[target, default: Work()].failures = failures + 1
    work[target]?.nextLook = now + .milliseconds(wait)
  }

  private func presence(of resource: Resource) -> Seen.Presence {
    scopes[resource.scope]?.seen(resource.name)?.presence ?? .present
  }

  private static let hexadecimalDigits = Array("0123456789abcdef".utf8)

  mutating func nextRestartID(at now: Timestamp) -> RestartID {
    // Byte by byte: a thousand restarts may be planned at once.
    var name = now.description.utf8.prefix(19).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
    name += "Z-".utf8
    let number = UInt32.random(in: 0..<(1 << 24), using: &random)
    for shift in stride(from: UInt32(20), through: 0, by: -4) {
      name.append(Self.hexadecimalDigits[Int(number >> shift & 0xF)])
    }
    return RestartID(String(decoding: name, as: UTF8.self))
  }
}

extension Failure {
  fileprivate var hold: Restart.Hold {
    switch kind {
    case .transient, .notFound, .permanent: .failing
    case .denied: .denied
    }
  }

  fileprivate func waiting(for what: String) -> String { "\(what) failed: \(reason); trying again" }
}
