// SPDX-License-Identifier: Apache-2.0
// The ECS action against an AWS that behaves: many services with few calls, deployments that shift traffic, and why a
// rollout came to a bad end.

import AWS
import Core
import Daemon
import LocalAWS
import LocalGitHub
import Platform
import Simulation
import Testing

struct ECSActionTests {
  private static func target(_ name: String, in cluster: String = "shop") -> Target {
    .service(ECSService(cluster: cluster, name: name, location: Stage.home))
  }

  private static func names(_ count: Int) -> [String] { (0..<count).map { "service-\($0)" } }

  /// What a look at the targets finds, and how many DescribeServices it took.
  private static func look(
    at targets: [Target], _ stage: Stage
  ) throws -> (found: [Target: Result<Inspection, Failure>], calls: Int) {
    let before = stage.aws.log.calls(of: "ecs:DescribeServices").count
    let found = Locked<[Target: Result<Inspection, Failure>]>([:])
    try stage.world.run {
      let action = TargetActions(stage.clients(), .unused, environment: [:], time: stage.world)
      let looks = targets.map { Look(target: $0, restart: nil, plannedAt: nil, deployment: nil) }
      await action.inspect(looks) { target, result in
        let isFirst = found.withLock { $0.updateValue(result, forKey: target) == nil }
        #expect(isFirst)
      }
    }
    return (found.withLock { $0 }, stage.aws.log.calls(of: "ecs:DescribeServices").count - before)
  }

  // MARK: Many services

  @Test func `five hundred services of a cluster are read by fifty calls within AWS's quota`() throws {
    let stage = Stage()
    stage.aws.steer { aws, now in
      for name in Self.names(500) {
        aws.seedService("shop/\(name)", desiredCount: 1, in: Stage.place, at: now)
      }
      aws.quotas = [.serviceReading: QuotaCategory.serviceReading.awsDefault]
    }
    let began = stage.world.now()
    let (found, calls) = try Self.look(at: Self.names(500).map { Self.target($0) }, stage)
    #expect(calls == 50)
    #expect(found.count == 500)
    #expect(found.values.allSatisfy { if case .success(.found) = $0 { true } else { false } })
    #expect(stage.world.now() - began < .seconds(5))
    let isThrottled = stage.aws.log.calls.contains { $0.error == "ThrottlingException" }
    #expect(!isThrottled)
  }

  @Test func `services of other clusters are asked for apart`() throws {
    let stage = Stage()
    stage.aws.steer { aws, now in
      for path in ["a/x", "a/y", "b/x"] { aws.seedService(path, desiredCount: 1, in: Stage.place, at: now) }
    }
    let targets = [
      Self.target("x", in: "a"), Self.target("x", in: "b"), Self.target("y", in: "a"),
      Self.target("z", in: "a"), Self.target("x", in: "nowhere"),
    ]
    let (found, calls) = try Self.look(at: targets, stage)
    #expect(calls == 3)
    #expect(found[targets[3]] == .success(.missing) && found[targets[4]] == .success(.missing))
    for target in targets.prefix(3) {
      guard case .success(.found) = found[target] else {
        Issue.record("\(target) was not found")
        continue
      }
    }
  }

  @Test(arguments: [Fault.Effect.accessDenied, .wrongShape])
  func `what is wrong with one of ten is not wrong with the others`(effect: Fault.Effect) throws {
    let stage = Stage()
    stage.aws.steer { aws, now in
      for name in Self.names(3) { aws.seedService("shop/\(name)", desiredCount: 1, in: Stage.place, at: now) }
      // The call about all three, and the first of those about one.
      aws.inject(Fault(effect, on: "ecs:DescribeServices", .next(2, after: 0)))
    }
    let targets = Self.names(3).map { Self.target($0) }
    let (found, calls) = try Self.look(at: targets, stage)
    #expect(calls == 4)
    guard case .failure = found[targets[0]], case .success = found[targets[1]],
      case .success = found[targets[2]]
    else {
      Issue.record("the failure went astray: \(found)")
      return
    }
  }

  @Test func `rollouts that are followed are looked at together`() throws {
    let stage = Stage()
    var targets: [Target: TargetState] = [:]
    stage.aws.steer { aws, now in
      for name in Self.names(100) {
        aws.seedService("shop/\(name)", desiredCount: 1, in: Stage.place, at: now)
        aws.setRollout(.hangs, of: "shop/\(name)", onlyNext: false, in: Stage.place, at: now)
      }
    }
    for (position, name) in Self.names(100).enumerated() {
      let answer = try stage.answer(
        "ecs:UpdateService", ["cluster": "shop", "service": .string(name), "forceNewDeployment": true])
      let id = try #require(answer["service"]?["deployments"]?[0]?["id"]?.string)
      var restart = Restart(
        id: RestartID("r\(position)"), byHandWithin: .seconds(1_800), at: stage.world.now())
      restart.phase = .following(deployment: id, since: stage.world.now())
      targets[Self.target(name)] = TargetState(waiting: nil, open: restart, lastStart: stage.world.now())
    }
    stage.log.begin(with: targets)
    stage.aws.steer { aws, _ in aws.clearLog() }
    _ = try stage.play { stage in await stage.wait(.seconds(50)) }
    // Ten a round, the first at once, and a round each five seconds.
    let calls = stage.aws.log.calls(of: "ecs:DescribeServices").count
    #expect((90...120).contains(calls), "\(calls) calls")
  }

  // MARK: Deployments that shift traffic

  private static let blueGreen: JSON = ["strategy": "BLUE_GREEN", "bakeTimeInMinutes": 10]

  /// The service of the stage with this configuration; its deployments scale up within a minute.
  private static func stage(_ configuration: JSON, _ rollout: Rollout? = nil) -> Stage {
    let stage = Stage()
    stage.aws.steer { aws, now in
      aws.seedService(Stage.service, desiredCount: 2, configuration: configuration, in: Stage.place, at: now)
      aws.setRollout(
        rollout ?? .completes(after: .seconds(60)), of: Stage.service, onlyNext: false, in: Stage.place,
        at: now)
    }
    return stage
  }

  /// Lets a change of a parameter restart the service, and waits so long.
  private static func restart(_ stage: Stage, waiting: Duration) throws -> Ending {
    try stage.changesAndWaits(waiting)
    #expect(stage.forcedDeployments == 1)
    return try #require(stage.log.endings.first)
  }

  private static let strategies: [(JSON, Int)] = [
    (blueGreen, 600),
    (["strategy": "CANARY", "canaryConfiguration": ["canaryBakeTimeInMinutes": 40]], 2_400),
    (
      ["strategy": "LINEAR", "linearConfiguration": ["stepPercent": 25, "stepBakeTimeInMinutes": 20]], 3_600
    ),
  ]

  @Test(arguments: strategies)
  func `a shift is followed past its bake times to its own end`(configuration: JSON, bake: Int) throws {
    let ending = try Self.restart(Self.stage(configuration), waiting: .seconds(bake + 300))
    #expect(ending.outcome == .completed)
    #expect(ending.deployment.contains(":service-deployment/shop/web/"))
    #expect((bake + 55...bake + 75).contains(Int(ending.took.components.seconds)))
  }

  @Test func `a shift that ECS takes back is rolled back, with the cause`() throws {
    let rollout = Rollout.rollsBack(
      after: .seconds(60), failing: 3, .exits(code: 1), back: .seconds(30))
    let ending = try Self.restart(Self.stage(Self.blueGreen, rollout), waiting: .seconds(300))
    #expect(ending.outcome == .rolledBack)
    #expect(
      ending.reason?.hasPrefix("ECS gave the traffic back to the old tasks: Tasks failed to start.") == true)
    #expect(ending.verdict == "essential container app exited by itself with exit code 1")
    #expect(ending.stoppedTasks.count == 3)
  }

  @Test func `a shift that could not be taken back has failed`() throws {
    let rollout = Rollout.fails(after: .seconds(60), failing: 3, .secretMissing)
    let ending = try Self.restart(Self.stage(Self.blueGreen, rollout), waiting: .seconds(300))
    #expect(ending.outcome == .failed)
    #expect(ending.verdict?.contains("could not be read: it does not exist") == true)
  }

  @Test func `a shift for which another came is superseded`() throws {
    let rollout = Rollout.superseded(after: .seconds(60), completing: .seconds(30))
    #expect(
      try Self.restart(Self.stage(Self.blueGreen, rollout), waiting: .seconds(300)).outcome == .superseded)
  }

  private static let pausing: JSON = [
    "strategy": "BLUE_GREEN",
    "lifecycleHooks": [
      [
        "targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
        "timeoutConfiguration": ["timeoutInMinutes": 120, "action": "ROLLBACK"],
      ]
    ],
  ]

  @Test func `a pause is reported, and followed to where somebody lets it go on`() throws {
    let stage = Self.stage(Self.pausing)
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(.seconds(3_600))
      #expect(stage.log.kinds.suffix(2) == ["issued", "held"])
      let paused = try stage.answer("ecs:ListServiceDeployments", ["cluster": "shop", "service": "web"])
      let arn = try #require(paused["serviceDeployments"]?[0]?["serviceDeploymentArn"]?.string)
      let described = try stage.answer(
        "ecs:DescribeServiceDeployments", ["serviceDeploymentArns": [.string(arn)]])
      let hook = try #require(
        described["serviceDeployments"]?[0]?["lifecycleHookDetails"]?[0]?["hookId"]?.string)
      try stage.act(
        "ecs:ContinueServiceDeployment", ["serviceDeploymentArn": .string(arn), "hookId": .string(hook)])
      await stage.wait(.seconds(60))
    }
    #expect(stage.log.kinds.suffix(5) == ["issued", "held", "released", "ended", "stopped"])
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(stage.forcedDeployments == 1)
  }

  @Test func `a pause that nobody ends is rolled back by ECS`() throws {
    let ending = try Self.restart(Self.stage(Self.pausing), waiting: .seconds(7_500))
    #expect(ending.outcome == .rolledBack)
    #expect(ending.reason?.contains("A pause hook timed out.") == true)
  }

  @Test func `a lost answer leads to no second shift`() throws {
    let stage = Self.stage(Self.blueGreen)
    stage.inject(Fault(.cutAfter, on: "ecs:UpdateService", .next(1, after: 0)))
    #expect(try Self.restart(stage, waiting: .seconds(1_000)).outcome == .completed)
  }

  @Test func `a shift that is in progress is waited for`() throws {
    let stage = Self.stage(Self.blueGreen)
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.act("ecs:UpdateService", ["cluster": "shop", "service": "web", "forceNewDeployment": true])
      await stage.wait(.seconds(10))
      try stage.writeParameter()
      await stage.wait(.seconds(1_600))
    }
    #expect(stage.forcedDeployments == 1)
    #expect(stage.log.count("held") == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  // MARK: Why

  @Test func `protected tasks that stand in the way are named`() throws {
    let stage = Stage()
    stage.aws.steer { aws, now in
      aws.setRollout(.hangs, of: Stage.service, onlyNext: false, in: Stage.place, at: now)
      aws.setProtection(true, of: Stage.service, in: Stage.place, at: now)
    }
    let ending = try Self.restart(stage, waiting: .seconds(2_000))
    #expect(ending.outcome == .late)
    #expect(ending.verdict?.hasSuffix("and 1 more are protected, and ECS may not stop them") == true)
    #expect(ending.reason?.contains("2 tasks that run hold the old value still") == true)
  }

  @Test func `without the permission to see protection the rest is told all the same`() throws {
    let stage = Stage()
    let rollout = Rollout.fails(after: .seconds(60), failing: 3, .exits(code: 7))
    stage.aws.steer { aws, now in
      _ = aws.setRollout(rollout, of: Stage.service, onlyNext: false, in: Stage.place, at: now)
    }
    stage.inject(Fault(.accessDenied, on: "ecs:GetTaskProtection", .always))
    let ending = try Self.restart(stage, waiting: .seconds(300))
    #expect(ending.verdict == "essential container app exited by itself with exit code 7")
    #expect(ending.reason?.contains("whether tasks are protected could not be read") == true)
    #expect(ending.stoppedTasks.count == 3)
  }
}
