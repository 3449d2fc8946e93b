// SPDX-License-Identifier: Apache-2.0

public import Core
public import Platform

/// A clock on which sleeping is what makes time pass: for tests in which one task at a time waits.
public final class JumpingClock: TimeSource {
  private let start: Timestamp
  private let present: Locked<Timestamp>

  /// A clock that shows this time until somebody sleeps.
  public init(at start: Timestamp) {
    self.start = start
    present = Locked(start)
  }

  /// The time reached so far.
  public func now() -> Timestamp { present.withLock { $0 } }

  /// The time slept so far.
  public func elapsed() -> Duration { now() - start }

  /// Lets time pass and returns at once.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    guard !Task.isCancelled else { throw CancellationError() }
    advance(by: duration)
  }

  /// Lets time pass.
  public func advance(by duration: Duration) { present.withLock { $0 = $0 + duration } }
}
