// SPDX-License-Identifier: Apache-2.0

public import AWS
public import Core

/// The client of every location that the rules name, each with its own credentials, rate and retries: what one account
/// or Region does to its client is nothing to another's.
public struct AWSClients: Sendable {
  private let clients: [Location: AWSClient]

  /// One client for each location.
  public init(_ clients: [Location: AWSClient]) { self.clients = clients }

  func client(for location: Location) throws(Failure) -> AWSClient {
    guard let client = clients[location] else {
      // A reload may name a Region or an account that had no client at the start.
      throw Failure(
        kind: .permanent,
        reason: "\(location.account.map { "account \($0), " } ?? "")Region \(location.region) is new since the start; "
          + "restart rollwatch to use it",
        mayHaveTakenEffect: false)
    }
    return client
  }
}
