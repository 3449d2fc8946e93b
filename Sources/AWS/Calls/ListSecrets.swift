// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html

public import Core
import JSON

/// A secret, without its value.
public struct SecretMetadata: Sendable, Hashable {
  /// The full ARN, with the six random characters.
  public let arn: String
  /// The name.
  public let name: String
  /// The stages of each version id. Empty for a secret that has no value yet; a version may have no stage,
  /// and AWSCURRENT is not promised to be on one version only.
  public let versionStages: [String: [String]]
  /// When anything about the secret changed, its tags included. Late by up to five minutes.
  public let lastChanged: Timestamp?
  /// False where `lastChanged` was cut to whole seconds, so that the change may be up to a second later.
  public let lastChangedHasFraction: Bool
  /// When it was, or will be, deleted; nil for a secret in use.
  public let deleted: Timestamp?
}

/// One page of a listing of secrets. It may be empty and yet not the last.
public struct SecretPage: Sendable {
  /// What the page holds, oldest secret first.
  public let secrets: [SecretMetadata]
  /// The next page's; nil on the last.
  public let nextToken: String?
  /// AWS's clock when it answered.
  public let serverTime: Timestamp?
}

extension AWSClient {
  /// One page of at most 100 secrets whose names begin with one of at most 10 prefixes, or of all where
  /// there is none. Secrets that are scheduled for deletion are among them. They come in the order of their
  /// making, in which a secret made meanwhile moves no other to another page.
  public func listSecrets(
    namePrefixes: [String], nextToken: String?
  ) async throws(AWSFailure) -> SecretPage {
    precondition(namePrefixes.count <= 10, "a filter takes at most 10 values")
    let filter: JSONValue = ["Key": "name", "Values": .strings(namePrefixes)]
    let request: JSONValue = [
      "MaxResults": 100, "IncludePlannedDeletion": true, "SortBy": "created-date", "SortOrder": "asc",
      "NextToken": nextToken.map(JSONValue.string), "Filters": namePrefixes.isEmpty ? nil : [filter],
    ]
    let (page, answer) = try await list(.secretsManager, "ListSecrets", request, limiter: secretsLimiter) {
      (json) throws(JSONFailure) in try json.secretListing()
    }
    return SecretPage(secrets: page.secrets, nextToken: page.nextToken, serverTime: answer.serverTime)
  }
}

extension JSONReader {
  fileprivate mutating func secretListing() throws(JSONFailure) -> (
    secrets: [SecretMetadata], nextToken: String?
  ) {
    var secrets: [SecretMetadata]?
    var nextToken: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "SecretList": secrets = try json.list { (json) throws(JSONFailure) in try json.secret() }
      case "NextToken": nextToken = try json.optionalString()
      default: try json.skip()
      }
    }
    return (try required(secrets, "SecretList"), nonEmpty(nextToken))
  }

  private mutating func secret() throws(JSONFailure) -> SecretMetadata {
    var arn: String?
    var name: String?
    var versionStages: [String: [String]]?
    var lastChanged: WireTime?
    var deleted: WireTime?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "ARN": arn = try json.string()
      case "Name": name = try json.string()
      case "SecretVersionsToStages":
        versionStages = try json.optional { (json) throws(JSONFailure) in try json.stages() }
      case "LastChangedDate": lastChanged = try json.optionalTime()
      case "DeletedDate": deleted = try json.optionalTime()
      default: try json.skip()
      }
    }
    return SecretMetadata(
      arn: try required(arn, "ARN"), name: try required(name, "Name"), versionStages: versionStages ?? [:],
      lastChanged: lastChanged?.timestamp, lastChangedHasFraction: lastChanged?.hasFraction ?? false,
      deleted: deleted?.timestamp)
  }

  private mutating func stages() throws(JSONFailure) -> [String: [String]] {
    var stages: [String: [String]] = [:]
    try object { (key, json) throws(JSONFailure) in
      stages[try key.text()] = try json.list { (json) throws(JSONFailure) in try json.string() }
    }
    return stages
  }
}
