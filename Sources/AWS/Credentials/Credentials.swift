// SPDX-License-Identifier: Apache-2.0

public import Core

/// What a request is signed with. Its description shows the key's id and nothing more.
public struct Credentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  /// The access key's id; not secret, AWS prints it in its own errors.
  public let accessKeyID: String
  /// The signing secret.
  public let secretAccessKey: String
  /// Sent and signed as `X-Amz-Security-Token` where present.
  public let sessionToken: String?
  /// When AWS stops accepting them; absent for keys that do not expire.
  public let expiration: Timestamp?

  /// Credentials with all their parts.
  public init(accessKeyID: String, secretAccessKey: String, sessionToken: String?, expiration: Timestamp?) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expiration = expiration
  }

  /// The key's id; never the secret or the token.
  public var description: String { "Credentials(\(accessKeyID))" }
  /// Nothing, so that no dump, log or test failure can print a secret.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why no credentials could be had.
public struct CredentialsFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, where it was looked for, and what to do.
  public let message: String
  /// True where the same attempt may succeed later (a metadata service that did not answer), false where the
  /// configuration must change first.
  public let isTransient: Bool

  /// A failure with all its parts.
  public init(message: String, isTransient: Bool) {
    self.message = message
    self.isTransient = isTransient
  }

  /// The message.
  public var description: String { message }
}

/// Where credentials come from. Implementations cache; asking before every request is what they are for.
public protocol CredentialsProvider: Sendable {
  /// Credentials that are valid now.
  func credentials() async throws(CredentialsFailure) -> Credentials
  /// Forgets what is cached: AWS has just refused it as expired or unknown.
  func invalidate() async
}
