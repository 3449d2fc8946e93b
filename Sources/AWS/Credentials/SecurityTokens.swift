// SPDX-License-Identifier: Apache-2.0

/// The two calls of the Security Token Service that make credentials. A protocol, because the chain must not
/// know how calls are signed and repeated, and tests need neither.
public protocol SecurityTokens: Sendable {
  /// `sts:AssumeRole`, signed with what `provider` has.
  func assumeRole(
    _ role: RoleRequest, as provider: any CredentialsProvider
  ) async throws(CredentialsFailure) -> Credentials

  /// `sts:AssumeRoleWithWebIdentity`, not signed: the token is the proof.
  func assumeRoleWithWebIdentity(
    _ role: RoleRequest, token: String
  ) async throws(CredentialsFailure) -> Credentials
}

/// The role to assume, and how.
public struct RoleRequest: Sendable, Hashable {
  /// The role's ARN.
  public let roleARN: String
  /// What CloudTrail shows as the session's name: 2 to 64 characters of `A-Za-z0-9_+=,.@-`.
  public let sessionName: String
  /// The agreed word of another account's role, if its trust policy asks for one.
  public let externalID: String?
  /// How long the credentials shall be valid, 900 to 43,200 s; nothing for AWS's default of an hour.
  public let durationSeconds: Int?

  /// A request with all its parts.
  public init(roleARN: String, sessionName: String, externalID: String?, durationSeconds: Int?) {
    self.roleARN = roleARN
    self.sessionName = sessionName
    self.externalID = externalID
    self.durationSeconds = durationSeconds
  }
}

/// The session name of every role that is assumed without a name of its own.
let defaultSessionName = "rollwatch"
