// SPDX-License-Identifier: Apache-2.0
// What became of deployment `ecs-svc/2`, made at 100 and followed since 100, with 60 s until it is late.

import Testing

@testable import Core

struct VerdictTests {
  private static func verdict(_ inspection: Inspection, at seconds: Int = 120) -> Verdict {
    Verdict.over(
      "ecs-svc/2", in: inspection, since: second(100), deadline: .seconds(60), at: second(seconds))
  }

  private static func mine(
    _ state: Deployment.State?, isPrimary: Bool = true, why: String? = nil,
    _ change: (inout Deployment) -> Void = { _ in }
  ) -> Deployment {
    var deployment = Deployment.numbered(2, at: 100, state, isPrimary: isPrimary, why: why)
    change(&deployment)
    return deployment
  }

  private static let old = Deployment.numbered(1, at: -1_000, isPrimary: false)
  private static let rollback = Deployment.numbered(
    3, at: 115, .inProgress, why: "ECS deployment circuit breaker: Rolling back to deploymentId ecs-svc/1.")

  private static let underWay: [ServiceSnapshot] = [
    .with(mine(.inProgress), old),
    .with(mine(.inProgress)),
    .with(mine(.inProgress) { $0.failedTasks = 9 }, old),
    // ECS is about to put another deployment in its place, whose kind decides.
    .with(mine(.failed), old).changing { $0.rollsBack = true },
    .with(mine(.inProgress, isPrimary: false)),
    .with(),
    // Without a rollout state: alone, and with all its tasks up.
    .with(mine(nil), old),
    .with(mine(nil) { $0.runningCount = 1 }),
    .with(mine(nil) { $0.pendingCount = 1 }),
    .with(mine(.inProgress)).changing { $0.status = .draining },
  ]

  @Test(arguments: underWay)
  func `a rollout that is not at its end is under way, and late at the deadline`(service: ServiceSnapshot) {
    #expect(Self.verdict(.found(service)) == .underWay)
    #expect(Self.verdict(.found(service), at: 159) == .underWay)
    guard case .ended(.late, let reason?) = Self.verdict(.found(service), at: 160) else {
      Issue.record("not late at its deadline")
      return
    }
    #expect(reason.hasPrefix("not at its end after 60 s: "))
    #expect(reason.contains("it is not restarted again for this change"))
  }

  private static let ended: [(ServiceSnapshot, Outcome, String?)] = [
    (.with(mine(.completed)), .completed, nil),
    // Old tasks may be draining still: ECS itself says that it is complete.
    (.with(mine(.completed), old), .completed, nil),
    (.with(mine(nil)), .completed, nil),
    (.with(mine(.failed), old), .failed, "ECS gave the deployment up"),
    (
      .with(mine(.failed, why: "tasks failed to start"), old), .failed,
      "ECS gave the deployment up: tasks failed to start"
    ),
    (
      .with(rollback, mine(.failed, isPrimary: false, why: "tasks failed")), .rolledBack,
      "ECS rolled back to deployment ecs-svc/3; its tasks read the same new values: tasks failed"
    ),
    (
      .with(rollback), .rolledBack,
      "ECS rolled back to deployment ecs-svc/3; its tasks read the same new values: "
        + "ECS deployment circuit breaker: Rolling back to deploymentId ecs-svc/1."
    ),
    (
      .with(.numbered(3, at: 115), mine(.failed, isPrimary: false)), .rolledBack,
      "ECS rolled back to deployment ecs-svc/3; its tasks read the same new values"
    ),
    (
      .with(.numbered(3, at: 115, .inProgress), mine(.inProgress, isPrimary: false)), .superseded,
      "deployment ecs-svc/3, made at \(second(115)), took its place"
    ),
    // Everything is stable, and yet it is not our deployment that is.
    (
      .with(.numbered(1, at: -1_000)), .superseded,
      "deployment ecs-svc/1, made at \(second(-1_000)), took its place"
    ),
    (
      .with(mine(.completed)).changing { $0.status = .inactive }, .failed,
      "the service was deleted during the rollout"
    ),
  ]

  @Test(arguments: ended)
  func `a rollout at its end has an outcome and a reason, at the deadline as before it`(
    service: ServiceSnapshot, outcome: Outcome, reason: String?
  ) {
    #expect(Self.verdict(.found(service)) == .ended(outcome, reason: reason))
    #expect(Self.verdict(.found(service), at: 160) == .ended(outcome, reason: reason))
  }

  @Test func `a rollout of a service that is gone has failed`() {
    let reason = "the service was deleted during the rollout"
    #expect(Self.verdict(.missing) == .ended(.failed, reason: reason))
  }

  @Test func `a late rollout tells how many tasks run`() {
    let service = ServiceSnapshot.with(
      Self.mine(.inProgress) {
        $0.runningCount = 1
        $0.failedTasks = 4
      })
    guard case .ended(.late, let reason?) = Self.verdict(.found(service), at: 200) else {
      Issue.record("not late")
      return
    }
    #expect(reason.contains("1 of 2 tasks run, 4 failed"))
  }
}
