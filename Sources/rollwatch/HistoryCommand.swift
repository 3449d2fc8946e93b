// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import JSON
import Journal
import Platform
import Rules

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show what happened and why, newest last.",
    discussion: "It reads the journal beside a running daemon, or without one.",
    subcommands: [Show.self, Verify.self], defaultSubcommand: Show.self)

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show records. (the default)")

    @OptionGroup var state: StateOptions

    @Option(help: ArgumentHelp("Only what concerns this target: CLUSTER/SERVICE.", valueName: "target"))
    var target: String?

    @Option(
      help: ArgumentHelp(
        "Only what concerns this resource: its name, or parameter:NAME, secret:NAME.", valueName: "resource"))
    var resource: String?

    @Option(help: ArgumentHelp("Only the last so long, such as 24h, 30m or 7d.", valueName: "duration"))
    var since: String?

    @Option(help: ArgumentHelp("Only so many, the newest.", valueName: "number"))
    var limit: Int?

    @Flag(help: "One record a line, as it stands in the journal.")
    var json = false

    func validate() throws {
      if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
      if let since {
        do throws(DurationError) { _ = try Duration(text: since) } catch {
          throw ValidationError("--since: \(error.message)")
        }
      }
    }

    func run() throws {
      let start = (try? since.map { try Duration(text: $0) }).flatMap { $0 }.map { SystemClock().now() - $0 }
      let filter = JournalReader.Filter(target: target, resource: resource, since: start, limit: limit)
      do throws(JournalFailure) {
        let records = try JournalReader(directory: state.directory).records(filter)
        if json {
          for record in records {
            guard (try? StandardOutput.write(record.line + "\n")) == true else { return }
          }
        } else {
          _ = try? StandardOutput.write(HistoryTable(records.map(\.value), on: .standardOutput).text)
        }
      } catch {
        throw fail("\(error)", .failure)
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Re-compute the journal's chain: is every record what it was, and the last one the last?",
      discussion:
        "Exit statuses: 0 intact. 1 it is not, and the first bad record's number is printed. 64 wrong usage.")

    @OptionGroup var state: StateOptions

    @Option(
      help: ArgumentHelp(
        "The key the records are sealed with. (default: the credential audit-key, where there is one)",
        valueName: "file"))
    var auditKey: String?

    func run() throws {
      do {
        let key = try auditKey.map { try AuditKey(contentsOf: $0) } ?? AuditKey.ofCredential()
        let count = try JournalReader(directory: state.directory).verify(auditKey: key)
        try StandardOutput.write("intact: \(count) records\n")
      } catch let error as ChainError {
        try StandardOutput.write("record \(error.seq) is not what it was: \(error.reason.printable)\n")
        throw ExitCode.failure
      } catch {
        throw fail("\(error)", .failure)
      }
    }
  }
}
