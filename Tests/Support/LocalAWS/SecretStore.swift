// SPDX-License-Identifier: Apache-2.0
// Secrets Manager of one account and Region: https://docs.aws.amazon.com/secretsmanager/latest/apireference/

import Core
import Platform

/// The secrets of one place.
struct SecretStore: SimulatedService {
  let place: Place
  var generator: SeededGenerator
  var secrets: [String: Secret] = [:]
  /// Names in the order of creation, which is the order of their serials.
  var order: [String] = []
  private var lastSerial = 0
  /// Names with something due at a later time: a rotation's end, or the end of a recovery window.
  var waiting: Set<String> = []
  var rotationScript = RotationScript.finishes(after: .zero)
  /// True where a filter thins pages out instead of gathering full ones.
  var thinsPages = false

  init(place: Place, generator: SeededGenerator) {
    self.place = place
    self.generator = generator
  }

  mutating func advance(to now: Timestamp) {
    for name in waiting.sorted() {
      guard let secret = secrets[name] else { continue }
      if let rotation = secret.rotation, rotation.finishesAt <= now { finish(rotation, of: name) }
      if let end = secret.deletionDate, end <= now { remove(name) }
      if secrets[name]?.rotation == nil, secrets[name]?.deletionDate == nil { waiting.remove(name) }
    }
  }

  mutating func perform(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    switch call.operation {
    case "CreateSecret": try create(call, at: now)
    case "PutSecretValue": try putValue(call, at: now)
    case "UpdateSecret": try update(call, at: now)
    case "UpdateSecretVersionStage": try moveStage(call, at: now)
    case "RotateSecret": try rotate(call, at: now)
    case "DeleteSecret": try delete(call, at: now)
    case "RestoreSecret": try restore(call, at: now)
    case "TagResource": try tag(call, at: now)
    case "UntagResource": try untag(call, at: now)
    case "ListSecrets": try list(call)
    case "DescribeSecret": try find(call).described(stagesAs: "VersionIdsToStages")
    case "ListSecretVersionIds": try listVersions(call)
    default: throw .unknownOperation(call.operation)
    }
  }

  /// Adds secrets quickly, each with one version.
  mutating func seed(_ names: [String], at now: Timestamp) {
    for name in names where secrets[name] == nil {
      var secret = add(name, at: now)
      _ = try? addVersion(to: &secret, token: generator.uuid(), content: [], at: now, stages: ["AWSCURRENT"])
      secrets[name] = secret
    }
  }

  // MARK: Values and stages

  private mutating func create(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let name = try call.require("Name")
    if let existing = secrets[name] {
      throw existing.deletionDate == nil
        ? APIError(
          "ResourceExistsException", "The operation failed because the secret \(name) already exists.")
        : APIError(
          "InvalidRequestException",
          "You can't create this secret because a secret with this name is already scheduled for deletion.")
    }
    var secret = add(name, at: now)
    secret.description = try call.text("Description")
    secret.keyID = try call.text("KmsKeyId")
    secret.tags = Tags.read(call.input["Tags"]?.array ?? [])
    var version: String?
    if let content = content(of: call) {
      version = try addVersion(
        to: &secret, token: try call.text("ClientRequestToken"), content: content, at: now,
        stages: ["AWSCURRENT"])
    }
    secrets[name] = secret
    return .present([
      "ARN": .string(secret.arn), "Name": .string(name), "VersionId": version.map(JSON.string),
    ])
  }

  private mutating func add(_ name: String, at now: Timestamp) -> Secret {
    lastSerial += 1
    let suffix = generator.text(6, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    let secret = Secret(
      name: name, arn: place.arn("secretsmanager", "secret:\(name)-\(suffix)"), serial: lastSerial,
      region: place.region, createdAt: now, changedAt: now)
    order.append(name)
    secrets[name] = secret
    return secret
  }

  private mutating func putValue(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    var secret = try usable(call)
    guard let content = content(of: call) else {
      throw APIError("InvalidRequestException", "You must provide either SecretString or SecretBinary.")
    }
    let asked = try call.list("VersionStages")
    let version = try addVersion(
      to: &secret, token: try call.text("ClientRequestToken"), content: content, at: now,
      stages: asked.isEmpty ? ["AWSCURRENT"] : asked)
    secrets[secret.name] = secret
    return [
      "ARN": .string(secret.arn), "Name": .string(secret.name), "VersionId": .string(version),
      "VersionStages": .strings(secret.versionsToStages[version] ?? []),
    ]
  }

  private mutating func update(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    var secret = try usable(call)
    secret.description = try call.text("Description") ?? secret.description
    secret.keyID = try call.text("KmsKeyId") ?? secret.keyID
    secret.changedAt = now
    var version: String?
    if let content = content(of: call) {
      version = try addVersion(
        to: &secret, token: try call.text("ClientRequestToken"), content: content, at: now,
        stages: ["AWSCURRENT"])
    }
    secrets[secret.name] = secret
    return .present([
      "ARN": .string(secret.arn), "Name": .string(secret.name), "VersionId": version.map(JSON.string),
    ])
  }

  /// Adds a version under the caller's token. The same token with the same content changes nothing; with another
  /// content it is refused.
  mutating func addVersion(
    to secret: inout Secret, token: String?, content: [UInt8], at now: Timestamp, stages: [String]
  ) throws(APIError) -> String {
    let id = token ?? generator.uuid()
    let digest = SHA256.hash(content)
    if let existing = secret.versions[id] {
      guard existing.contentDigest == digest else {
        throw APIError(
          "ResourceExistsException",
          "You can't use ClientRequestToken \(id) because that value is "
            + "already in use for a version of secret \(secret.arn).")
      }
      return id
    }
    // A secret's first version is always the current one.
    let all = secret.versions.isEmpty ? Set(stages).union(["AWSCURRENT"]) : Set(stages)
    secret.versions[id] = Secret.Version(createdAt: now, contentDigest: digest)
    for stage in all.sorted() { secret.move(stage, to: id) }
    secret.changedAt = now
    return id
  }

  private func content(of call: Call) -> [UInt8]? {
    (call.input["SecretString"] ?? call.input["SecretBinary"])?.string.map { Array($0.utf8) }
  }

  private mutating func moveStage(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    var secret = try usable(call)
    let stage = try call.require("VersionStage")
    let (from, to) = (try call.text("RemoveFromVersionId"), try call.text("MoveToVersionId"))
    if let missing = [from, to].compactMap({ $0 }).first(where: { secret.versions[$0] == nil }) {
      throw APIError(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret version: \(missing).")
    }
    let sitsOn = secret.stages[stage]
    if let sitsOn, sitsOn != to, from != sitsOn {
      throw APIError(
        "InvalidParameterException",
        "The parameter RemoveFromVersionId can't be empty. Staging label "
          + "\(stage) is currently attached to version \(sitsOn), so you must explicitly reference that version in "
          + "RemoveFromVersionId.")
    }
    guard stage != "AWSCURRENT" || to != nil else {
      throw APIError(
        "InvalidParameterException",
        "You can't remove staging label AWSCURRENT. You must move it to another version.")
    }
    secret.move(stage, to: to)
    secret.changedAt = now
    secrets[secret.name] = secret
    return ["ARN": .string(secret.arn), "Name": .string(secret.name)]
  }

  // MARK: Reading

  /// The secret of `SecretId`: its name, its ARN, or its ARN without the random end.
  func find(_ call: Call) throws(APIError) -> Secret {
    let id = try call.require("SecretId")
    var name = id
    let fields = id.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
    if id.hasPrefix("arn:"), fields.count == 7 {
      name = String(fields[6])
      if secrets[name] == nil, name.dropLast(6).hasSuffix("-") { name = String(name.dropLast(7)) }
    }
    guard let secret = secrets[name], !id.hasPrefix("arn:") || secret.arn.hasPrefix(id) else {
      throw APIError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    }
    return secret
  }

  func usable(_ call: Call) throws(APIError) -> Secret {
    let secret = try find(call)
    guard secret.deletionDate == nil else {
      throw APIError(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.")
    }
    return secret
  }
}
