// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Daemon
import GitHub
import Journal
import Platform
import Rules

/// The restart of one service by this very process, where no daemon does it.
struct LocalRestart {
  /// `CLUSTER/SERVICE`, or an ARN.
  let service: String
  let reason: String?
  let isFollowed: Bool
  /// The state directory whose journal records it; nil for none.
  let journal: String?

  func run(region: String?) async throws {
    Signals.block()
    let access = try await AWSAccess(region: region, settings: Settings())
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
      seed: .random(in: 0 ... .max), goal: isFollowed ? .idle : .issued(target),
      ports: Loop.Ports(
        source: AWSSource(access.clients, time: time),
        action: TargetActions(
          access.clients, GitHubClient(Settings().gitHub, token: nil),
          environment: ProcessEnvironment.all, time: time),
        log: log,
        reporter: tally, time: time, reload: { nil }))
    let end: Loop.End
    do throws(Failure) {
      end = try await loop.run(
        [.requested(target, reason: reason, deadline: Patience.standard.deadline)], control: nil)
    } catch {
      throw fail(error.reason, .failure)
    }
    guard end == .reached, isDone, tally.isGood else { throw ExitCode.failure }
  }

  private func log(_ home: Location) throws -> any DurableLog {
    guard let journal else { return NoLog() }
    do throws(JournalFailure) {
      return JournalLog(
        try JournalStore(directory: journal, home: home, auditKey: try AuditKey.ofCredential()),
        keepsState: false)
    } catch {
      throw fail("\(error)", .failure)
    }
  }
}
