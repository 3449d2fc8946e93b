// SPDX-License-Identifier: Apache-2.0
// Following a deployment to its end. The question is never whether the service is stable: a service is stable after a
// rollback too. The question is what became of the one deployment whose id we hold.

/// What became of the deployment that is followed.
enum Verdict: Hashable, Sendable {
  /// Not at its end.
  case underWay
  /// At its end; the reason is there for every outcome but `completed`.
  case ended(Outcome, reason: String?)

  /// The verdict over deployment `id`, followed since `since`.
  static func over(
    _ id: String, in inspection: Inspection, since: Timestamp, deadline: Duration, at now: Timestamp
  ) -> Verdict {
    if case .runs(let runs) = inspection {
      return over(id, in: runs, since: since, deadline: deadline, at: now)
    }
    guard case .found(let service) = inspection, service.status != .inactive else {
      return .ended(.failed, reason: "the service was deleted during the rollout")
    }
    if let runs = service.codeDeploy {
      return over(id, in: runs, since: since, deadline: deadline, at: now)
    }
    let mine = service.deployments.first { $0.id == id }
    let verdict = verdict(over: id, mine, in: service)
    let deadline = deadline + (mine?.shift?.bakeTime ?? .zero)
    // ECS itself ends a pause, which may be a day and is nobody's fault.
    guard verdict == .underWay, mine?.shift?.pause == nil, now >= since + deadline else { return verdict }
    let running = mine.map { "\($0.runningCount) of \($0.desiredCount) tasks run, \($0.failedTasks) failed" }
    return .ended(
      .late,
      reason:
        "not at its end after \(deadline.milliseconds / 1_000) s: \(running ?? "no tasks are reported"); "
        + "it is not restarted again for this change: look at the service's events and its stopped tasks")
  }

  private static func verdict(over id: String, _ mine: Deployment?, in service: ServiceSnapshot) -> Verdict {
    if let mine, let shift = mine.shift { return verdict(over: mine, shift, in: service) }
    guard let mine, mine.isPrimary else { return replaced(mine, by: service.primary) }
    switch mine.state {
    case .completed: return .ended(.completed, reason: nil)
    // With rollback on, the circuit breaker's own deployment is about to take its place.
    case .failed where service.rollsBack: return .underWay
    case .failed:
      return .ended(.failed, reason: because("ECS gave the deployment up", mine.stateReason))
    case .inProgress: return .underWay
    // Rollouts that ECS does not report on: alone, and with all its tasks up.
    case nil:
      let isAlone = service.deployments.count == 1
      let isUp = mine.runningCount >= mine.desiredCount && mine.pendingCount == 0
      return isAlone && isUp ? .ended(.completed, reason: nil) : .underWay
    }
  }

  private static func verdict(
    over mine: Deployment, _ shift: TrafficShift, in service: ServiceSnapshot
  ) -> Verdict {
    switch shift.status {
    case .pending, .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress: return .underWay
    case .successful: return .ended(.completed, reason: nil)
    case .stopped where !mine.isPrimary: return replaced(nil, by: service.primary)
    case .stopped:
      return .ended(.failed, reason: because("the service deployment was stopped", mine.stateReason))
    case .rollbackSuccessful:
      return .ended(
        .rolledBack, reason: because("ECS gave the traffic back to the old tasks", mine.stateReason))
    case .rollbackFailed:
      return .ended(.failed, reason: because("ECS could not roll the deployment back", mine.stateReason))
    }
  }

  private static func replaced(_ mine: Deployment?, by primary: Deployment?) -> Verdict {
    guard let primary else { return .underWay }
    if primary.shift == nil, primary.isRollback || mine?.state == .failed {
      return .ended(
        .rolledBack,
        reason: because(
          "ECS rolled back to deployment \(primary.id); its tasks read the same new values",
          mine?.stateReason ?? primary.stateReason))
    }
    return .ended(
      .superseded, reason: "deployment \(primary.id), made at \(primary.createdAt), took its place")
  }

  private static func because(_ what: String, _ why: String?) -> String {
    why.map { "\(what): \($0)" } ?? what
  }
}
