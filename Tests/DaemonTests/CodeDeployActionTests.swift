// SPDX-License-Identifier: Apache-2.0
// Services that CodeDeploy deploys, from the change to the end of the deployment, against the AWS in memory.

import AWS
import Core
import LocalAWS
import Testing

@testable import Daemon

struct CodeDeployActionTests {
  /// How the rule names what it restarts.
  enum Naming: CaseIterable {
    case service, group
  }

  /// A service whose deployments go like this, and a rule that names it or its group.
  private static func stage(
    _ course: DeploymentCourse = .succeeds(after: .seconds(60), terminating: .zero),
    named naming: Naming = .service, groups: [String] = ["shop/web-group"]
  ) throws -> Stage {
    let restart: TargetTemplate =
      switch naming {
      case .service: .service(cluster: try Template("shop"), name: try Template("blue"))
      case .group: .codeDeploy(application: try Template("shop"), group: try Template("web-group"))
      }
    let stage = Stage(restart: restart)
    stage.aws.steer { aws, now in
      aws.seedService(
        "shop/blue", desiredCount: 2, controller: "CODE_DEPLOY", in: Stage.place, at: now)
      for group in groups {
        aws.seedDeploymentGroup(group, for: "shop/blue", in: Stage.place, at: now)
        aws.setDeployment(course, of: group, onlyNext: false, in: Stage.place, at: now)
      }
    }
    return stage
  }

  private static func made(_ stage: Stage) -> Int {
    stage.aws.log.calls(of: "codedeploy:CreateDeployment").filter(\.tookEffect).count
  }

  private static func refusals(_ stage: Stage) -> [(reason: String, remedy: String?)] {
    stage.log.records.compactMap { record in
      if case .refused(_, _, let reason, let remedy) = record.entry { (reason, remedy) } else { nil }
    }
  }

  @Test(arguments: Naming.allCases)
  func `a change makes one deployment of the group, which is followed to its end`(naming: Naming) throws {
    let stage = try Self.stage(named: naming)
    try stage.changesAndWaits()
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == .completed && ending.deployment.hasPrefix("d-"))
    #expect(
      ending.target.description == (naming == .service ? "ecs:shop/blue" : "codedeploy:shop/web-group"))
    #expect(Self.made(stage) == 1 && stage.log.endings.count == 1 && stage.forcedDeployments == 0)
  }

  @Test func `it is over when all traffic goes to the new tasks, not when the old ones have gone`() throws {
    let stage = try Self.stage(.succeeds(after: .seconds(60), terminating: .seconds(3_600)))
    try stage.changesAndWaits()
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  private static let badEnds: [(course: DeploymentCourse, outcome: Outcome, reason: String)] = [
    (
      .fails(after: .seconds(60), code: "HOOK_EXECUTION_FAILURE", message: "A hook failed."), .failed,
      "CodeDeploy gave the deployment up: HOOK_EXECUTION_FAILURE: A hook failed."
    ),
    (.isStopped(after: .seconds(60)), .failed, "the deployment was stopped"),
    (.hangs, .late, "not at its end after 1800 s: CodeDeploy says InProgress"),
    (
      .waits(after: .seconds(60)), .late,
      "not at its end after 1800 s: it waits for somebody to let it reroute the traffic (ContinueDeployment)"
    ),
  ]

  @Test(arguments: badEnds)
  func `a bad end is told`(course: DeploymentCourse, outcome: Outcome, reason: String) throws {
    let stage = try Self.stage(course)
    try stage.changesAndWaits(.seconds(2_000))
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == outcome)
    #expect(ending.reason?.hasPrefix(reason) == true, "\(ending.reason ?? "")")
    #expect(ending.reason?.contains("the old value") == true)
  }

  @Test func `an answer that is lost makes no second deployment`() throws {
    let stage = try Self.stage()
    stage.inject(Fault(.cutAfter, on: "codedeploy:CreateDeployment", .next(1, after: 0)))
    try stage.changesAndWaits()
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(Self.made(stage) == 1)
  }

  @Test func `somebody else's deployment that began after the change takes its place`() throws {
    let stage = try Self.stage()
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try stage.writeParameter()
      await stage.wait(.seconds(1))
      try Self.deploy(stage)
      await stage.wait(.seconds(300))
    }
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(Self.made(stage) == 0)
  }

  @Test func `one that began before is waited for`() throws {
    let stage = try Self.stage(.succeeds(after: .seconds(200), terminating: .zero))
    _ = try stage.play { stage in
      await stage.wait(.seconds(90))
      try Self.deploy(stage)
      await stage.wait(.seconds(5))
      try stage.writeParameter()
      await stage.wait(.seconds(600))
    }
    #expect(stage.log.count("held") == 1)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(Self.made(stage) == 1)
  }

  private static func deploy(_ stage: Stage) throws {
    let definition = try #require(
      try stage.answer("ecs:DescribeServices", ["cluster": "shop", "services": ["blue"]])["services"]?[0]?[
        "taskSets"]?[0]?["taskDefinition"]?.string)
    let spec = """
      {"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"\(definition)",\
      "LoadBalancerInfo":{"ContainerName":"app","ContainerPort":80}}}}]}
      """
    try stage.act(
      "codedeploy:CreateDeployment",
      [
        "applicationName": "shop", "deploymentGroupName": "web-group",
        "revision": [
          "revisionType": "AppSpecContent", "appSpecContent": ["content": .string(spec)],
        ],
      ])
  }

  // MARK: Which group

  @Test func `a service without a group is refused`() throws {
    let stage = try Self.stage(groups: [])
    try stage.changesAndWaits()
    let refusal = try #require(Self.refusals(stage).first)
    #expect(refusal.reason.hasSuffix("and no deployment group of CodeDeploy deploys it"))
  }

  @Test func `one of several groups has to be named`() throws {
    let stage = try Self.stage(groups: ["shop/web-group", "other/group"])
    try stage.changesAndWaits()
    let refusal = try #require(Self.refusals(stage).first)
    #expect(refusal.reason.hasSuffix("2 deployment groups deploy it: other/group, shop/web-group"))
    #expect(refusal.remedy?.contains("codedeploy: { application: other, group: group }") == true)
  }

  @Test func `a group that does not exist is refused`() throws {
    let stage = try Self.stage(named: .group, groups: [])
    try stage.changesAndWaits()
    #expect(Self.refusals(stage).first?.reason.hasPrefix("there is no such group: ") == true)
  }

  @Test func `without the permission to look for groups it is held, and says which`() throws {
    let stage = try Self.stage()
    stage.inject(Fault(.accessDenied, on: "codedeploy:ListApplications", .always))
    try stage.changesAndWaits()
    let reasons = stage.log.records.compactMap { record -> String? in
      if case .held(_, _, let reason) = record.entry { reason } else { nil }
    }
    #expect(reasons.first?.contains("codedeploy:ListApplications") == true)
    #expect(reasons.first?.contains("permit what deploy/iam-policy-targets.json permits") == true)
  }

  @Test func `a group that has gone is looked for again`() throws {
    let stage = try Self.stage()
    stage.inject(
      Fault(
        .error(status: 400, code: "DeploymentGroupDoesNotExistException", message: "gone"),
        on: "codedeploy:ListDeployments", .next(1, after: 0)))
    try stage.changesAndWaits()
    #expect(stage.aws.log.calls(of: "codedeploy:ListApplications").count == 2)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }
}
