// SPDX-License-Identifier: Apache-2.0

public import Core
import LoopbackSockets
public import Platform

/// The system's clocks, for an AWS that runs in real time.
public struct WallClock: TimeSource {
  private let start = ContinuousClock.now

  /// The system's clocks.
  public init() {}

  /// The wall clock.
  public func now() -> Timestamp { Timestamp(milliseconds: systemMilliseconds()) }

  /// Time since this value was made.
  public func elapsed() -> Duration { ContinuousClock.now - start }

  /// Waits in real time.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    do {
      try await ContinuousClock().sleep(for: duration)
    } catch {
      throw CancellationError()
    }
  }
}
