// SPDX-License-Identifier: Apache-2.0
// The daemon's days, in simulated time: every test runs minutes or hours of them in milliseconds, the same each time.

import Core
import Daemon
import LocalAWS
import Simulation
import Testing

struct LoopTests {
  @Test func `a change leads to one deployment that is followed to its end`() throws {
    let stage = Stage()
    let end = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(.seconds(300))
    }
    #expect(end == .stopped)
    let wanted = [
      "started", "rulesLoaded", "baseline", "baseline", "changed", "planned", "issued", "ended", "stopped",
    ]
    #expect(stage.log.kinds == wanted)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(stage.forcedDeployments == 1)
  }

  @Test func `an hour in which nothing changes restarts nothing and makes only the calls of its sweeps`()
    throws
  {
    let stage = Stage()
    _ = try stage.play { stage in await stage.wait(.seconds(3_600)) }
    #expect(stage.log.kinds == ["started", "rulesLoaded", "baseline", "baseline", "stopped"])
    let calls = stage.aws.log.counts
    #expect(calls == ["ssm:DescribeParameters": 60, "secretsmanager:ListSecrets": 60])
  }

  @Test func `changes during a rollout make one more restart after it`() throws {
    let stage = Stage()
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(.seconds(100))
      try stage.writeParameter("/shop/TIMEOUT")
      try stage.writeParameter("/shop/TIMEOUT")
      await stage.wait(.seconds(600))
    }
    #expect(stage.log.endings.map(\.outcome) == [.completed, .completed])
    #expect(stage.forcedDeployments == 2)
  }

  @Test(arguments: [
    Fault.Effect.cutAfter, .silenceAfter, .truncated(keeping: 10), .huge(bytes: 9 << 20),
    .errorAfter(status: 500, code: "InternalServerError", message: "lost"), .delayAfter(.seconds(90)),
  ])
  func `a deployment whose answer is lost is adopted and not begun twice`(effect: Fault.Effect) throws {
    let stage = Stage()
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      stage.inject(Fault(effect, on: "ecs:UpdateService", .next(1, after: 0)))
      try stage.writeParameter()
      await stage.wait(.seconds(900))
    }
    #expect(stage.forcedDeployments == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(stage.log.count("held") == 1 && stage.log.count("released") == 1)
  }

  @Test(arguments: [
    Fault.Effect.cutBefore, .silenceBefore, .throttling, .internalError, .html, .accessDenied, .wrongShape,
  ])
  func `a call that fails before its effect is made again until it succeeds`(effect: Fault.Effect) throws {
    let stage = Stage()
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      stage.inject(Fault(effect, on: "ecs:UpdateService", .next(4, after: 0)))
      try stage.writeParameter()
      await stage.wait(.seconds(3_000))
    }
    #expect(stage.forcedDeployments == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test(arguments: [
    Fault.Effect.cutBefore, .throttling, .internalError, .html, .accessDenied, .wrongShape, .endlessPages,
    .truncated(keeping: 20), .silenceBefore, .huge(bytes: 9 << 20),
  ])
  func `a source that fails for an hour is recorded once, restarts nothing and delays no other`(
    effect: Fault.Effect
  ) throws {
    let stage = Stage()
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      stage.inject(Fault(effect, on: "ssm:DescribeParameters", .always))
      await stage.wait(.seconds(1_800))
      try stage.act("secretsmanager:PutSecretValue", ["SecretId": "shop/db", "SecretString": "n"])
      await stage.wait(.seconds(1_800))
      stage.aws.steer { aws, _ in aws.clearFaults() }
      await stage.wait(.seconds(900))
    }
    #expect(stage.log.count("sourceFailing") == 1)
    #expect(stage.log.count("sourceRecovered") == 1)
    #expect(stage.log.count("disappeared") == 0)
    #expect(stage.log.count("issued") == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test func `what changes while the daemon is down restarts each service once at the next start`() throws {
    let stage = Stage()
    _ = try stage.play { stage in await stage.wait(.seconds(90)) }
    try stage.writeParameter()
    try stage.writeParameter("/shop/TIMEOUT")
    _ = try stage.play { stage in await stage.wait(.seconds(600)) }
    #expect(stage.forcedDeployments == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test func `a stop in the middle of a rollout leaves it to the next start`() throws {
    let stage = Stage()
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(.seconds(70))
    }
    #expect(stage.log.count("issued") == 1 && stage.log.count("ended") == 0)
    _ = try stage.play { stage in await stage.wait(.seconds(120)) }
    #expect(stage.forcedDeployments == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test(arguments: [-3_600, 3_600])
  func `setting the clock by an hour neither hastens nor delays anything`(seconds: Int) throws {
    let stage = Stage()
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(.seconds(35))
      stage.world.step(by: .seconds(seconds))
      stage.aws.clockOffset = .seconds(-seconds)
      await stage.wait(.seconds(400))
    }
    #expect(stage.forcedDeployments == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test func `a clock that is an hour wrong is corrected by what AWS says`() throws {
    let stage = Stage()
    stage.aws.clockOffset = .seconds(3_600)
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(.seconds(400))
    }
    #expect(stage.log.count("sourceFailing") == 0)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test func `a wrong key is a failing source, and nothing else happens`() throws {
    let stage = Stage(secretKey: "wrong")
    _ = try stage.play { stage in await stage.wait(.seconds(600)) }
    #expect(stage.log.count("sourceFailing") == 2)
    #expect(stage.forcedDeployments == 0)
  }

  @Test func `once takes the baseline and ends`() throws {
    let stage = Stage()
    let end = try stage.play(goal: .idle) { stage in await stage.wait(.seconds(10)) }
    #expect(end == .reached)
    #expect(stage.log.kinds == ["started", "rulesLoaded", "baseline", "baseline"])
  }

  @Test func `once carries every restart to its end`() throws {
    let stage = Stage()
    _ = try stage.play(goal: .idle) { stage in await stage.wait(.seconds(10)) }
    try stage.writeParameter()
    #expect(try stage.play(goal: .idle) { stage in await stage.wait(.seconds(600)) } == .reached)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test func `once is stuck where a permission is missing`() throws {
    let stage = Stage()
    _ = try stage.play(goal: .idle) { stage in await stage.wait(.seconds(10)) }
    try stage.writeParameter()
    stage.inject(Fault(.accessDenied, on: "ecs:UpdateService", .always))
    #expect(try stage.play(goal: .idle) { stage in await stage.wait(.seconds(600)) } == .stuck)
    #expect(stage.log.count("held") == 1)
  }

  @Test func `a rehearsal reads, and restarts nothing`() throws {
    let stage = Stage()
    _ = try stage.play { stage in await stage.wait(.seconds(90)) }
    try stage.writeParameter()
    #expect(
      try stage.play(goal: .idle, issues: false) { stage in await stage.wait(.seconds(600)) } == .reached)
    #expect(stage.log.kinds.suffix(2) == ["changed", "planned"])
    #expect(stage.forcedDeployments == 0)
  }

  @Test func `the same day is the same to the last record`() throws {
    let days = try (0..<3).map { _ in
      let stage = Stage()
      stage.inject(Fault(.internalError, on: "*", .probability(0.2)))
      _ = try stage.play { stage in
        await stage.wait(.seconds(90))
        for _ in 0..<5 {
          try stage.writeParameter()
          await stage.wait(.seconds(400))
        }
      }
      return stage.log.records
    }
    #expect(days[0] == days[1] && days[1] == days[2])
  }

  @Test func `a call that never comes back ends the process, and the next one goes on`() throws {
    let stage = Stage()
    let failure = #expect(throws: Failure.self) {
      _ = try stage.play(action: Stuck(world: stage.world)) { stage in
        await stage.wait(.seconds(90))
        try stage.writeParameter()
        await stage.wait(.seconds(1_200))
      }
    }
    #expect(failure?.reason.hasPrefix("a call for a target has given no sign of life for 90") == true)
    _ = try stage.play { stage in await stage.wait(.seconds(300)) }
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(stage.forcedDeployments == 1)
  }
}

/// Never answers, until it is cancelled.
private struct Stuck: Action {
  let world: SimulatedWorld

  func inspect(
    _ looks: [Look], found: @escaping @Sendable (Target, Result<Inspection, Failure>) -> Void
  ) async { _ = await never() }
  func issue(_ assignment: Assignment) async throws(Failure) -> Receipt { throw await never() }
  func diagnose(_ target: Target, deployment: String) async throws(Failure) -> Evidence {
    throw await never()
  }

  private func never() async -> Failure {
    try? await world.sleep(for: .seconds(1_000_000))
    return Failure(kind: .transient, reason: "cancelled", mayHaveTakenEffect: true)
  }
}
