// SPDX-License-Identifier: Apache-2.0

import Core

/// How far this machine's clock is off, host by host, as their `Date` headers show it.
struct ClockSkew: Sendable {
  private var corrections: [String: Duration] = [:]

  /// AWS accepts signatures within five minutes of its own time; less than four needs no correction, and a
  /// `Date` header that a proxy kept for a moment must not make one.
  private static let tolerance = Duration.seconds(240)

  /// What to sign with instead of `now`.
  func signingTime(_ now: Timestamp, host: String) -> Timestamp { now + (corrections[host] ?? .zero) }

  /// Learns from an answer that arrived `now`. True where later signatures will have another time by more than
  /// the tolerance.
  mutating func observe(date: Timestamp?, host: String, now: Timestamp) -> Bool {
    guard let date else { return false }
    let before = corrections[host] ?? .zero
    let difference = date - now
    corrections[host] = abs(difference) >= Self.tolerance ? difference : nil
    return abs((corrections[host] ?? .zero) - before) >= Self.tolerance
  }

  private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
}
