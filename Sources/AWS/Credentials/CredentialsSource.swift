// SPDX-License-Identifier: Apache-2.0

/// One way to get fresh credentials, each time it is asked. `CachedCredentials` decides when to ask.
public protocol CredentialsSource: Sendable {
  /// Fetches anew. A source that is configured and fails is an error: no other source takes its place.
  func fetch() async throws(CredentialsFailure) -> Credentials
}
