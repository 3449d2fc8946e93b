// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc

/// The service manager that started this process, by sd_notify(3). Without one (`NOTIFY_SOCKET` is not set) all of
/// this does nothing.
///
/// What cannot be delivered is not an error here: systemd itself notices a service that does not report.
public struct Supervisor: Sendable {
  /// How long the manager waits between two calls of `isAlive` before it kills the process; nothing where it does not
  /// watch this process (`WATCHDOG_USEC`, `WATCHDOG_PID`).
  public let watchdogInterval: Duration?

  /// The manager that the environment names.
  public init() {
    var microseconds: UInt64 = 0
    let isWatched = unsafe sd_watchdog_enabled(0, &microseconds) > 0
    watchdogInterval = isWatched ? .microseconds(Int64(clamping: microseconds)) : nil
  }

  /// Started, or done with reloading.
  public func isReady(_ status: String) { notify("READY=1", status: status) }

  /// What it is doing, in one line for `systemctl status`.
  public func status(_ status: String) { notify(status: status) }

  /// Reads its configuration again; `isReady` ends it. The time tells the manager which of two reports is the later.
  public func isReloading(_ status: String) {
    notify("RELOADING=1", "MONOTONIC_USEC=\(nanoseconds(CLOCK_MONOTONIC) / 1_000)", status: status)
  }

  /// On its way out.
  public func isStopping(_ status: String) { notify("STOPPING=1", status: status) }

  /// Has made progress since the last time: feeds the watchdog.
  public func isAlive() { notify("WATCHDOG=1", status: nil) }

  /// A field is a line: a status of several would be further fields.
  private func notify(_ fields: String..., status: String?) {
    let lines = fields + (status.map { ["STATUS=\($0.printable)"] } ?? [])
    unsafe sd_notify(0, lines.joined(separator: "\n"))
  }
}
