// SPDX-License-Identifier: Apache-2.0
// What happens to a secret besides new values: rotation, deletion with a recovery window, tags.

import Core

extension SecretStore {
  mutating func rotate(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    var secret = try usable(call)
    guard secret.rotation == nil else {
      throw APIError(
        "InvalidRequestException",
        "A previous rotation isn't complete. That rotation will be reattempted.")
    }
    secret.rotates = true
    secret.rotationRules = call.input["RotationRules"] ?? secret.rotationRules
    secret.rotationLambda = try call.text("RotationLambdaARN") ?? secret.rotationLambda
    let version = try addVersion(
      to: &secret, token: try call.text("ClientRequestToken"), content: Array(generator.hexID().utf8),
      at: now,
      stages: ["AWSPENDING"])
    if case .finishes(let delay) = rotationScript {
      secret.rotation = Secret.Rotation(version: version, finishesAt: now + delay)
      waiting.insert(secret.name)
    }
    secrets[secret.name] = secret
    advance(to: now)
    return ["ARN": .string(secret.arn), "Name": .string(secret.name), "VersionId": .string(version)]
  }

  mutating func finish(_ rotation: Secret.Rotation, of name: String) {
    secrets[name]?.move("AWSCURRENT", to: rotation.version)
    secrets[name]?.move("AWSPENDING", to: nil)
    secrets[name]?.rotation = nil
    secrets[name]?.rotatedAt = rotation.finishesAt
    secrets[name]?.changedAt = rotation.finishesAt
  }

  // MARK: Deletion and tags

  mutating func delete(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let secret = try usable(call)
    let days = call.input["RecoveryWindowInDays"]?.integer ?? 30
    let forced = call.flag("ForceDeleteWithoutRecovery")
    guard forced || 7...30 ~= days else {
      throw APIError(
        "InvalidParameterException", "RecoveryWindowInDays must be between 7 and 30 days (inclusive).")
    }
    let end = forced ? now : now + .seconds(days * 86_400)
    if forced {
      remove(secret.name)
    } else {
      secrets[secret.name]?.deletionDate = end
      secrets[secret.name]?.changedAt = now
      waiting.insert(secret.name)
    }
    return ["ARN": .string(secret.arn), "Name": .string(secret.name), "DeletionDate": .time(end)]
  }

  mutating func remove(_ name: String) {
    secrets[name] = nil
    order.removeAll { $0 == name }
  }

  mutating func restore(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let secret = try find(call)
    secrets[secret.name]?.deletionDate = nil
    secrets[secret.name]?.changedAt = now
    return ["ARN": .string(secret.arn), "Name": .string(secret.name)]
  }

  mutating func tag(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let name = try usable(call).name
    secrets[name]?.tags.merge(Tags.read(call.input["Tags"]?.array ?? [])) { $1 }
    secrets[name]?.changedAt = now
    return [:]
  }

  mutating func untag(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let name = try usable(call).name
    for key in try call.list("TagKeys") { secrets[name]?.tags[key] = nil }
    secrets[name]?.changedAt = now
    return [:]
  }
}
