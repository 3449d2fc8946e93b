// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Daemon
import GitHub
import Journal
import Logging
import Notify
import Platform
import Rules

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Watch parameters and secrets, and restart the services that read them.",
    discussion: """
      Region, credentials and endpoints come from where every AWS program takes them: environment, profiles, \
      container and instance metadata.

      SIGTERM ends it within seconds and loses nothing; SIGHUP reads the rules again.

      Exit statuses: 0 ended in good order; with --once, everything ended well. 1 the work failed. 64 wrong usage. \
      78 wrong configuration.
      """)

  @OptionGroup var files: ConfigurationOptions
  @OptionGroup var state: StateOptions
  @OptionGroup var socket: SocketOptions

  @Flag(help: "Sweep once, carry every restart to its end, and exit: 0 if all ended well.")
  var once = false

  @Flag(help: "Say what would be done. Restarts nothing and writes nothing.")
  var dryRun = false

  func run() async throws {
    Signals.block()
    LoggingSystem.bootstrap { label in standardErrorLog(label: label) }
    let settings = try files.checkedSettings()
    // First of all, so that nothing that is started later inherits them.
    let secrets = try settings.receiverSecrets(isNeeded: !dryRun)
    let gitHub = GitHubClient(settings.gitHub, token: try settings.gitHubToken(isNeeded: !dryRun))
    let access = try await AWSAccess(region: nil, settings: settings)
    guard let rules = files.readRules(settings, region: access.region) else {
      throw ExitCode.wrongConfiguration
    }
    if dryRun {
      try await rehearse(rules, settings, access, gitHub)
    } else {
      try await work(rules, settings, access, gitHub, secrets)
    }
  }

  private func work(
    _ rules: RuleSet, _ settings: Settings, _ access: AWSAccess, _ gitHub: GitHubClient,
    _ secrets: ReceiverSecrets
  ) async throws {
    let journal: JournalStore
    let remembered: State
    do throws(JournalFailure) {
      journal = try JournalStore(
        directory: state.directory, home: Location(region: access.region, account: nil),
        auditKey: try AuditKey.ofCredential())
      remembered = try journal.load()
    } catch {
      throw fail("\(error)", .failure)
    }
    let logger = Logger(label: "rollwatch")
    let reporter = ServiceReporter(
      logger: logger, supervisor: Supervisor(), time: eventLoop,
      probe: { () throws(Failure) in
        do throws(JournalFailure) { try journal.probe() } catch {
          throw Failure(kind: .permanent, reason: error.description, mayHaveTakenEffect: false)
        }
      })
    let notifications = try access.notifications(settings, secrets, state.directory, logger)
    let audience = Audience()
    var control = try socket.server(state, region: access.region, audience)
    control.receivers = { notifications.status }
    try await run(
      remembered, rules, settings, access, gitHub, JournalLog(journal, keepsState: true),
      WakingReporter(notifications, Broadcast(to: audience, reporter)), control, notifications,
      reload: { [files] in
        // A log shipper has renamed the stream, or somebody has changed the rules: one signal serves both.
        do throws(JournalFailure) { try journal.reopenStream() } catch {
          logger.error("\(error); the old file stays in use")
        }
        let rules = files.readRules(settings, region: access.region)
        if rules == nil { logger.error("the rules are broken; the old ones stay in force") }
        return rules
      })
  }

  private func rehearse(
    _ rules: RuleSet, _ settings: Settings, _ access: AWSAccess, _ gitHub: GitHubClient
  ) async throws {
    var remembered = State.empty
    do throws(JournalFailure) {
      if JournalReader.isThere(state.directory) {
        remembered = try JournalReader(directory: state.directory).state()
      }
    } catch {
      throw fail("\(error)", .failure)
    }
    let narrator = Narrator { record, sentence in
      say("\(record.time) dry run: \(sentence.printable)\n")
    }
    try await run(
      remembered, rules, settings, access, gitHub, NoLog(), narrator, nil, nil,
      reload: { [files] in files.readRules(settings, region: access.region) })
  }

  private func run(
    _ remembered: consuming State, _ rules: RuleSet, _ settings: Settings, _ access: AWSAccess,
    _ gitHub: GitHubClient, _ log: any DurableLog, _ reporter: any Reporter, _ control: ControlServer?,
    _ notifications: Notifications?, reload: @escaping () -> RuleSet?
  ) async throws {
    let tally = Tally(reporter)
    let schedule = Schedule(
      parameters: settings.parameters.interval, secrets: settings.secrets.interval,
      rollouts: settings.rollouts,
      sweepsOnce: once)
    let time = eventLoop
    let targets = TargetActions(
      access.clients, gitHub, environment: ProcessEnvironment.all, time: time)
    var loop = Loop(
      state: remembered, rules: rules, schedule: schedule, seed: .random(in: 0 ... .max),
      goal: once ? .idle : .none,
      ports: Loop.Ports(
        source: AWSSource(access.clients, time: time), action: dryRun ? Rehearsal(targets) : targets,
        log: log, reporter: tally, time: time, reload: reload))
    let end: Loop.End
    do throws(Failure) {
      let first = [Event.started(version: version, pid: ProcessEnvironment.processID)]
      if let notifications {
        // A run that ends by itself is all that its receivers get; a daemon's next start tells the rest.
        end = try await notifications.during(grace: .seconds(once ? 15 : 3)) { () async throws(Failure) in
          try await targets.during { () async throws(Failure) in
            try await loop.run(first, control: control)
          }
        }
      } else {
        end = try await loop.run(first, control: control)
      }
    } catch {
      throw fail(error.reason, .failure)
    }
    switch end {
    case .stopped: if once { throw ExitCode.failure }
    case .stuck: throw fail("what is left waits for somebody: see rollwatch history", .failure)
    case .reached: if !tally.isGood { throw ExitCode.failure }
    }
  }
}
