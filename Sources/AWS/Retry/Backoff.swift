// SPDX-License-Identifier: Apache-2.0
// The "standard" retries of AWS's SDKs.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html

import Core

/// How long to wait before an attempt is repeated.
enum Backoff {
  /// The longest wait. A server that asks for more gets no further attempt: whoever called can wait better.
  static let longest = Duration.seconds(20)

  /// Full jitter: any time up to 1 s, 2 s, 4 s … after the first, second, third … attempt, but not before the
  /// server wants to hear from us. Nil where it wants to be left alone for longer than `longest`. `random` is
  /// from 0 up to 1.
  static func delay(afterAttempt attempt: Int, random: Double, hint: Duration?) -> Duration? {
    let ceiling = min(Duration.seconds(1 << min(max(attempt, 1) - 1, 10)), longest)
    let delay = ceiling * random
    guard let hint else { return delay }
    return hint > longest ? nil : max(delay, hint)
  }
}

/// What repeating may cost a client in all, so that an outage of AWS's does not make every call three.
struct RetryQuota: Sendable, Hashable {
  private(set) var left = Self.capacity

  private static let capacity = 500

  /// What one retry costs: a time limit that passed has held up more than a quick refusal.
  static func cost(isTimeout: Bool) -> Int { isTimeout ? 10 : 5 }

  /// Takes the cost of one retry; false where there is not enough left.
  mutating func take(_ cost: Int) -> Bool {
    guard left >= cost else { return false }
    left -= cost
    return true
  }

  /// A success gives back what its last retry took, or 1 where it needed none.
  mutating func succeed(lastCost: Int?) { left = min(Self.capacity, left + (lastCost ?? 1)) }
}
