// SPDX-License-Identifier: Apache-2.0

import Core

/// A secret: its versions and stages, and of its values no more than a digest, to tell a repeated
/// `PutSecretValue` from a conflicting one.
struct Secret: Sendable {
  /// One version; it shows in listings only while a stage sits on it.
  struct Version: Sendable {
    var createdAt: Timestamp
    var contentDigest: [UInt8]
  }

  /// How a rotation under way will go on.
  struct Rotation: Sendable {
    var version: String
    var finishesAt: Timestamp
  }

  var name: String
  var arn: String
  /// Rises with each secret that is created: the order of `created-date`.
  var serial: Int
  var region: String
  var description: String?
  var keyID: String?
  var tags: [String: String] = [:]
  var createdAt: Timestamp
  var changedAt: Timestamp
  var rotatedAt: Timestamp?
  var deletionDate: Timestamp?
  var rotates = false
  var rotationRules: JSON?
  var rotationLambda: String?
  var rotation: Rotation?
  var versions: [String: Version] = [:]
  /// The version that each stage sits on: never more than one.
  var stages: [String: String] = [:]

  /// Labels of each labelled version; a version without any is in no listing.
  var versionsToStages: [String: [String]] {
    Dictionary(grouping: stages, by: \.value).mapValues { $0.map(\.key).sorted() }
  }

  /// Moves a stage. Where AWSCURRENT goes, AWSPREVIOUS follows to the version that it left.
  mutating func move(_ stage: String, to version: String?) {
    let left = stages[stage]
    stages[stage] = version
    guard stage == "AWSCURRENT", let left, left != version else { return }
    stages["AWSPREVIOUS"] = left
  }

  /// What `ListSecrets` shows; `DescribeSecret` calls the map of stages by another name.
  func described(stagesAs mapName: String) -> JSON {
    let map = versionsToStages.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .strings($0.value)) }
    var members = [
      JSON.Member("ARN", .string(arn)), JSON.Member("Name", .string(name)),
      JSON.Member("LastChangedDate", .time(changedAt)), JSON.Member("CreatedDate", .time(createdAt)),
      JSON.Member("Tags", Tags.written(tags)),
    ]
    func add(_ name: String, _ value: JSON?) {
      if let value { members.append(JSON.Member(name, value)) }
    }
    add("Description", description.map(JSON.string))
    add("KmsKeyId", keyID.map(JSON.string))
    add("RotationEnabled", rotates || rotationRules != nil ? .bool(rotates) : nil)
    add("RotationLambdaARN", rotationLambda.map(JSON.string))
    add("RotationRules", rotationRules)
    add("LastRotatedDate", rotatedAt.map(JSON.time))
    add("DeletedDate", deletionDate.map(JSON.time))
    add(mapName, map.isEmpty ? nil : .object(map))
    return .object(members)
  }
}
