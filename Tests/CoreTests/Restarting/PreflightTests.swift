// SPDX-License-Identifier: Apache-2.0
// The decision just before acting, row by row and at the edges of each row, with its reason.

import Testing

@testable import Core

struct PreflightTests {
  private static func decision(
    on service: ServiceSnapshot, gone: Resource? = nil, intent: Restart.Intent? = nil, at seconds: Int = 130
  ) -> Decision {
    Restart.planned(intent: intent).decision(
      on: .found(service), gone: gone, isUrgent: false, at: second(seconds))
  }

  private static let rollout = ServiceSnapshot.with(.numbered(1, at: 90, .inProgress))

  @Test func `a service that does not exist is skipped`() {
    let decision = Restart.planned().decision(on: .missing, gone: nil, isUrgent: false, at: second(130))
    #expect(decision == .skip(reason: "the service does not exist"))
  }

  private static let skipped: [(ServiceSnapshot, String)] = [
    (.steady.changing { $0.status = .draining }, "the service is DRAINING: it is being deleted"),
    (.steady.changing { $0.status = .inactive }, "the service is INACTIVE: it was deleted"),
    (
      .steady.changing { $0.desiredCount = 0 },
      "the desired count is 0: the next tasks read the new value when they start"
    ),
    // Neither a controller that is not ECS's nor a rollout matters where nothing is to be replaced.
    (
      rollout.changing {
        $0.desiredCount = 0
        $0.controller = .external
      }, "the desired count is 0: the next tasks read the new value when they start"
    ),
  ]

  @Test(arguments: skipped)
  func `what needs no restart is skipped, with a reason`(service: ServiceSnapshot, reason: String) {
    #expect(Self.decision(on: service) == .skip(reason: reason))
  }

  private static let adopted: [(ServiceSnapshot, Restart.Intent?, Bool)] = [
    (.with(.numbered(2, at: 101)), nil, true),
    (.with(.numbered(2, at: 101, .inProgress, failedTasks: 3)), nil, true),
    (.with(.numbered(2, at: 101, .failed)), nil, true),
    (.with(.numbered(2, at: 100)), nil, false),
    (.with(.numbered(2, at: 99)), nil, false),
    // Only the PRIMARY counts.
    (.with(.numbered(1, at: 50), .numbered(2, at: 101, isPrimary: false)), nil, false),
    // After a call, any other PRIMARY is what the call began, whatever AWS's clock says.
    (.with(.numbered(2, at: 99)), .init(replacing: "ecs-svc/1"), true),
    (.with(.numbered(2, at: 99)), .init(replacing: nil), true),
    (.with(.numbered(1, at: 99)), .init(replacing: "ecs-svc/1"), false),
    (.with(), .init(replacing: "ecs-svc/1"), false),
    // Whoever made it, and with whatever controller.
    (.with(.numbered(2, at: 101)).changing { $0.controller = .codeDeploy }, nil, true),
  ]

  @Test(arguments: adopted)
  func `a PRIMARY that reads the new value already is adopted`(
    service: ServiceSnapshot, intent: Restart.Intent?, isAdopted: Bool
  ) {
    let decision = Self.decision(on: service, intent: intent)
    if isAdopted {
      #expect(decision == .adopt(deployment: "ecs-svc/2"))
    } else {
      #expect(decision == .restart(.init(replacing: service.primary?.id)))
    }
  }

  private static let held: [(ServiceSnapshot, Int, Bool)] = [
    (rollout, 130, true), (rollout, 189, true), (rollout, 190, false),
    (.with(.numbered(1, at: 90, .inProgress, failedTasks: 1)), 130, false),
    (.with(.numbered(1, at: 90, .completed)), 130, false), (.with(.numbered(1, at: 90, .failed)), 130, false),
    (.with(.numbered(1, at: 90, nil)), 130, false),
    (.with(.numbered(1, at: 90), .numbered(2, at: 91, .inProgress, isPrimary: false)), 130, false),
  ]

  @Test(arguments: held)
  func `a rollout under way is waited for until the deadline, unless its tasks fail`(
    service: ServiceSnapshot, seconds: Int, isHeld: Bool
  ) {
    let decision = Self.decision(on: service, at: seconds)
    let reason =
      "deployment ecs-svc/1 of \(second(90)) is in progress and older than the change; "
      + "waits for its end, at most until \(second(190))"
    #expect(decision == (isHeld ? .hold(.rollout, reason: reason) : .restart(.init(replacing: "ecs-svc/1"))))
  }

  private static let replaceable: [(desired: Int, minimum: Int, maximum: Int, can: Bool)] = [
    (1, 100, 100, false), (1, 100, 199, false), (1, 100, 200, true), (1, 99, 100, false), (1, 0, 100, true),
    (2, 100, 100, false), (2, 51, 100, false), (2, 50, 100, true), (2, 100, 149, false), (2, 100, 150, true),
    (4, 76, 124, false), (4, 75, 100, true), (4, 100, 125, true), (3, 67, 100, false), (3, 66, 100, true),
    (100, 100, 101, true), (Int.max, 100, 100, true),
  ]

  @Test(arguments: replaceable)
  func `a configuration that can neither start nor stop a task is refused`(
    desired: Int, minimum: Int, maximum: Int, can: Bool
  ) {
    let service = ServiceSnapshot.steady.changing {
      $0.desiredCount = desired
      $0.healthyPercent = .init(minimum: minimum, maximum: maximum)
    }
    #expect(service.canReplaceTasks == can)
    guard case .refuse(let reason, let remedy) = Self.decision(on: service) else {
      #expect(can)
      return
    }
    #expect(reason.contains("desired count \(desired), minimumHealthyPercent \(minimum)"))
    #expect(remedy.contains("raise maximumPercent to 200"))
  }

  @Test func `a service for which percentages do not apply is restarted`() {
    let service = ServiceSnapshot.steady.changing { $0.healthyPercent = nil }
    #expect(Self.decision(on: service) == .restart(.init(replacing: "ecs-svc/1")))
  }

  @Test(arguments: [
    (ServiceSnapshot.Controller.codeDeploy, "CODE_DEPLOY", "start a deployment in CodeDeploy"),
    (.external, "EXTERNAL", "replace its task sets"),
  ])
  func `other controllers are refused with what to do instead`(
    controller: ServiceSnapshot.Controller, word: String, advice: String
  ) throws {
    let decision = Self.decision(on: Self.rollout.changing { $0.controller = controller })
    guard case .refuse(let reason, let remedy) = decision else {
      Issue.record("\(decision)")
      return
    }
    #expect(reason.contains(word))
    #expect(remedy.hasPrefix(advice))
  }

  @Test func `a cause that is gone holds the restart, once nothing else does`() {
    let gone = parameter("/shop/URL")
    let reason =
      "parameter:/shop/URL has disappeared or is scheduled for deletion: what starts now could not read it; "
      + "waits until it returns"
    #expect(Self.decision(on: .steady, gone: gone) == .hold(.goneCause, reason: reason))
    guard case .hold(.rollout, _) = Self.decision(on: Self.rollout, gone: gone) else {
      Issue.record("a rollout is waited for first")
      return
    }
    #expect(Self.decision(on: .with(.numbered(2, at: 101)), gone: gone) == .adopt(deployment: "ecs-svc/2"))
  }
}
