// SPDX-License-Identifier: Apache-2.0

import Core

/// All services of one account and Region.
struct RegionState: Sendable {
  var parameters: History<ParameterStore>
  var secrets: History<SecretStore>
  var containers: History<ContainerStore>

  init(place: Place, seed: UInt64) {
    parameters = History(ParameterStore(place: place))
    secrets = History(SecretStore(place: place, generator: SeededGenerator(seed: seed)))
    containers = History(ContainerStore(place: place, generator: SeededGenerator(seed: seed &+ 1)))
  }

  /// Carries a call out. Reading calls may see the past, writing calls never do.
  mutating func perform(_ call: Call, at now: Timestamp, age: Duration, memory: Duration) throws(APIError)
    -> JSON
  {
    switch call.service {
    case .ssm: try Self.perform(call, on: &parameters, at: now, age: age, memory: memory)
    case .secretsmanager: try Self.perform(call, on: &secrets, at: now, age: age, memory: memory)
    case .ecs: try Self.perform(call, on: &containers, at: now, age: age, memory: memory)
    case .sts, .sns: throw .unknownOperation(call.operation)
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
