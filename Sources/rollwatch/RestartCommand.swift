// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Daemon
import Journal
import Platform
import Rules

struct RestartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Restart one service now, and follow the deployment to its end.",
    discussion: """
      What cannot be restarted is refused with a reason. A rollout in progress is not waited for.

      Exit statuses: 0 the deployment completed, or with --no-wait has begun. 1 it did not. 64 wrong usage. \
      78 wrong configuration.
      """)

  @Argument(help: ArgumentHelp("The service.", valueName: "cluster/service"))
  var service: String

  @Flag(help: "End as soon as the deployment has begun.")
  var noWait = false

  @Option(help: ArgumentHelp("Why; kept in the journal.", valueName: "text"))
  var reason: String?

  @Option(help: "The service's Region. (default: as every AWS program takes it)")
  var region: String?

  @Option(
    help: ArgumentHelp(
      "The state directory whose journal records the restart. (default: $STATE_DIRECTORY, else none)",
      valueName: "directory"))
  var state: String?

  func validate() throws {
    let template: TargetTemplate
    do throws(PatternError) {
      template = try ServiceName.template(service, region: Self.regionOfARN(service))
    } catch {
      throw ValidationError("'\(service)': \(error.message)")
    }
    guard template.isPlain else { throw ValidationError("'\(service)' has captures; name one service") }
  }

  func run() async throws {
    Signals.block()
    let isARN = service.hasPrefix("arn:")
    let access = try await AWSAccess(
      region: region ?? (isARN ? Self.regionOfARN(service) : nil), settings: Settings())
    let home = Location(region: access.region, account: nil)
    guard let template = try? ServiceName.template(service, region: access.region) else {
      throw fail("'\(service)' is not in \(access.region)", .failure)
    }
    let target = template.target(captures: [:], location: home)
    let log = try log(home)
    var isDone = false
    let tally = Tally(
      Narrator { record, sentence in
        let line = "\(sentence.printable)\n"
        switch record.entry {
        case .refused, .skipped, .held: StandardError.write(line)
        case .issued, .ended:
          isDone = true
          say(line)
        default: say(line)
        }
      })
    let time = eventLoop
    var loop = Loop(
      state: .empty, rules: RuleSet(rules: [], digest: ""),
      schedule: Schedule(
        parameters: .seconds(60), secrets: .seconds(60), rollouts: .seconds(2), sweepsOnce: true),
      seed: .random(in: 0 ... .max), goal: noWait ? .issued(target) : .idle,
      ports: Loop.Ports(
        source: AWSSource(access.clients, time: time), action: ECSAction(access.clients), log: log,
        reporter: tally, time: time, reload: { nil }))
    let end: Loop.End
    do throws(Failure) {
      end = try await loop.run(
        [.requested(target, reason: reason, deadline: Patience.standard.deadline)],
        notices: Signals.stream().map { Loop.Notice($0) })
    } catch {
      throw fail(error.reason, .failure)
    }
    guard end == .reached, isDone, tally.isGood else { throw ExitCode.failure }
  }

  private func log(_ home: Location) throws -> any DurableLog {
    guard let directory = state ?? ProcessEnvironment.current["STATE_DIRECTORY"] else { return NoLog() }
    do throws(JournalFailure) {
      return JournalLog(
        try JournalStore(directory: directory, home: home, auditKey: try AuditKey.ofCredential()),
        keepsState: false)
    } catch {
      throw fail("\(error)", .failure)
    }
  }

  private static func regionOfARN(_ text: String) -> String {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count > 3 ? String(parts[3]) : ""
  }
}

extension TargetTemplate {
  fileprivate var isPlain: Bool {
    switch self {
    case .service(let cluster, let name): cluster.captureNames.isEmpty && name.captureNames.isEmpty
    }
  }
}
