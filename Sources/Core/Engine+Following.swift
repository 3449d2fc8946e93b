// SPDX-License-Identifier: Apache-2.0
// One target's restart once it is under way: looked at until its end, which is explained where it is bad.

extension Engine {
  mutating func follow(
    _ target: Target, _ open: Restart, _ deployment: String, since: Timestamp,
    _ result: Result<Inspection, Failure>, at now: Timestamp
  ) {
    if case .success(.found(let service)) = result {
      pauseOrGoOn(target, deployment, in: service, at: now)
    }
    let patientSince = targets[target]?.open?.resumedAt ?? since
    var verdict = Verdict.underWay
    switch result {
    case .failure(let failure):
      retryLater(target, at: now)
      if now >= patientSince + open.deadline, open.hold != .pause {
        verdict = .ended(.late, reason: "its end could not be seen before the deadline: \(failure.reason)")
      }
    case .success(let inspection):
      work[target]?.failures = 0
      let round = nextRound(at: now)
      work[target]?.nextLook = round
      verdict = Verdict.over(
        deployment, in: inspection, since: patientSince, deadline: open.deadline, at: now)
    }
    guard case .ended(let outcome, var reason) = verdict else { return }
    // What a person asked for by hand has changed no value.
    if !open.causes.isEmpty, let rest = Diagnosis.aftermath(of: outcome, deployment, in: try? result.get()) {
      reason = reason.map { "\($0); \(rest)" } ?? rest
    }
    let ending = Ending(
      restart: open.id, target: target, deployment: deployment, outcome: outcome, reason: reason,
      verdict: nil, events: [], stoppedTasks: [], took: now - since)
    switch outcome {
    case .completed, .superseded:
      end(target, ending, at: now)
    case .failed, .rolledBack, .late:
      work[target]?.flight = .diagnosing(ending, (try? result.get())?.events(since: deployment) ?? [])
      effects.append(.diagnose(target, deployment: deployment))
    }
  }

  /// Says once that the deployment waits at a pause hook, and once that it goes on. Its deadline then counts anew: the wait was
  /// not its own.
  private mutating func pauseOrGoOn(
    _ target: Target, _ deployment: String, in service: ServiceSnapshot, at now: Timestamp
  ) {
    let pause = service.deployments.first { $0.id == deployment }?.shift?.pause
    if let pause {
      waits(target, .pause, reason: pause.reason(of: deployment), at: now)
    } else if var state = targets[target], let open = state.open, open.hold == .pause {
      step.add(
        .released(open.id, target, reason: "the pause hook lets deployment \(deployment) go on"), at: now)
      state.open?.hold = nil
      state.open?.resumedAt = now
      update(target, state)
    }
  }

  mutating func diagnosed(_ target: Target, _ result: Result<Evidence, Failure>, at now: Timestamp) {
    guard case .diagnosing(var ending, let events) = work[target]?.flight else { return }
    var evidence = Evidence.none
    switch result {
    case .success(let found): evidence = found
    // The outcome is what counts; why it is so may be had from the console.
    case .failure(let failure): evidence.gaps = ["its stopped tasks could not be read: \(failure.reason)"]
    }
    ending.events = events.prefix(Limits.eventsPerRecord).map(\.description)
    ending.stoppedTasks = evidence.stoppedTasks.prefix(Limits.eventsPerRecord).map(\.description)
    ending.verdict = Diagnosis.verdict(events: events, evidence: evidence)
    if !evidence.gaps.isEmpty {
      ending.reason = ([ending.reason].compactMap { $0 } + evidence.gaps).joined(separator: "; ")
    }
    end(target, ending, at: now)
  }

  private mutating func end(_ target: Target, _ ending: Ending, at now: Timestamp) {
    step.add(.ended(ending), at: now)
    learn(from: ending, of: target, at: now)
    close(target, at: now)
  }
}
