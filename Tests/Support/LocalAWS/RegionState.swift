// SPDX-License-Identifier: Apache-2.0

import Core

/// All services of one account and Region.
struct RegionState: Sendable {
  var parameters: History<ParameterStore>
  var secrets: History<SecretStore>
  var containers: History<ContainerStore>
  var deployments: History<DeploymentStore>

  init(place: Place, seed: UInt64) {
    parameters = History(ParameterStore(place: place))
    secrets = History(SecretStore(place: place, generator: SeededGenerator(seed: seed)))
    containers = History(ContainerStore(place: place, generator: SeededGenerator(seed: seed &+ 1)))
    deployments = History(DeploymentStore(place: place, generator: SeededGenerator(seed: seed &+ 2)))
  }

  /// Carries a call out. Reading calls may see the past, writing calls never do.
  mutating func perform(_ call: Call, at now: Timestamp, age: Duration, memory: Duration) throws(APIError)
    -> JSON
  {
    shiftTraffic(at: now, memory: memory)
    defer { shiftTraffic(at: now, memory: memory) }
    return switch call.service {
    case .ssm: try Self.perform(call, on: &parameters, at: now, age: age, memory: memory)
    case .secretsmanager: try Self.perform(call, on: &secrets, at: now, age: age, memory: memory)
    case .ecs: try Self.perform(call, on: &containers, at: now, age: age, memory: memory)
    case .codedeploy: try Self.perform(call, on: &deployments, at: now, age: age, memory: memory)
    case .sts, .sns: throw .unknownOperation(call.operation)
    }
  }

  /// Lets services have the tasks that deployments of CodeDeploy have made for them.
  private mutating func shiftTraffic(at now: Timestamp, memory: Duration) {
    let shifts = deployments.change(at: now, keeping: .zero) { $0.takeShifts() }
    for shift in shifts {
      _ = containers.change(at: now, keeping: memory) { containers in
        containers.change(shift.service) { $0.replaceTasks(from: shift.taskDefinition, at: now) }
      }
    }
  }

  private static func perform<Service>(
    _ call: Call, on service: inout History<Service>, at now: Timestamp, age: Duration, memory: Duration
  ) throws(APIError) -> JSON {
    if call.operation.hasPrefix("Describe") || call.operation.hasPrefix("List") {
      return try service.read(call, at: now, age: age)
    }
    return try service.change(at: now, keeping: memory) { (service) throws(APIError) in
      try service.perform(call, at: now)
    }
  }
}

extension ServiceState {
  /// What CodeDeploy does: new tasks, made from this.
  mutating func replaceTasks(from definition: String, at now: Timestamp) {
    taskDefinition = definition
    deploy(at: now)
  }
}
