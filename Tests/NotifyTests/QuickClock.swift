// SPDX-License-Identifier: Apache-2.0

import Core
import Platform
import Testing

/// The machine's clock, made to go faster: what takes a minute there takes three seconds here.
struct QuickClock: TimeSource {
  static let factor = 20

  func now() -> Timestamp { SystemClock().now() }
  func elapsed() -> Duration { SystemClock().elapsed() * Self.factor }
  func sleep(for duration: Duration) async throws(CancellationError) {
    try await SystemClock().sleep(for: duration / Self.factor)
  }
}

/// Waits until the condition holds, for three minutes at most: others take their time.
func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(180)
  while try !condition() {
    try #require(ContinuousClock.now < end, "waited in vain for \(what)")
    try await Task.sleep(for: .milliseconds(5))
  }
}
