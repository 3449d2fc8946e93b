// SPDX-License-Identifier: Apache-2.0
// One-time tasks, from the change to their end, against the AWS in memory.

import AWS
import Core
import LocalAWS
import Testing

@testable import Daemon

struct TaskActionTests {
  private static let containers: JSON = [
    ["name": "migrate", "image": "i", "essential": true],
    ["name": "logs", "image": "i", "essential": false],
  ]

  /// An AWS with the definition `migrate`, whose tasks go like this, and a rule that runs it.
  private static func stage(
    _ course: TaskCourse = .ends(after: .seconds(60), codes: [:]), count: Int = 1,
    definition: String = "migrate"
  ) throws -> Stage {
    var options = TaskOptions.standard
    options.count = count
    let stage = Stage(
      restart: .task(cluster: try Template("shop"), definition: try Template(definition), options))
    try stage.act(
      "ecs:RegisterTaskDefinition", ["family": "migrate", "containerDefinitions": containers])
    stage.aws.steer { aws, now in
      aws.setTaskCourse(course, ofFamily: "migrate", onlyNext: false, in: Stage.place, at: now)
    }
    return stage
  }

  /// Tasks that AWS still shows; a call that is repeated with its token starts none.
  private static func started(_ stage: Stage) throws -> Int {
    try ["RUNNING", "STOPPED"].map { status in
      let tasks = try stage.answer(
        "ecs:ListTasks", ["cluster": "shop", "family": "migrate", "desiredStatus": .string(status)])
      return tasks["taskArns"]?.array?.count ?? 0
    }.reduce(0, +)
  }

  @Test func `a change runs the task once, and waits for its end`() throws {
    let stage = try Self.stage()
    try stage.changesAndWaits()
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == .completed && ending.target.description == "task:shop/migrate")
    #expect(ending.deployment.contains(":task/shop/") && ending.took > .seconds(55))
    #expect(try Self.started(stage) == 1)
    #expect(stage.log.endings.count == 1)
    let call = try #require(stage.aws.log.calls(of: "ecs:RunTask").first)
    #expect(call.userAgent.hasSuffix(" restart/\(ending.restart)"))
  }

  @Test func `several are waited for together, and all of them must succeed`() throws {
    let stage = try Self.stage(.ends(after: .seconds(60), codes: ["migrate": 3]), count: 2)
    try stage.changesAndWaits()
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == .failed && ending.deployment.split(separator: " ").count == 2)
    #expect(ending.stoppedTasks.count == 2)
    #expect(ending.verdict == "essential container migrate exited by itself with exit code 3")
    #expect(ending.reason?.contains("migrate: exit code 3") == true)
  }

  /// What the containers end with, and whether the task has succeeded.
  private static let codes: [(codes: [String: Int], isGood: Bool)] = [
    (["migrate": 0, "logs": 143], true), (["migrate": 0, "logs": 137], true),
    (["migrate": 0, "logs": 1], false),
    (["migrate": 143, "logs": 0], false), (["migrate": 137, "logs": 0], false),
  ]

  @Test(arguments: codes)
  func `every container counts, but for one that ECS has stopped with the task`(
    codes: [String: Int], isGood: Bool
  ) throws {
    let stage = try Self.stage(.ends(after: .seconds(60), codes: codes))
    try stage.changesAndWaits()
    #expect(stage.log.endings.first?.outcome == (isGood ? .completed : .failed))
  }

  @Test func `a task that cannot start has failed, with the cause`() throws {
    let reason =
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
      + "unable to retrieve secret from asm: AccessDeniedException"
    let stage = try Self.stage(.failsToStart(after: .seconds(20), reason: reason))
    try stage.changesAndWaits()
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == .failed)
    #expect(ending.verdict?.contains("the task execution role is not permitted to read it") == true)
  }

  @Test func `one that does not end is late`() throws {
    let stage = try Self.stage(.runs)
    try stage.changesAndWaits(.seconds(2_000))
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == .late)
    #expect(ending.reason?.contains("of 1 tasks 1 run and 0 have stopped") == true)
  }

  @Test func `an answer that is lost starts no second task`() throws {
    let stage = try Self.stage()
    stage.inject(Fault(.cutAfter, on: "ecs:RunTask", .next(3, after: 0)))
    try stage.changesAndWaits()
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    let arns = Set(try #require(stage.log.endings.first).deployment.split(separator: " "))
    #expect(arns.count == 1)
    #expect(try Self.started(stage) == 1)
  }

  @Test func `another life follows the task that the one before has started`() throws {
    let stage = try Self.stage(.ends(after: .seconds(600), codes: [:]))
    try stage.changesAndWaits(.seconds(120))
    #expect(stage.log.endings.isEmpty && stage.log.count("issued") == 1)
    _ = try stage.play { stage in await stage.wait(.seconds(700)) }
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(try Self.started(stage) == 1)
  }

  @Test func `where there is no room it is tried again, and says what for`() throws {
    let stage = try Self.stage()
    stage.aws.steer { aws, now in
      for _ in 0..<3 {
        aws.setTaskCourse(
          .isRefused(starting: 0, reason: "RESOURCE:MEMORY", detail: nil), ofFamily: "migrate",
          onlyNext: true, in: Stage.place, at: now)
      }
    }
    try stage.changesAndWaits()
    #expect(stage.log.count("held") == 1 && stage.log.count("released") == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test func `where only a part has started it is refused, and the part is named`() throws {
    let stage = try Self.stage(
      .isRefused(starting: 1, reason: "RESOURCE:CPU", detail: "too little"), count: 2)
    try stage.changesAndWaits()
    let reasons = stage.log.records.compactMap { record -> String? in
      if case .refused(_, _, let reason, _) = record.entry { reason } else { nil }
    }
    #expect(reasons.count == 1)
    #expect(
      reasons.first?.hasPrefix(
        "ecs:RunTask started 1 of 2 tasks: RESOURCE:CPU: too little; what has started runs on: ") == true)
  }

  @Test func `a definition that does not exist is refused before anything is called`() throws {
    let stage = try Self.stage(definition: "gone")
    try stage.changesAndWaits()
    #expect(stage.log.count("refused") == 1)
    #expect(stage.aws.log.calls(of: "ecs:RunTask").isEmpty)
  }
}
