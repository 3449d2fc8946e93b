// SPDX-License-Identifier: Apache-2.0

import Core

/// How far this machine's clock is off, host by host, as their `Date` headers show it.
struct ClockSkew: Sendable {
  private var corrections: [String: Duration] = [:]

  /// AWS accepts signatures within five minutes of its own time; less than four needs no correction, and a
  /// `Date` header that a proxy kept for a moment must not make one.
  private static let tolerance = Duration.seconds(240)

  /// What to add to this machine's time before signing for a host.
  func correction(for host: String) -> Duration { corrections[host] ?? .zero }

  /// Learns from an answer that arrived `now`.
  mutating func observe(date: Timestamp?, host: String, now: Timestamp) {
    guard let date else { return }
    let difference = date - now
    corrections[host] = Self.matters(difference) ? difference : nil
  }

  /// True where a request that was signed with another correction may be refused for it. Compared with what
  /// was used and not with the last one known: another call may have learned the same a moment before.
  func differs(from used: Duration, for host: String) -> Bool { Self.matters(correction(for: host) - used) }

  private static func matters(_ difference: Duration) -> Bool {
    difference >= tolerance || difference <= .zero - tolerance
  }
}
