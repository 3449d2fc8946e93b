// SPDX-License-Identifier: Apache-2.0
// What an operator tells a running daemon. Each is one order, which is carried out or refused with a reason.

import ArgumentParser
import Core
import Daemon
import Platform

private let statuses = "Exit statuses: 0 done. 1 refused, or no daemon runs. 64 wrong usage."

/// Says what came of an order.
private func give(_ request: ControlRequest, _ options: ControlOptions) async throws {
  let line: DaemonLine
  do { line = try DaemonLine(to: options.places) } catch let error as DaemonLine.Absence {
    throw fail(error.message, .failure)
  }
  try await line.ask(request)
  switch try await line.answer() {
  case .done(let text): say("\(text.printable)\n")
  case .refused(let text): throw fail(text, .failure)
  case .status, .progress, .end: throw fail("the daemon answers something else", .failure)
  }
}

/// The words that an order may have.
struct ReasonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Why; kept in the journal.", valueName: "text"))
  var reason: String?

  func validate() throws {
    if let reason, reason.count > Limits.operatorsWords {
      throw ValidationError("--reason has at most \(Limits.operatorsWords) characters")
    }
  }
}

/// One target or resource, or all of them.
struct SubjectOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The target: CLUSTER/SERVICE, or as records write it (ecs:CLUSTER/SERVICE, unit:NAME.service).",
      valueName: "target"))
  var target: String?

  @Flag(help: "Everything.")
  var all = false

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    guard (target != nil) != all else { throw ValidationError("name one target, or say --all") }
    guard target != "" else { throw ValidationError("the target has no name") }
  }

  func request(_ command: ControlRequest.Command, reason: String?) -> ControlRequest {
    ControlRequest(
      command, target: target, region: place.region, account: place.account, reason: reason, follows: false)
  }
}

struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Let nothing of a target, or of all, be restarted until it is released.",
    discussion:
      "What is under way is followed to its end; what changes meanwhile waits, over restarts of the daemon too. "
      + statuses)

  @OptionGroup var subject: SubjectOptions
  @OptionGroup var words: ReasonOptions
  @OptionGroup var options: ControlOptions

  func run() async throws { try await give(subject.request(.hold, reason: words.reason), options) }
}

struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Let go on what is held: a target, all that operators hold, or a version in quarantine.",
    discussion: """
      A target that an operator holds is free again. One that waits for a window, for its turn or for a version in \
      quarantine begins now. Of a resource (secret:NAME, parameter:/NAME) the quarantine of its version ends. \(statuses)
      """)

  @OptionGroup var subject: SubjectOptions
  @OptionGroup var words: ReasonOptions
  @OptionGroup var options: ControlOptions

  func run() async throws { try await give(subject.request(.release, reason: words.reason), options) }
}

/// An order about one thing.
struct NameOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("As rollwatch status shows it; a service also as CLUSTER/SERVICE.", valueName: "name"))
  var name: String

  @OptionGroup var place: PlaceOptions

  func validate() throws { guard !name.isEmpty else { throw ValidationError("the name is empty") } }

  func request(_ command: ControlRequest.Command, reason: String?) -> ControlRequest {
    ControlRequest(
      command, target: name, region: place.region, account: place.account, reason: reason, follows: false)
  }
}

struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Make a restart that came to a bad end once more.", discussion: statuses)

  @OptionGroup var name: NameOptions
  @OptionGroup var words: ReasonOptions
  @OptionGroup var options: ControlOptions

  func run() async throws { try await give(name.request(.retry, reason: words.reason), options) }
}

struct SkipCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skip", abstract: "Let go what waits for a target: it is not restarted for those changes.",
    discussion: statuses)

  @OptionGroup var name: NameOptions
  @OptionGroup var words: ReasonOptions
  @OptionGroup var options: ControlOptions

  func run() async throws { try await give(name.request(.skip, reason: words.reason), options) }
}

struct ApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Let a change restart more targets than may be restarted without asking.",
    discussion: "Name the resource, secret:NAME or parameter:/NAME, or one of the targets. " + statuses)

  @OptionGroup var name: NameOptions
  @OptionGroup var words: ReasonOptions
  @OptionGroup var options: ControlOptions

  func run() async throws { try await give(name.request(.approve, reason: words.reason), options) }
}
