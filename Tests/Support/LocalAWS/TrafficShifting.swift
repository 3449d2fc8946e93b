// SPDX-License-Identifier: Apache-2.0
// Services with the strategy BLUE_GREEN, LINEAR or CANARY: all new tasks start beside the old ones, and the deployment goes
// through the stages of its life cycle, baking and pausing on its way. What happens to its tasks, the rollout's script says.

import Core

/// One service deployment.
struct ShiftingDeployment: Sendable {
  /// A hook that it has come to.
  struct Hook: Sendable {
    let id: String
    let stage: String
    var status = "AWAITING_ACTION"
    let expiresAt: Timestamp
    let timeoutAction: String
  }

  static let stages = [
    "RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME",
    "CLEAN_UP",
  ]

  let arn: String
  /// The id of the deployment that bears its tasks.
  let deployment: String
  let createdAt: Timestamp
  var status = "IN_PROGRESS"
  var statusReason: String?
  var stage = 2
  var hooks: [Hook] = []
  var failureCount = 0
  var finishedAt: Timestamp?

  func brief(of service: ServiceState) -> JSON { .object(members(of: service)) }

  func described(of service: ServiceState) -> JSON {
    let own = service.tasks.filter { $0.startedBy == deployment && !$0.isStopped }
    let running = own.count { $0.lastStatus == "RUNNING" }
    return .object(
      members(of: service) + [
        JSON.Member("lifecycleStage", .string(Self.stages[stage])),
        JSON.Member(
          "targetServiceRevision",
          [
            "arn": .string(arn.replacing(":service-deployment/", with: ":service-revision/")),
            "requestedTaskCount": .integer(Int64(service.desiredCount)),
            "runningTaskCount": .integer(Int64(running)),
            "pendingTaskCount": .integer(Int64(own.count - running)),
          ]),
        JSON.Member("lifecycleHookDetails", .array(hooks.map(\.described))),
        JSON.Member("deploymentConfiguration", service.configuration),
        JSON.Member(
          "deploymentCircuitBreaker",
          ["status": "MONITORING", "failureCount": .integer(Int64(failureCount)), "threshold": 3]),
      ])
  }

  private func members(of service: ServiceState) -> [JSON.Member] {
    let date = JSON.time(createdAt - service.clockLag)
    let all: JSON = .present([
      "serviceDeploymentArn": .string(arn), "serviceArn": .string(service.arn),
      "clusterArn": .string(service.clusterARN), "createdAt": date, "startedAt": date,
      "finishedAt": finishedAt.map { .time($0 - service.clockLag) }, "status": .string(status),
      "statusReason": statusReason.map(JSON.string),
    ])
    return all.object ?? []
  }
}

extension ShiftingDeployment.Hook {
  fileprivate var described: JSON {
    [
      "hookId": .string(id), "targetType": "PAUSE", "status": .string(status), "expiresAt": .time(expiresAt),
      "timeoutAction": .string(timeoutAction),
    ]
  }
}

extension ServiceState {
  /// ECS moves traffic for it.
  var shiftsTraffic: Bool { controller == "ECS" && configuration["strategy"]?.string != "ROLLING" }

  /// A new service deployment for a deployment that begins; whatever else is under way is stopped for it.
  mutating func beginShift(of deployment: String, at now: Timestamp) {
    for index in shifts.indices where shifts[index].finishedAt == nil {
      endShift(index, "STOPPED", "A new service deployment was started.", at: now)
    }
    let arn =
      self.arn.replacing(":service/", with: ":service-deployment/") + "/" + generator.hexID().prefix(21)
    shifts.insert(ShiftingDeployment(arn: arn, deployment: deployment, createdAt: now), at: 0)
  }

  /// Enters a stage of the newest service deployment, and plans what comes after it.
  mutating func enter(stage: Int, of deployment: String, at now: Timestamp) {
    guard let index = shifts.firstIndex(where: { $0.deployment == deployment && $0.finishedAt == nil }) else {
      return
    }
    shifts[index].stage = stage
    let name = ShiftingDeployment.stages[stage]
    if let hook = pauseHook(at: name), !shifts[index].hooks.contains(where: { $0.stage == name }) {
      let timeout = hook["timeoutConfiguration"]
      let expiry = now + .seconds(60 * (timeout?["timeoutInMinutes"]?.integer ?? 1_440))
      shifts[index].hooks.append(
        ShiftingDeployment.Hook(
          id: generator.uuid(), stage: name, expiresAt: expiry,
          timeoutAction: timeout?["action"]?.string ?? "ROLLBACK"))
      schedule(.expireHook, of: deployment, at: expiry)
    } else if stage + 1 < ShiftingDeployment.stages.count {
      schedule(.enterStage(stage + 1), of: deployment, at: now + time(inStage: name))
    } else {
      schedule(.complete, of: deployment, at: now)
    }
  }

  private func pauseHook(at stage: String) -> JSON? {
    configuration["lifecycleHooks"]?.array?.first { hook in
      hook["targetType"]?.string == "PAUSE"
        && hook["lifecycleStages"]?.array?.contains { $0.string == stage } == true
    }
  }

  private func time(inStage stage: String) -> Duration {
    func minutes(_ value: JSON?, default count: Int) -> Int { 60 * (value?.integer ?? count) }
    switch (stage, configuration["strategy"]?.string) {
    case ("BAKE_TIME", _): return .seconds(minutes(configuration["bakeTimeInMinutes"], default: 0))
    case ("PRODUCTION_TRAFFIC_SHIFT", "CANARY"):
      return .seconds(minutes(configuration["canaryConfiguration"]?["canaryBakeTimeInMinutes"], default: 10))
    case ("PRODUCTION_TRAFFIC_SHIFT", "LINEAR"):
      let linear = configuration["linearConfiguration"]
      let steps = Int((100 / (linear?["stepPercent"]?.number ?? 10)).rounded(.up)) - 1
      return .seconds(minutes(linear?["stepBakeTimeInMinutes"], default: 6) * steps)
    default: return .zero
    }
  }

  /// Lets a paused deployment go on, or back. False where no such hook waits.
  mutating func goOn(_ arn: String, hook id: String, _ action: String, at now: Timestamp) -> Bool {
    guard let index = shifts.firstIndex(where: { $0.arn == arn && $0.finishedAt == nil }),
      let hook = shifts[index].hooks.firstIndex(where: { $0.id == id && $0.status == "AWAITING_ACTION" })
    else { return false }
    shifts[index].hooks[hook].status = action == "ROLLBACK" ? "FAILED" : "SUCCEEDED"
    unschedule(shifts[index].deployment)
    if action == "ROLLBACK" {
      rollShiftBack(
        shifts[index].deployment, "Rollback was requested at a pause hook.", taking: .zero, at: now)
    } else {
      enter(stage: shifts[index].stage, of: shifts[index].deployment, at: now)
    }
    advance(to: now)
    return true
  }

  /// The time of a hook that nobody answered is over.
  mutating func expireHook(of deployment: String, at now: Timestamp) {
    guard let index = shifts.firstIndex(where: { $0.deployment == deployment && $0.finishedAt == nil }),
      let hook = shifts[index].hooks.firstIndex(where: { $0.status == "AWAITING_ACTION" })
    else { return }
    shifts[index].hooks[hook].status = "TIMED_OUT"
    if shifts[index].hooks[hook].timeoutAction == "CONTINUE" {
      enter(stage: shifts[index].stage, of: deployment, at: now)
    } else {
      rollShiftBack(deployment, "A pause hook timed out.", taking: .zero, at: now)
    }
  }

  /// The traffic begins to go back to the old tasks.
  mutating func rollShiftBack(
    _ deployment: String, _ reason: String, taking time: Duration, at now: Timestamp
  ) {
    guard let index = shifts.firstIndex(where: { $0.deployment == deployment && $0.finishedAt == nil }) else {
      return
    }
    shifts[index].status = "ROLLBACK_IN_PROGRESS"
    shifts[index].statusReason = reason
    schedule(.endRollback("ROLLBACK_SUCCESSFUL"), of: deployment, at: now + time)
  }

  /// The rollback is over, well or not: only the old tasks are left.
  mutating func endRollback(_ status: String, of deployment: String, at now: Timestamp) {
    guard let index = shifts.firstIndex(where: { $0.deployment == deployment && $0.finishedAt == nil }) else {
      return
    }
    endShift(index, status, shifts[index].statusReason, at: now)
    leaveShift(deployment, at: now)
  }

  mutating func endShift(_ index: Int, _ status: String, _ reason: String?, at now: Timestamp) {
    shifts[index].status = status
    shifts[index].statusReason = reason
    shifts[index].finishedAt = now
  }
}
