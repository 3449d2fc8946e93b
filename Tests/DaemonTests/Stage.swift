// SPDX-License-Identifier: Apache-2.0

import AWS
import Core
import Daemon
import LocalAWS
import LocalGitHub
import Platform
import Simulation

/// The whole daemon but for disk and sockets, in simulated time: engine, loop, adapters, AWS client, and an AWS in memory.
final class Stage: Sendable {
  static let place = Place(account: SimulatedAWS.defaultAccount, region: "eu-west-2")
  static let home = Location(region: "eu-west-2", account: nil)
  static let service = "shop/web"
  static let target = Target.service(ECSService(cluster: "shop", name: "web", location: home))

  let world = SimulatedWorld(start: Timestamp(milliseconds: 1_800_000_000_000))
  let aws: RunningAWS
  let gitHub: LocalGitHub
  let log = MemoryLog()
  private let secretKey: String
  /// What the rules restart; nil for the service.
  private let restart: TargetTemplate?

  init(secretKey: String = "test", restart: TargetTemplate? = nil) {
    self.secretKey = secretKey
    self.restart = restart
    aws = RunningAWS(SimulatedAWS(seed: 1), time: world)
    gitHub = LocalGitHub(time: world)
    aws.steer { aws, now in
      aws.add(.user("test", account: Self.place.account, accessKey: "test", secretKey: "test"))
      aws.seedParameters(["/shop/URL", "/shop/TIMEOUT", "/other/URL"], in: Self.place, at: now)
      aws.seedSecrets(["shop/db"], in: Self.place, at: now)
      aws.seedService(Self.service, desiredCount: 2, in: Self.place, at: now)
      aws.setRollout(
        .completes(after: .seconds(60)), of: Self.service, onlyNext: false, in: Self.place, at: now)
    }
  }

  /// Two rules that lead to one service.
  static func rules(
    _ names: [String] = ["parameters", "secrets"], restart: TargetTemplate? = nil
  ) throws -> RuleSet {
    let service = TargetTemplate.service(cluster: try Template("shop"), name: try Template("web"))
    let template = restart ?? service
    let watches = [
      "parameters": Watch(kind: .parameter, pattern: try Pattern("/shop/**")),
      "secrets": Watch(kind: .secret, pattern: try Pattern("shop/*")),
    ]
    let rules = names.map { name in
      Rule(
        name: name, location: home, watch: watches[name].map { [$0] } ?? [], except: [], restart: [template],
        patience: .standard)
    }
    return RuleSet(rules: rules, digest: "test")
  }

  /// Runs the daemon while the script plays, then stops it. Each call is one life of the process; the log stays.
  func play(
    goal: Loop.Goal = .none, issues: Bool = true, action: (any Action)? = nil,
    _ script: @escaping @Sendable (Stage) async throws -> Void
  ) throws -> Loop.End? {
    let rules = try Self.rules(restart: restart)
    let result = try world.run { [self] () -> Result<Loop.End?, any Error> in
      let (notices, continuation) = AsyncStream<Loop.Notice>.makeStream()
      do {
        async let end = live(rules, goal: goal, issues: issues, action: action, notices: notices)
        try await script(self)
        continuation.yield(.stop(reason: "the script is over"))
        return .success(try await end)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func live(
    _ rules: RuleSet, goal: Loop.Goal, issues: Bool, action: (any Action)?,
    notices: AsyncStream<Loop.Notice>
  ) async throws -> Loop.End {
    let clients = clients()
    let action: any Action =
      action
      ?? (issues
        ? TargetActions(clients, gitHub.client, environment: [:], time: world)
        : Rehearsal(TargetActions(clients, gitHub.client, environment: [:], time: world)))
    var loop = Loop(
      state: log.state, rules: rules,
      schedule: Schedule(
        parameters: .seconds(60), secrets: .seconds(60), rollouts: .seconds(5), sweepsOnce: goal.isIdle),
      seed: 5, goal: goal,
      ports: Loop.Ports(
        source: AWSSource(clients, time: world), action: action, log: log, reporter: Quiet(), time: world,
        reload: { nil }))
    return try await loop.run([.started(version: "test", pid: 1)], notices: notices)
  }

  /// One life in which a parameter changes once everything is known, and then so much time passes.
  func changesAndWaits(_ time: Duration = .seconds(300)) throws {
    _ = try play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(time)
    }
  }

  /// Clients of the AWS in memory.
  func clients() -> AWSClients {
    AWSClients { [self] location throws(Failure) in
      do throws(ConfigurationFailure) {
        return try AWSClient(
          region: location.region, credentials: Keys(secretKey: secretKey), transport: InMemoryAWS(aws),
          time: world,
          endpoints: EndpointOptions(overrides: .none, usesFIPS: false, usesDualStack: false),
          userAgent: "rollwatch/test", seed: 3, maxAttempts: 3,
          limits: ClientLimits(
            exchange: HTTPLimits(
              connect: .seconds(5), silence: .seconds(20), total: .seconds(60), responseBytes: 8 << 20),
            parametersPerSecond: 1, secretsPerSecond: 5))
      } catch {
        throw Failure(kind: .permanent, reason: "\(error)", mayHaveTakenEffect: false)
      }
    }
  }

  // MARK: What happens in the world

  func wait(_ duration: Duration) async { try? await world.sleep(for: duration) }

  func act(_ action: String, _ input: JSON) throws {
    try aws.steer { aws, now in _ = try aws.act(action, input, in: Self.place, at: now) }
  }

  func answer(_ action: String, _ input: JSON) throws -> JSON {
    try aws.steer { aws, now in try aws.act(action, input, in: Self.place, at: now) }
  }

  func writeParameter(_ name: String = "/shop/URL") throws {
    try act("ssm:PutParameter", ["Name": .string(name), "Value": "n", "Type": "String", "Overwrite": true])
  }

  func inject(_ fault: Fault) { aws.steer { aws, _ in aws.inject(fault) } }

  var forcedDeployments: Int { aws.log.calls(of: "ecs:UpdateService").filter(\.tookEffect).count }
}

/// A durable log that lives as long as the test.
final class MemoryLog: DurableLog, Sendable {
  private let content = Locked((records: [Record](), state: State.empty))

  func append(_ step: Step) throws(Failure) {
    content.withLock { content in
      content.records += step.records
      content.state.apply(step)
    }
  }

  /// Goes on from these targets.
  func begin(with targets: [Target: TargetState]) {
    content.withLock { content in
      for (target, state) in targets {
        content.state.apply(Step(records: [], changes: [.target(target, state)]))
      }
    }
  }

  var records: [Record] { content.withLock { $0.records } }
  var kinds: [String] { records.map(\.kind) }
  var state: State { content.withLock { $0.state } }

  func count(_ kind: String) -> Int { kinds.filter { $0 == kind }.count }
  var endings: [Ending] {
    records.compactMap { if case .ended(let ending) = $0.entry { ending } else { nil } }
  }
}

struct Quiet: Reporter {
  func recorded(_ records: [Record]) {}
  func alive(_ summary: Engine.Summary, isReady: Bool) {}
  func reloading() {}
  func reloaded() {}
  func stopping() {}
}

private struct Keys: CredentialsProvider {
  let secretKey: String

  func credentials() async throws(CredentialsFailure) -> Credentials {
    Credentials(accessKeyID: "test", secretAccessKey: secretKey, sessionToken: nil, expiration: nil)
  }
  func invalidate() async {}
}

extension Loop.Goal {
  fileprivate var isIdle: Bool { if case .idle = self { true } else { false } }
}
