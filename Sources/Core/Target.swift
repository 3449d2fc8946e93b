// SPDX-License-Identifier: Apache-2.0

/// What is restarted.
///
/// A closed enum, switched without `default`, so that the compiler lists every place a new kind must be handled.
public enum Target: Hashable, Sendable, Codable {
  /// An ECS service, by a forced new deployment.
  case service(ECSService)

  /// Where it is.
  public var location: Location {
    switch self {
    case .service(let service): service.location
    }
  }
}

extension Target: CustomStringConvertible {
  /// As records write it: `ecs:CLUSTER/SERVICE`.
  public var description: String {
    switch self {
    case .service(let service): "ecs:\(service.cluster)/\(service.name)"
    }
  }
}

/// An ECS service by name.
public struct ECSService: Hashable, Sendable, Codable {
  /// The cluster's name, never an ARN.
  public var cluster: String
  /// The service's name, never an ARN.
  public var name: String
  /// Where it is.
  public var location: Location

  /// A service with all its parts.
  public init(cluster: String, name: String, location: Location) {
    self.cluster = cluster
    self.name = name
    self.location = location
  }
}
