// SPDX-License-Identifier: Apache-2.0

public import Platform

/// Lets calls through at most so often, evenly spaced: DescribeParameters shares its small quota with the
/// operators' own PutParameter, and a burst of ours would be their throttling.
public final class RateLimiter: Sendable {
  /// A turn this near is taken at once: to wait for it costs more than it is worth, and the turns after it stay where they are.
  private static let tolerance = Duration.milliseconds(10)

  private let interval: Duration
  private let time: any TimeSource
  /// When the next call may go, on the steady clock.
  private let next = Locked<Duration?>(nil)

  /// At most `perSecond` calls in each second; more than none.
  public init(perSecond: Double, time: any TimeSource) {
    precondition(perSecond > 0, "a rate of nothing would wait for ever")
    interval = .seconds(1 / perSecond)
    self.time = time
  }

  /// Waits for this call's turn. A turn whose task is cancelled is lost.
  public func wait() async throws(CancellationError) {
    let now = time.elapsed()
    let turn = next.withLock { next in
      let turn = max(next ?? now, now)
      next = turn + interval
      return turn
    }
    if turn > now + Self.tolerance { try await time.sleep(for: turn - now) }
  }
}
