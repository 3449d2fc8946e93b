// SPDX-License-Identifier: Apache-2.0

/// Why a call to the outside did not do what it was for. Adapters classify; the engine decides.
public struct Failure: Error, Hashable, Sendable {
  /// What can be done about it.
  public enum Kind: String, Hashable, Sendable {
    /// Throttled, unreachable or broken for now: the same call may succeed later.
    case transient
    /// Credentials or permissions: it succeeds once somebody grants what is missing.
    case denied
    /// What was asked for does not exist.
    case notFound
    /// Refused for good: the same call will be refused again.
    case permanent
  }

  /// What can be done about it.
  public var kind: Kind
  /// What went wrong, in one line, with AWS's own code and words and no credential.
  public var reason: String
  /// True where the call may have done its work all the same: an answer that was lost, a time-out.
  public var mayHaveTakenEffect: Bool

  /// A failure with all its parts.
  public init(kind: Kind, reason: String, mayHaveTakenEffect: Bool) {
    self.kind = kind
    self.reason = reason
    self.mayHaveTakenEffect = mayHaveTakenEffect
  }
}
