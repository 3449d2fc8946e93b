// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform

@main
enum Program {
  static func main() {
    useOneHeap()
    eventLoop.run { await Rollwatch.main() }
    endWithSuccess()
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

/// The released version, also named in the user agent and in `started` records.
let version = "0.1.0"
