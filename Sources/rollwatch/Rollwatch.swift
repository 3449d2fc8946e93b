// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform

@main
enum Program {
  static func main() {
    useOneHeap()
    eventLoop.run { await Rollwatch.run() }
  }
}

/// The thread on which everything happens.
let eventLoop = EventLoop()

struct Rollwatch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollwatch",
    abstract: "Restarts ECS services when the parameters and secrets they read have changed.",
    version: version,
    subcommands: [
      RunCommand.self, CheckCommand.self, StatusCommand.self, HistoryCommand.self, RestartCommand.self,
      WhyCommand.self, HoldCommand.self, ReleaseCommand.self, RetryCommand.self, SkipCommand.self,
      ApproveCommand.self,
    ])
}

extension Rollwatch {
  /// A command that is named first is parsed by itself, for going through all of them takes longer than many a command's own work.
  /// Where that does not do, all of them say why, and what to write.
  static func run() async {
    let words = CommandLine.arguments.dropFirst()
    let named = configuration.subcommands.first { $0.configuration.commandName == words.first }
    guard var command = try? named?.parseAsRoot(Array(words.dropFirst())) else { return await main() }
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      exit(withError: error)
    }
  }
}

extension CommandConfiguration {
  /// A command of rollwatch, which is not asked for completion scripts when it is parsed by itself.
  static func ofCommand(
    commandName: String, abstract: String, discussion: String = "",
    subcommands: [any ParsableCommand.Type] = [], defaultSubcommand: (any ParsableCommand.Type)? = nil
  ) -> Self {
    CommandConfiguration(
      commandName: commandName, _superCommandName: "rollwatch", abstract: abstract, discussion: discussion,
      subcommands: subcommands, defaultSubcommand: defaultSubcommand)
  }
}

/// The released version, also named in the user agent and in `started` records.
let version = "0.1.0"
