// SPDX-License-Identifier: Apache-2.0
// Just before acting: what was found, weighed against why the restart is wanted. Pure, and always with a reason.
//
// Two of the comparisons carry the promise that nothing restarts twice. A PRIMARY deployment made after the newest
// change already reads the new values, whoever made it; both times are AWS's, so our own clock does not matter. And a
// PRIMARY deployment other than the one seen just before our last call began after that call, so it is as good as ours:
// this holds even where AWS gives whole seconds only, and after a crash between the call and its answer.

/// What to do with a restart, and why.
enum Decision: Hashable, Sendable {
  /// Not needed.
  case skip(reason: String)
  /// Not possible until somebody changes something.
  case refuse(reason: String, remedy: String)
  /// Already under way.
  case adopt(deployment: String)
  /// Not yet.
  case hold(Restart.Hold, reason: String)
  /// Now.
  case restart(Restart.Intent)
}

extension Restart {
  /// Weighs what was found. `gone` is the first cause that tasks could not read, if there is one.
  func decision(
    on inspection: Inspection, gone: Resource?, isUrgent: Bool, at now: Timestamp
  ) -> Decision {
    let service: ServiceSnapshot
    switch inspection {
    case .missing: return .skip(reason: "the service does not exist")
    case .found(let found): service = found
    case .runs(let runs): return decision(on: runs, gone: gone, isUrgent: isUrgent, at: now)
    }
    switch service.status {
    case .active: break
    case .draining: return .skip(reason: "the service is DRAINING: it is being deleted")
    case .inactive: return .skip(reason: "the service is INACTIVE: it was deleted")
    }
    if service.desiredCount == 0 {
      return .skip(reason: "the desired count is 0: the next tasks read the new value when they start")
    }
    if let runs = service.codeDeploy { return decision(on: runs, gone: gone, isUrgent: isUrgent, at: now) }
    if let deployment = adoptable(service.primary) { return .adopt(deployment: deployment.id) }
    if let refusal = refusal(of: service) { return refusal }
    if !isUrgent, let primary = service.primary,
      mustWait(for: primary, until: latestWait(for: primary), at: now)
    {
      return .hold(
        .rollout,
        reason: "deployment \(primary.id) of \(primary.createdAt) is in progress and older than the change; "
          + "waits for its end, at most until \(latestWait(for: primary))")
    }
    if let gone { return Self.waiting(for: gone) }
    return .restart(Intent(replacing: service.primary?.id))
  }

  static func waiting(for gone: Resource) -> Decision {
    .hold(
      .goneCause,
      reason: "\(gone) has disappeared or is scheduled for deletion: what starts now could not read it; "
        + "waits until it returns")
  }

  private func adoptable(_ primary: Deployment?) -> Deployment? {
    guard let primary else { return nil }
    if let newestChange, primary.createdAt > newestChange { return primary }
    if let intent, primary.id != intent.replacing { return primary }
    return nil
  }

  private func refusal(of service: ServiceSnapshot) -> Decision? {
    switch service.controller {
    case .ecs: break
    case .codeDeploy:
      return .refuse(
        reason: "the service's deployment controller is CODE_DEPLOY, with which ECS forces no deployment",
        remedy: "start a deployment in CodeDeploy, or give the service the ECS deployment controller")
    case .external:
      return .refuse(
        reason: "the service's deployment controller is EXTERNAL, with which ECS forces no deployment",
        remedy: "replace its task sets with the program that made them, "
          + "or give the service the ECS deployment controller")
    }
    guard !service.canReplaceTasks, let percent = service.healthyPercent else { return nil }
    return .refuse(
      reason: "with desired count \(service.desiredCount), minimumHealthyPercent \(percent.minimum) and "
        + "maximumPercent \(percent.maximum) a rollout may neither start a new task nor stop an old one",
      remedy:
        "raise maximumPercent to 200, or lower minimumHealthyPercent, in the service's deployment configuration"
    )
  }

  /// A deployment that bakes stands still on purpose.
  private func latestWait(for primary: Deployment) -> Timestamp {
    plannedAt + deadline + (primary.shift?.bakeTime ?? .zero)
  }

  /// A restart by hand waits for nobody. Failed tasks mean that the new value may be the cure.
  private func mustWait(for primary: Deployment, until deadline: Timestamp, at now: Timestamp) -> Bool {
    newestChange != nil && primary.state == .inProgress && primary.failedTasks == 0 && now < deadline
  }
}
