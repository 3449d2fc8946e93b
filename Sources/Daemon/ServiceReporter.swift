// SPDX-License-Identifier: Apache-2.0

public import Core
public import Logging
public import Platform

/// Tells the log and the service manager what the daemon does.
///
/// The watchdog is fed from here, and only by a loop that goes round: one that hangs feeds nothing, and with it hang the HTTP
/// exchanges, for all of them share one thread. Before each time the journal is shown to be writable.
public final class ServiceReporter: Reporter {
  private let logger: Logger
  private let supervisor: Supervisor
  private let time: any TimeSource
  private let probe: () throws(Failure) -> Void
  private var status = ""
  private var isReady = false
  private var lastFed = Duration.zero

  /// A reporter. `probe` shows that what is to be recorded can be; where it throws, the process ends.
  public init(
    logger: Logger, supervisor: Supervisor, time: any TimeSource, probe: @escaping () throws(Failure) -> Void
  ) {
    self.logger = logger
    self.supervisor = supervisor
    self.time = time
    self.probe = probe
  }

  /// Writes each record to the log.
  public func recorded(_ records: [Record]) {
    for record in records { logger.log(level: record.level, "\(record.message)", metadata: record.metadata) }
  }

  /// Keeps the status line true, and feeds the watchdog at half of its interval.
  public func alive(_ summary: Engine.Summary, isReady: Bool) throws(Failure) {
    let status = summary.line
    if isReady, !self.isReady {
      self.isReady = true
      supervisor.isReady(status)
    } else if status != self.status {
      supervisor.status(status)
    }
    self.status = status
    guard let interval = supervisor.watchdogInterval, time.elapsed() - lastFed >= interval / 2 else { return }
    try probe()
    lastFed = time.elapsed()
    supervisor.isAlive()
  }

  /// Tells the manager.
  public func reloading() { supervisor.isReloading("reading the rules again") }

  /// Tells the manager.
  public func reloaded() { supervisor.isReady(status) }

  /// Tells the manager.
  public func stopping() { supervisor.isStopping("stopping; what is under way goes on after the next start") }
}

extension Engine.Summary {
  /// One line for `systemctl status`.
  var line: String {
    var parts = ["watching \(resources) resources by \(rules) rules"]
    if failingSources > 0 { parts.append("\(failingSources) sources failing") }
    if waiting > 0 { parts.append("\(waiting) restarts settling") }
    if held > 0 { parts.append("\(held) held") }
    if underWay > 0 { parts.append("\(underWay) under way") }
    return parts.joined(separator: "; ")
  }
}
