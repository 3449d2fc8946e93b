// SPDX-License-Identifier: Apache-2.0

public import Core

/// What time it is and how to wait: the system's clocks in the daemon, a simulated one in tests.
public protocol TimeSource: Sendable {
  /// The wall clock.
  func now() -> Timestamp
  /// A clock that never steps, in time since an arbitrary start; it counts while the machine is suspended.
  func elapsed() -> Duration
  /// Waits so long on the steady clock. Throws only when the task is cancelled.
  func sleep(for duration: Duration) async throws(CancellationError)
}
