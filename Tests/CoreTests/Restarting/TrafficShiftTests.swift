// SPDX-License-Identifier: Apache-2.0
// Services that shift traffic: followed to the end states of their own, past bake times and pause hooks.

import Testing

@testable import Core

struct TrafficShiftTests {
  private static func deployment(
    _ number: Int, at seconds: Int, _ status: TrafficShift.Status, isPrimary: Bool = true, why: String? = nil,
    pause: TrafficShift.Pause? = nil, bake: Int = 0, failedTasks: Int = 0
  ) -> Deployment {
    Deployment(
      shifting: "ecs-svc/\(number)", isPrimary: isPrimary, createdAt: second(seconds), reason: why,
      desiredCount: 2, runningCount: 1, pendingCount: 1, failedTasks: failedTasks,
      TrafficShift(status: status, pause: pause, bakeTime: .seconds(bake)))
  }

  private static func verdict(_ deployments: Deployment..., at seconds: Int = 120) -> Verdict {
    var service = ServiceSnapshot.steady
    service.deployments = deployments
    return Verdict.over(
      "ecs-svc/2", in: .found(service), since: second(100), deadline: .seconds(60), at: second(seconds))
  }

  private static let pause = TrafficShift.Pause(
    hook: "hook-1", stage: "POST_TEST_TRAFFIC_SHIFT", expiresAt: second(90_000), timeoutAction: "ROLLBACK")

  @Test(arguments: [
    TrafficShift.Status.pending, .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress,
  ])
  func `a shift is under way until ECS says otherwise`(status: TrafficShift.Status) {
    #expect(Self.verdict(Self.deployment(2, at: 100, status)) == .underWay)
  }

  private static let ends: [(TrafficShift.Status, Outcome, String?)] = [
    (.successful, .completed, nil),
    (.stopped, .failed, "the service deployment was stopped: why"),
    (.rollbackSuccessful, .rolledBack, "ECS gave the traffic back to the old tasks: why"),
    (.rollbackFailed, .failed, "ECS could not roll the deployment back: why"),
  ]

  @Test(arguments: ends)
  func `a shift ends as ECS says`(status: TrafficShift.Status, outcome: Outcome, reason: String?) {
    let verdict = Self.verdict(Self.deployment(2, at: 100, status, why: "why"), at: 1_000)
    #expect(verdict == .ended(outcome, reason: reason))
  }

  @Test func `one that was stopped for another is superseded`() {
    let verdict = Self.verdict(
      Self.deployment(3, at: 110, .inProgress), Self.deployment(2, at: 100, .stopped, isPrimary: false))
    let reason = "deployment ecs-svc/3, made at \(second(110)), took its place"
    #expect(verdict == .ended(.superseded, reason: reason))
  }

  @Test func `one that came to its end before another began has its own end`() {
    let verdict = Self.verdict(
      Self.deployment(3, at: 110, .inProgress), Self.deployment(2, at: 100, .successful, isPrimary: false))
    #expect(verdict == .ended(.completed, reason: nil))
  }

  @Test func `bake times come on top of the deadline`() {
    let baking = Self.deployment(2, at: 100, .inProgress, bake: 600)
    #expect(Self.verdict(baking, at: 759) == .underWay)
    guard case .ended(.late, let reason?) = Self.verdict(baking, at: 760) else {
      Issue.record("not late")
      return
    }
    #expect(reason.hasPrefix("not at its end after 660 s: 1 of 2 tasks run"))
  }

  @Test func `what waits at a pause hook is not late`() {
    let waiting = Self.deployment(2, at: 100, .inProgress, pause: Self.pause)
    #expect(Self.verdict(waiting, at: 80_000) == .underWay)
  }

  @Test func `the record of a pause says how it ends`() {
    let reason =
      "deployment ecs-svc/2 waits at the pause hook hook-1 in the stage POST_TEST_TRAFFIC_SHIFT until "
      + "ContinueServiceDeployment is called; at \(second(90_000)) ECS does ROLLBACK by itself"
    #expect(Self.pause.reason(of: "ecs-svc/2") == reason)
  }

  @Test func `a pause is told once, and the deadline counts anew after it`() throws {
    var scene = try Scene.rollingOut(.of(deadline: 60))
    func at(_ seconds: Int, _ deployment: Deployment) -> [String] {
      _ = scene.waits(until: seconds)
      return scene.finds(at: seconds, .with(deployment))
    }
    let waiting = Self.deployment(2, at: 131, .inProgress, pause: Self.pause)
    #expect(at(136, waiting) == ["held #1 for pause"])
    #expect(at(141, waiting) == [])
    _ = scene.crashes(at: 142)
    #expect(at(142, waiting) == [])
    for moment in stride(from: 147, through: 1_142, by: 5) { #expect(at(moment, waiting) == []) }
    let going = Self.deployment(2, at: 131, .inProgress)
    #expect(at(1_147, going) == ["released #1"])
    for moment in stride(from: 1_152, through: 1_202, by: 5) { #expect(at(moment, going) == []) }
    #expect(at(1_207, going) == ["diagnose web ecs-svc/2"])
  }

  /// A restart planned at 130 for a change of 100, with a deadline of 60 s.
  private static func decision(on deployment: Deployment, at seconds: Int) -> Decision {
    let change = Change(
      resource: parameter("/shop/URL"), from: "1", to: "2", changedAt: second(100), changedBy: nil)
    let settled = Settle(change, rules: ["shop"], patience: .of(deadline: 60), position: 0, at: second(100))
    return Restart(id: RestartID("r"), settled: settled, at: second(130))
      .decision(on: .found(.with(deployment)), gone: nil, isUrgent: false, at: second(seconds))
  }

  @Test func `somebody else's shift is waited for, its bake time included`() {
    let theirs = Self.deployment(1, at: 90, .inProgress, bake: 600)
    guard case .hold(.rollout, let reason) = Self.decision(on: theirs, at: 789) else {
      Issue.record("not held")
      return
    }
    #expect(reason.hasSuffix("at most until \(second(790))"))
    #expect(Self.decision(on: theirs, at: 790) == .restart(Restart.Intent(replacing: "ecs-svc/1")))
  }

  @Test func `a shift that began after the change is adopted, and one whose tasks fail is not waited for`() {
    #expect(
      Self.decision(on: Self.deployment(3, at: 101, .inProgress), at: 130) == .adopt(deployment: "ecs-svc/3"))
    #expect(
      Self.decision(on: Self.deployment(1, at: 90, .inProgress, failedTasks: 1), at: 130)
        == .restart(Restart.Intent(replacing: "ecs-svc/1")))
  }
}
