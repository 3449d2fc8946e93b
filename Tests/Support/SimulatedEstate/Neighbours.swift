// SPDX-License-Identifier: Apache-2.0
// What other people and programs do to an estate while rollwatch watches it.

import Core
import LocalAWS
import Platform

/// Acts on the simulated AWS, and notes the facts.
struct Neighbours: Sendable {
  let estate: RandomEstate
  let aws: RunningAWS
  let machine: SimulatedMachine
  let gitHub: SimulatedGitHub
  let tell: @Sendable (String) -> Void
  /// Rotations that wait at AWSPENDING.
  private var pending: [(secret: Resource, version: String)] = []

  init(_ day: SimulatedDay, tell: @escaping @Sendable (String) -> Void) {
    estate = day.estate
    aws = day.aws
    machine = day.machine
    gitHub = day.gitHub
    self.tell = tell
  }

  static func place(_ location: Location) -> Place {
    Place(account: SimulatedAWS.defaultAccount, region: location.region)
  }

  // MARK: Resources

  /// A new value, or a new resource where it was deleted.
  func write(_ resource: Resource, _ facts: inout Facts) {
    switch resource.scope.kind {
    case .parameter:
      let input: JSON = [
        "Name": .string(resource.name), "Value": "v", "Type": "String", "Overwrite": true,
      ]
      guard let (answer, now) = act("ssm:PutParameter", input, resource.scope.location) else { return }
      let version = Version.parameter(number: Int64(answer["Version"]?.integer ?? 0), modifiedAt: now)
      facts.wrote(resource, version: version.description, at: now)
    case .secret:
      let isThere = facts.current[resource] != nil
      let action = isThere ? "secretsmanager:PutSecretValue" : "secretsmanager:CreateSecret"
      let input: JSON = [
        isThere ? "SecretId" : "Name": .string(resource.name), "SecretString": "v",
      ]
      guard let (answer, now) = act(action, input, resource.scope.location),
        let id = answer["VersionId"]?.string
      else { return }
      facts.wrote(resource, version: id, at: now)
    }
  }

  /// A change that is no version.
  func touch(_ resource: Resource) {
    switch resource.scope.kind {
    case .parameter:
      let input: JSON = [
        "ResourceType": "Parameter", "ResourceId": .string(resource.name),
        "Tags": [["Key": "team", "Value": "x"]],
      ]
      _ = act("ssm:AddTagsToResource", input, resource.scope.location)
    case .secret:
      let input: JSON = ["SecretId": .string(resource.name), "Description": "d"]
      _ = act("secretsmanager:UpdateSecret", input, resource.scope.location)
    }
  }

  func delete(_ resource: Resource, forGood: Bool, _ facts: inout Facts) {
    switch resource.scope.kind {
    case .parameter:
      guard act("ssm:DeleteParameter", ["Name": .string(resource.name)], resource.scope.location) != nil
      else { return }
      facts.deleted(resource)
    case .secret:
      let input: JSON = [
        "SecretId": .string(resource.name), "ForceDeleteWithoutRecovery": .bool(forGood),
      ]
      guard act("secretsmanager:DeleteSecret", input, resource.scope.location) != nil else { return }
      if forGood { facts.deleted(resource) } else { facts.isLeaving(resource, true) }
    }
  }

  /// Brings back what was deleted: a secret in its recovery window as it was, anything else anew.
  func restore(_ resource: Resource, _ facts: inout Facts) {
    if facts.leaving.contains(resource) {
      let input: JSON = ["SecretId": .string(resource.name)]
      guard act("secretsmanager:RestoreSecret", input, resource.scope.location) != nil else { return }
      facts.isLeaving(resource, false)
    } else if facts.current[resource] == nil {
      write(resource, &facts)
    }
  }

  /// A rotation begins: its version waits as AWSPENDING.
  mutating func beginRotation(of secret: Resource) {
    let input: JSON = [
      "SecretId": .string(secret.name), "SecretString": "r", "VersionStages": ["AWSPENDING"],
    ]
    guard secret.scope.kind == .secret,
      let (answer, _) = act("secretsmanager:PutSecretValue", input, secret.scope.location),
      let id = answer["VersionId"]?.string
    else { return }
    pending.append((secret, id))
  }

  /// The oldest rotation under way ends, or is given up for good.
  mutating func endRotation(_ facts: inout Facts, givenUp: Bool) {
    guard !pending.isEmpty else { return }
    let (secret, version) = pending.removeFirst()
    guard !givenUp, let current = facts.current[secret] else { return }
    let input: JSON = [
      "SecretId": .string(secret.name), "VersionStage": "AWSCURRENT", "MoveToVersionId": .string(version),
      "RemoveFromVersionId": .string(current),
    ]
    guard
      let (_, now) = act("secretsmanager:UpdateSecretVersionStage", input, secret.scope.location)
    else { return }
    facts.wrote(secret, version: version, at: now)
  }

  // MARK: Calls

  /// What AWS answers, and when; nil where it refuses.
  func act(_ action: String, _ input: JSON, _ location: Location) -> (JSON, Timestamp)? {
    let name = ["Name", "SecretId", "ResourceId", "service", "serviceName"].lazy
      .compactMap { input[$0]?.string }.first
    let answer: (JSON, Timestamp)? = aws.steer { aws, now in
      (try? aws.act(action, input, in: Self.place(location), at: now)).map { ($0, now) }
    }
    let version = answer?.0["VersionId"]?.string ?? answer?.0["Version"]?.integer.map(String.init)
    tell(
      "\(action) \(name ?? "") in \(location.region)" + (version.map { " → \($0)" } ?? "")
        + (answer == nil ? " (refused)" : ""))
    return answer
  }
}
