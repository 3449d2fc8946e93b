// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import SystemPackage
import Testing

/// A program that has ended.
struct Ended {
  /// The exit status, or 128 and the signal, as a shell says it.
  let status: Int32
  let output: String
  let errors: String
}

/// Runs programs, and knows where this package's own are.
enum Program {
  /// The directory of the package.
  static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Where the build that this test is part of has put its executables.
  static let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  /// A file of the package by its path in it.
  static func file(_ path: String) -> String { package.appending(path: path).path }

  /// Runs a program to its end. `name` is a path, or a name to be found in `PATH`.
  static func run(
    _ name: String, _ arguments: [String], in directory: URL? = nil, environment: Environment = .inherit
  ) async throws -> Ended {
    let result = try await Subprocess.run(
      name.contains("/") ? .path(FilePath(name)) : .name(name), arguments: Arguments(arguments),
      environment: environment, workingDirectory: directory.map { FilePath($0.path) },
      output: .string(limit: 16 << 20), error: .string(limit: 1 << 20))
    let status: Int32 =
      switch result.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): 128 + signal
      }
    return Ended(status: status, output: result.standardOutput, errors: result.standardError)
  }

  /// Whether a program is on this machine.
  static func exists(_ name: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }
}
