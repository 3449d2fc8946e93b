// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The rollwatch program while it runs.
final class RunningProgram {
  private let process = Process()
  private let output: URL
  private let errors: URL

  /// Starts it with these arguments.
  init(_ arguments: [String], environment: [String: String], in folder: URL) throws {
    output = folder.appending(path: "output-\(UUID().uuidString)")
    errors = folder.appending(path: "errors-\(UUID().uuidString)")
    for file in [output, errors] { try Data().write(to: file) }
    process.executableURL = Program.products.appending(path: "rollwatch")
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var processID: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var standardOutput: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
  var standardError: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for its end and returns its exit status; a signal's number made negative where one ended it.
  func status(within limit: Duration = .seconds(30)) async throws -> Int32 {
    let end = ContinuousClock.now + limit
    while process.isRunning {
      try #require(ContinuousClock.now < end, "it does not end; it says: \(standardError)")
      try await Task.sleep(for: .milliseconds(10))
    }
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  func stop() async throws -> Int32 {
    signal(SIGTERM)
    return try await status()
  }
}

extension Sandbox {
  /// `rollwatch run` with this sandbox's files.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> RunningProgram {
    try rollwatch(
      ["run", "--config", path("rollwatch.yaml"), "--rules", path("rules"), "--state", path("state")]
        + arguments,
      environment: environment)
  }

  func rollwatch(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
    try RunningProgram(
      arguments, environment: self.environment.merging(environment) { $1 }, in: folder)
  }

  /// A daemon that has its baseline.
  func startedDaemon() async throws -> RunningProgram {
    let daemon = try run()
    let before = records("started").count
    try await self.await("the daemon's start") {
      records("started").count >= max(1, before) || !daemon.isRunning
    }
    try await self.await("baseline", count: 2)
    return daemon
  }
}
