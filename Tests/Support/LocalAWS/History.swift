// SPDX-License-Identifier: Apache-2.0

import Core

/// What one regional service is to the simulation.
protocol SimulatedService: Sendable {
  /// Lets everything happen that was due until `now`.
  mutating func advance(to now: Timestamp)
  /// Carries one call out.
  mutating func perform(_ call: Call, at now: Timestamp) throws(APIError) -> JSON
}

/// A service, and as many of its former states as stale answers need. Services are values: a former state is a copy.
struct History<Service: SimulatedService>: Sendable {
  private(set) var current: Service
  private var former: [(until: Timestamp, state: Service)] = []

  init(_ service: Service) { current = service }

  /// Brings the service to `now` and changes it, keeping what it was for so long.
  mutating func change<Result, Failure>(
    at now: Timestamp, keeping memory: Duration, _ body: (inout Service) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    current.advance(to: now)
    if memory > .zero {
      former.removeAll { $0.until < now - memory }
      former.append((now, current))
    }
    return try body(&current)
  }

  /// Reads the service as it was `age` ago; changes that the reading makes are lost where it was another state.
  mutating func read(_ call: Call, at now: Timestamp, age: Duration) throws(APIError) -> JSON {
    guard age > .zero, var state = former.first(where: { $0.until > now - age })?.state else {
      current.advance(to: now)
      return try current.perform(call, at: now)
    }
    state.advance(to: now - age)
    return try state.perform(call, at: now - age)
  }
}
