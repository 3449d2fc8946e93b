// SPDX-License-Identifier: Apache-2.0
// What is watched: resources, the versions they go through, and the places they live in.

/// An AWS Region as one account sees it.
public struct Location: Hashable, Sendable, Codable {
  /// The Region's name, `eu-west-2`.
  public var region: String
  /// An account's name in the settings; nil for the process's own account.
  public var account: String?

  /// A location with all its parts.
  public init(region: String, account: String?) {
    self.region = region
    self.account = account
  }
}

/// All resources of one kind in one location: what one sweep covers.
public struct Scope: Hashable, Sendable, Codable {
  /// The kind of resource.
  public var kind: Resource.Kind
  /// Where they are.
  public var location: Location

  /// A scope with all its parts.
  public init(kind: Resource.Kind, location: Location) {
    self.kind = kind
    self.location = location
  }

  /// The word records use: `parameters` or `secrets`.
  public var source: String {
    switch kind {
    case .parameter: "parameters"
    case .secret: "secrets"
    }
  }
}

/// A parameter or a secret, in one account and Region.
public struct Resource: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The AWS service that keeps the value.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// A Parameter Store parameter.
    case parameter
    /// A Secrets Manager secret.
    case secret
  }

  /// Kind and location.
  public var scope: Scope
  /// The whole name, with its leading slash where it has one.
  public var name: String

  /// A resource with all its parts.
  public init(scope: Scope, name: String) {
    self.scope = scope
    self.name = name
  }

  /// As records write it: `parameter:/staging/node-app/DB_URL`.
  public var description: String { "\(scope.kind.rawValue):\(name)" }
}

/// A token that differs whenever a resource's value may differ. It says nothing about the value.
public enum Version: Hashable, Sendable, Codable {
  /// The version number *and* the last-modified time: a re-created parameter starts at 1 again.
  case parameter(number: Int64, modifiedAt: Timestamp)
  /// The id of the version that holds AWSCURRENT; `none` for a secret without a value.
  case secret(id: String)
}

extension Version: CustomStringConvertible {
  /// As records write it: `7@2026-11-23T04:19:53.120Z`, or the secret's version id.
  public var description: String {
    switch self {
    case .parameter(let number, let modifiedAt): "\(number)@\(modifiedAt)"
    case .secret(let id): id
    }
  }
}

/// What one sweep saw of one resource of its scope. There is no field for a value.
public struct Observation: Hashable, Sendable {
  /// The whole name.
  public var name: String
  /// The version it has now.
  public var version: Version
  /// When AWS says it was last modified in any way, rounded up where AWS gives whole seconds only.
  public var modifiedAt: Timestamp?
  /// Who AWS says modified it last, where it says so.
  public var modifiedBy: String?
  /// True for a secret in its recovery window: it still exists, but nothing that reads it can start.
  public var isScheduledForDeletion: Bool

  /// An observation with all its parts.
  public init(
    name: String, version: Version, modifiedAt: Timestamp?, modifiedBy: String?, isScheduledForDeletion: Bool
  ) {
    self.name = name
    self.version = version
    self.modifiedAt = modifiedAt
    self.modifiedBy = modifiedBy
    self.isScheduledForDeletion = isScheduledForDeletion
  }
}

/// A resource went from one version to another.
public struct Change: Hashable, Sendable, Codable {
  /// What changed.
  public var resource: Resource
  /// The version that was seen last, as records write it.
  public var from: String
  /// The version that is seen now, as records write it.
  public var to: String
  /// When, by AWS's clock, and never earlier than it really was.
  public var changedAt: Timestamp
  /// By whom, where AWS says so.
  public var changedBy: String?

  /// A change with all its parts.
  public init(resource: Resource, from: String, to: String, changedAt: Timestamp, changedBy: String?) {
    self.resource = resource
    self.from = from
    self.to = to
    self.changedAt = changedAt
    self.changedBy = changedBy
  }
}
