// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Daemon
import Platform
import Rules

struct RestartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Restart one target now, and follow that to its end.",
    discussion: """
      Where a daemon runs it is told to do it. Where none runs this command does it by itself, for ECS services, and the journal of \
      the state directory records it if one is named. What cannot be restarted is refused with a reason. A rollout in progress is \
      not waited for.

      Exit statuses: 0 the deployment completed, or with --no-wait has begun. 1 it did not. 64 wrong usage. \
      78 wrong configuration.
      """)

  @Argument(
    help: ArgumentHelp(
      "The service, CLUSTER/SERVICE; with a daemon any target as records write it.", valueName: "target"))
  var target: String

  @Flag(help: "End as soon as it has begun.")
  var noWait = false

  @OptionGroup var words: ReasonOptions

  @Option(help: "The target's Region. (default: the daemon's, or as every AWS program takes it)")
  var region: String?

  @Option(
    help: ArgumentHelp("With a daemon: the target's account, by its name in the settings.", valueName: "name")
  )
  var account: String?

  @OptionGroup var options: ControlOptions

  /// The service that the target is; nil where it is something else, which only a daemon can restart.
  private var service: String? {
    if target.hasPrefix("ecs:") { return String(target.dropFirst(4)) }
    let isOther = target.prefix { $0 != ":" }.count < target.count && !target.hasPrefix("arn:")
    return isOther ? nil : target
  }

  func validate() throws {
    guard let service else { return }
    let template: TargetTemplate
    do throws(PatternError) {
      template = try ServiceName.template(service, region: Self.regionOfARN(service))
    } catch {
      throw ValidationError("'\(target)': \(error.message)")
    }
    guard template.parts.allSatisfy(\.captureNames.isEmpty) else {
      throw ValidationError("'\(target)' has captures; name one service")
    }
  }

  func run() async throws {
    let line: DaemonLine
    do { line = try DaemonLine(to: options.places) } catch let absence as DaemonLine.Absence {
      return try await withoutDaemon(absence)
    }
    try await line.restart(
      ControlRequest(
        .restart, target: try nameForDaemon(), region: regionForDaemon, account: account,
        reason: words.reason, follows: !noWait))
  }

  private var regionForDaemon: String? {
    region ?? service.map(Self.regionOfARN).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// An ARN is a way of the command line; to the daemon the target has one name.
  private func nameForDaemon() throws -> String {
    guard let service else { return target }
    guard let template = try? ServiceName.template(service, region: Self.regionOfARN(service)) else {
      throw fail("'\(target)' names no service", .failure)
    }
    let home = Location(region: regionForDaemon ?? "", account: nil)
    return template.target(captures: [:], location: home).description
  }

  private func withoutDaemon(_ absence: DaemonLine.Absence) async throws {
    guard options.socket.socket == nil else { throw fail(absence.message, .failure) }
    switch absence {
    case .noDaemon: break
    case .denied:
      // Whoever names the daemon's state means the daemon.
      guard options.state.named == nil else { throw fail(absence.message, .failure) }
      StandardError.write("rollwatch: \(absence.message.printable); restarting without it\n")
    }
    guard let service else {
      throw fail("'\(target)' is restarted by a daemon only; \(absence.message)", .failure)
    }
    guard account == nil else {
      throw fail("accounts are named in a daemon's settings; \(absence.message)", .failure)
    }
    try await LocalRestart(
      service: service, reason: words.reason, isFollowed: !noWait, journal: options.state.named
    )
    .run(region: region ?? (service.hasPrefix("arn:") ? Self.regionOfARN(service) : nil))
  }

  private static func regionOfARN(_ text: String) -> String {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count > 3 ? String(parts[3]) : ""
  }
}
