// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Daemon
import JSON
import Journal
import Platform

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what a daemon watches, what waits and why, and when it goes on.",
    discussion: """
      Without a daemon it says so and shows what the journal remembers.

      Exit statuses: 0 done. 1 neither a daemon nor a journal could be asked. 64 wrong usage.
      """)

  @Flag(help: "All of it as one JSON object; docs/OPERATIONS.md explains the keys.")
  var json = false

  @OptionGroup var options: ControlOptions

  func run() async throws {
    let status = try await status()
    if json {
      say(status.line + "\n")
    } else {
      say(StatusScreen(status, on: .standardOutput).text)
    }
  }

  private func status() async throws -> JSONValue {
    let line: DaemonLine
    do { line = try DaemonLine(to: options.places) } catch let absence as DaemonLine.Absence {
      switch absence {
      case .denied: throw fail(absence.message, .failure)
      case .noDaemon: return try remembered(absence)
      }
    }
    try await line.ask(
      ControlRequest(.status, target: nil, region: nil, account: nil, reason: nil, follows: false))
    switch try await line.answer() {
    case .status(let status): return status
    case .refused(let reason): throw fail(reason, .failure)
    case .done, .progress, .end: throw fail("the daemon answers something else", .failure)
    }
  }

  private func remembered(_ absence: DaemonLine.Absence) throws -> JSONValue {
    let directory = options.state.directory
    do throws(JournalFailure) {
      let state = try JournalReader(directory: directory).state()
      StandardError.write(
        "rollwatch: \(absence.message)\nwhat follows is what the journal in \(directory.printable) remembers\n"
      )
      return JSONValue(Report(remembered: state, at: eventLoop.now()), daemon: nil)
    } catch {
      throw fail("\(absence.message); and its journal cannot be read: \(error)", .failure)
    }
  }
}
