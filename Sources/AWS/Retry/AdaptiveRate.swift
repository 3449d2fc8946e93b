// SPDX-License-Identifier: Apache-2.0
// The "adaptive" retries of AWS's SDKs: after the first throttling a client holds itself to a rate, which
// falls to 0.7 of what it was at each throttling and comes back along a cubic curve, as TCP CUBIC does (RFC
// 9438).

import Core
import Foundation

/// The rate at which one client may call one service. Pure: every method is told what time it is, as time
/// since some start on a steady clock.
struct AdaptiveRate: Sendable {
  /// Calls a second; nil until the first throttling.
  private(set) var rate: Double?
  private var tokens = 0.0
  private var filledAt = 0.0
  private var lastMaximum = 0.0
  private var lastThrottle = 0.0
  private var measured = MeasuredRate()

  private static let slowest = 0.5
  private static let scale = 0.4
  private static let decrease = 0.7

  /// Takes one call out of the bucket, and says how long to wait before it may be sent.
  mutating func reserve(at time: Duration) -> Duration {
    guard let rate else { return .zero }
    fill(at: Self.seconds(time), rate: rate)
    tokens -= 1
    return tokens >= 0 ? .zero : .seconds(-tokens / rate)
  }

  /// Learns from an answer.
  mutating func record(isThrottled: Bool, at time: Duration) {
    let now = Self.seconds(time)
    measured.record(at: now)
    let wanted: Double
    if isThrottled {
      lastMaximum = rate.map { min(measured.rate, $0) } ?? measured.rate
      lastThrottle = now
      wanted = lastMaximum * Self.decrease
    } else if rate != nil {
      let plateau = cbrt(lastMaximum * (1 - Self.decrease) / Self.scale)
      wanted = Self.scale * pow(now - lastThrottle - plateau, 3) + lastMaximum
    } else {
      return
    }
    let before = rate
    let fresh = max(min(wanted, 2 * measured.rate), Self.slowest)
    fill(at: now, rate: before ?? fresh)
    rate = fresh
    tokens = min(tokens, max(fresh, 1))
  }

  private mutating func fill(at now: Double, rate: Double) {
    tokens = min(tokens + max(now - filledAt, 0) * rate, max(rate, 1))
    filledAt = now
  }

  private static func seconds(_ time: Duration) -> Double { time / .seconds(1) }
}

/// Answers a second, smoothed over half seconds.
private struct MeasuredRate: Sendable {
  private(set) var rate = 0.0
  private var count = 0.0
  private var bucket: Double?

  mutating func record(at now: Double) {
    count += 1
    let current = (now * 2).rounded(.down) / 2
    guard let bucket else {
      self.bucket = current
      return
    }
    guard current > bucket else { return }
    rate = 0.8 * count / (current - bucket) + 0.2 * rate
    count = 0
    self.bucket = current
  }
}
