// SPDX-License-Identifier: Apache-2.0
// What AWS describes, as far as restarting is concerned. Words that this version does not know are taken to mean the
// least: a status that is not ACTIVE or INACTIVE is on its way out, a controller that is not ECS is not ours.

internal import AWS
internal import Core

extension ServiceSnapshot {
  init(_ service: ServiceDescription) {
    let configuration = service.deploymentConfiguration
    let isRolling = configuration?.strategy.map { $0 == "ROLLING" } ?? true
    var percent: ClosedPercent?
    if isRolling, let minimum = configuration?.minimumHealthyPercent,
      let maximum = configuration?.maximumPercent
    {
      percent = ClosedPercent(minimum: minimum, maximum: maximum)
    }
    self.init(
      status: Status(rawValue: service.status) ?? .draining, desiredCount: service.desiredCount,
      runningCount: service.runningCount, controller: Controller(rawValue: service.controller) ?? .external,
      healthyPercent: percent, rollsBack: configuration?.rollsBack ?? false,
      deployments: service.deployments.map(Deployment.init),
      events: service.events.map {
        Event(at: $0.createdAt, message: String($0.message.prefix(Limits.reasonCharacters)))
      })
  }

  /// A service that shifts traffic is told by its service deployments, newest first.
  init(_ service: ServiceDescription, shifting deployments: [ServiceDeploymentDescription]) {
    self.init(service)
    let bakeTime = service.deploymentConfiguration?.bakeTime ?? .zero
    self.deployments = deployments.enumerated().map { position, deployment in
      Deployment(deployment, isNewest: position == 0, bakeTime: bakeTime)
    }
  }
}

extension Deployment {
  fileprivate init(_ deployment: DeploymentDescription) {
    self.init(
      id: deployment.id, isPrimary: deployment.status == "PRIMARY", createdAt: deployment.createdAt,
      state: deployment.rolloutState.flatMap(State.init), stateReason: deployment.rolloutStateReason,
      desiredCount: deployment.desiredCount, runningCount: deployment.runningCount,
      pendingCount: deployment.pendingCount, failedTasks: deployment.failedTasks)
  }

  fileprivate init(_ deployment: ServiceDeploymentDescription, isNewest: Bool, bakeTime: Duration) {
    let hook = deployment.hooks.first { $0.type == "PAUSE" && $0.status == "AWAITING_ACTION" }
    let pause = hook.map {
      TrafficShift.Pause(
        hook: $0.id, stage: deployment.lifecycleStage, expiresAt: $0.expiresAt,
        timeoutAction: $0.timeoutAction)
    }
    self.init(
      shifting: deployment.arn, isPrimary: isNewest, createdAt: deployment.createdAt,
      reason: deployment.statusReason.map { String($0.prefix(Limits.reasonCharacters)) },
      desiredCount: deployment.requestedCount ?? 0, runningCount: deployment.runningCount ?? 0,
      pendingCount: deployment.pendingCount ?? 0, failedTasks: deployment.failureCount ?? 0,
      TrafficShift(
        status: TrafficShift.Status(word: deployment.status), pause: pause, bakeTime: bakeTime))
  }
}

extension DeploymentConfiguration {
  /// How long a deployment stands still by this: ECS's own defaults stand in for what it does not say. No bake is longer than a
  /// day, and none comes after the last step of a LINEAR one.
  var bakeTime: Duration {
    let end = minutes(bakeMinutes ?? 0)
    switch strategy {
    case "CANARY": return end + minutes(canaryBakeMinutes ?? 10)
    case "LINEAR":
      let percent = min(max(linear?.stepPercent ?? 10, 3), 100)
      let steps = Int((100 / percent).rounded(.up)) - 1
      return end + minutes(linear?.stepBakeMinutes ?? 6) * steps
    default: return end
    }
  }

  private func minutes(_ count: Int) -> Duration { .seconds(60 * min(max(count, 0), 1_440)) }
}

extension StoppedTask {
  init(_ task: TaskDescription) {
    self.init(
      id: task.arn.lastPart, stopCode: task.stopCode, reason: task.stoppedReason?.cut,
      containers: task.containers.prefix(Limits.eventsPerRecord).map {
        Container(name: $0.name, exitCode: $0.exitCode, reason: $0.reason?.cut)
      })
  }
}

extension String {
  fileprivate var cut: String { String(prefix(Limits.reasonCharacters)) }
}
