// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Foundation
import Platform
import Rules

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Validate rules and settings, offline.",
    discussion: """
      Every mistake is reported at once, as FILE:LINE:COLUMN: error: what is wrong; what to do. With --json each is \
      one object a line on standard output, with the keys file, line, column and message.

      Exit statuses: 0 all is fine. 1 there are mistakes. 64 wrong usage.
      """)

  @OptionGroup var files: ConfigurationOptions

  @Flag(help: "One JSON object a line, on standard output.")
  var json = false

  func run() throws {
    var mistakes: [Diagnostics] = []
    var settings = Settings()
    do throws(Diagnostics) { settings = try files.settings() } catch { mistakes.append(error) }
    var summary = ""
    do throws(Diagnostics) {
      let read = try RuleFiles(paths: files.rulePaths)
      // Offline no Region need be known: then nothing is said about the Regions of ARNs.
      let environment = ProcessEnvironment.all
      let region = settings.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
      let rules = try read.rules(defaultRegion: region, settings: settings)
      summary = "\(counted(rules.rules.count, "rule")) in \(counted(read.files.count, "file")): fine"
    } catch {
      mistakes.append(error)
    }
    guard mistakes.isEmpty else {
      for diagnostics in mistakes {
        if json { try printJSON(diagnostics) } else { report(diagnostics) }
      }
      throw ExitCode.failure
    }
    if !json { try StandardOutput.write(summary + "\n") }
  }

  private struct Line: Encodable {
    let file: String
    let line: Int
    let column: Int
    let message: String
  }

  private func printJSON(_ diagnostics: Diagnostics) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for mistake in diagnostics.all {
      let line = Line(
        file: mistake.file, line: mistake.line, column: mistake.column, message: mistake.message)
      try StandardOutput.write(String(decoding: try encoder.encode(line), as: UTF8.self) + "\n")
    }
  }

  private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
