// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Platform
import Rules

/// Exit statuses beyond those of the command line itself; `EX_USAGE` (64) is ArgumentParser's.
extension ExitCode {
  /// The configuration is wrong: trying again without changing it is of no use. `EX_CONFIG` of sysexits.h.
  static let wrongConfiguration = ExitCode(78)
}

/// Says on standard error what is wrong, and ends with a status. The names in it may be anybody's.
func fail(_ message: String, _ status: ExitCode) -> ExitCode {
  StandardError.write("rollwatch: error: \(message.printable)\n")
  return status
}

/// Says every mistake on standard error.
func report(_ diagnostics: Diagnostics) {
  for diagnostic in diagnostics.all { StandardError.write("\(diagnostic.description.printable)\n") }
  if diagnostics.omitted > 0 { StandardError.write("and \(diagnostics.omitted) more errors\n") }
}

func fileExists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

/// Tells how it goes, on standard output. That nobody reads it any more does not end the work.
func say(_ line: String) { _ = try? StandardOutput.write(line) }
