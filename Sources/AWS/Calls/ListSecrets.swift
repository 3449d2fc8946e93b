// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html

public import Core

/// A secret, without its value.
public struct SecretMetadata: Sendable, Hashable {
  /// The full ARN, with the six random characters.
  public let arn: String
  /// The name.
  public let name: String
  /// The stages of each version id. Empty for a secret that has no value yet; a version may have no stage, and
  /// AWSCURRENT is not promised to be on one version only.
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
  /// One page of at most 100 secrets whose names begin with one of at most 10 prefixes, or of all where there is
  /// none. Secrets that are scheduled for deletion are among them. They come in the order of their making, in
  /// which a secret made meanwhile moves no other to another page.
  public func listSecrets(
    namePrefixes: [String], nextToken: String?
  ) async throws(AWSFailure) -> SecretPage {
    precondition(namePrefixes.count <= 10, "a filter takes at most 10 values")
    let request = ListSecretsRequest(
      nextToken: nextToken,
      filters: namePrefixes.isEmpty ? nil : [ListSecretsRequest.Filter(values: namePrefixes)])
    let (page, answer) = try await read(
      .secretsManager, "ListSecrets", request, as: ListSecretsResponse.self, limiter: secretsLimiter)
    return SecretPage(
      secrets: page.secrets.map(\.metadata), nextToken: nonEmpty(page.nextToken),
      serverTime: answer.serverTime)
  }
}

private struct ListSecretsRequest: Encodable {
  let maxResults = 100
  let includePlannedDeletion = true
  let sortBy = "created-date"
  let sortOrder = "asc"
  let nextToken: String?
  let filters: [Filter]?

  struct Filter: Encodable {
    let key = "name"
    let values: [String]

    private enum CodingKeys: String, CodingKey {
      case key = "Key"
      case values = "Values"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case maxResults = "MaxResults"
    case includePlannedDeletion = "IncludePlannedDeletion"
    case sortBy = "SortBy"
    case sortOrder = "SortOrder"
    case nextToken = "NextToken"
    case filters = "Filters"
  }
}

private struct ListSecretsResponse: Decodable {
  let secrets: [Secret]
  let nextToken: String?

  private enum CodingKeys: String, CodingKey {
    case secrets = "SecretList"
    case nextToken = "NextToken"
  }

  struct Secret: Decodable {
    let arn: String
    let name: String
    let versionStages: [String: [String]]?
    let lastChanged: WireTime?
    let deleted: WireTime?

    private enum CodingKeys: String, CodingKey {
      case arn = "ARN"
      case name = "Name"
      case versionStages = "SecretVersionsToStages"
      case lastChanged = "LastChangedDate"
      case deleted = "DeletedDate"
    }

    var metadata: SecretMetadata {
      SecretMetadata(
        arn: arn, name: name, versionStages: versionStages ?? [:], lastChanged: lastChanged?.timestamp,
        lastChangedHasFraction: lastChanged?.hasFraction ?? false, deleted: deleted?.timestamp)
    }
  }
}
