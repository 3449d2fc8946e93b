// SPDX-License-Identifier: Apache-2.0

public import AWS
public import Core
internal import Platform

/// The client of every location in use, made when it is first needed. Each has its own credentials, rate and retries:
/// what one account or Region does to its client is nothing to another's.
public final class AWSClients: Sendable {
  private let made = Locked<[Location: AWSClient]>([:])
  private let make: @Sendable (Location) throws(Failure) -> AWSClient

  /// Clients that `make` makes.
  public init(make: @escaping @Sendable (Location) throws(Failure) -> AWSClient) { self.make = make }

  /// The client of a location.
  public func client(for location: Location) throws(Failure) -> AWSClient {
    if let client = made.withLock({ $0[location] }) { return client }
    let client = try make(location)
    return made.withLock { made in
      if let earlier = made[location] { return earlier }
      made[location] = client
      return client
    }
  }
}

extension Failure {
  /// What the failure of an AWS call means to the engine.
  init(_ failure: AWSFailure) {
    let kind: Kind =
      switch failure.kind {
      case .throttled, .transient, .unreachable, .malformedAnswer, .cancelled: .transient
      // What is in the way may go away by itself.
      case .conflict: .transient
      case .denied, .credentials: .denied
      case .notFound: .notFound
      case .invalid, .unsupported: .permanent
      }
    self.init(kind: kind, reason: failure.description, mayHaveTakenEffect: failure.mayHaveTakenEffect)
  }
}
