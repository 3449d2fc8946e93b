// SPDX-License-Identifier: Apache-2.0

public import Core
internal import Glibc

/// The machine's own clocks.
public struct SystemClock: TimeSource {
  /// The clocks of this machine.
  public init() {}

  /// `CLOCK_REALTIME`, to the millisecond.
  public func now() -> Timestamp {
    Timestamp(milliseconds: Int64(nanoseconds(CLOCK_REALTIME) / 1_000_000))
  }

  /// `CLOCK_BOOTTIME`: the time since the machine started, suspended or not.
  public func elapsed() -> Duration { .nanoseconds(nanoseconds(CLOCK_BOOTTIME)) }

  /// Waits on the same clock that `elapsed` reads, so that a suspended machine catches up at once.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    do {
      try await Task.sleep(for: duration, clock: .continuous)
    } catch {
      throw CancellationError()
    }
  }
}

/// A clock of the kernel, in nanoseconds since its start; it cannot fail for the clocks that Linux always has.
func nanoseconds(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
