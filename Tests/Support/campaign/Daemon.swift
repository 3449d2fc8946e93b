// SPDX-License-Identifier: Apache-2.0

import Foundation

/// `rollwatch run` as a process.
final class Daemon: @unchecked Sendable {
  private let process = Process()
  private let log: URL

  init(_ program: URL, _ arguments: [String], environment: [String: String], log: URL) throws {
    self.log = log
    if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
    let handle = try FileHandle(forWritingTo: log)
    try handle.seekToEnd()
    process.executableURL = program
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = handle
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var isRunning: Bool { process.isRunning }
  var processID: Int32 { process.processIdentifier }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Its exit status, or a signal's number made negative; nil where it does not end in time.
  func end(within limit: Duration) async -> Int32? {
    let latest = ContinuousClock.now + limit
    while process.isRunning {
      guard ContinuousClock.now < latest else { return nil }
      try? await Task.sleep(for: .milliseconds(2))
    }
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  /// What it said, over all its lives.
  var words: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
}
