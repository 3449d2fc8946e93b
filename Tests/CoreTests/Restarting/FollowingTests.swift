// SPDX-License-Identifier: Apache-2.0
// A rollout is followed by the id of its deployment, to its end; and what changes meanwhile is not lost.

import Testing

@testable import Core

struct FollowingTests {
  private static let rollback = ServiceSnapshot.with(
    .numbered(3, at: 300, why: "ECS deployment circuit breaker: rolling back to deployment ecs-svc/1."))

  @Test func `a rollout is looked at in its interval until it is complete`() throws {
    var scene = try Scene.rollingOut()
    let underWay = ServiceSnapshot.with(
      .numbered(2, at: 131, .inProgress), .numbered(1, at: -1_000, isPrimary: false))
    for moment in [136, 141, 146] {
      #expect(scene.waits(until: moment) == ["inspect web"])
      #expect(scene.finds(at: moment, underWay) == [])
    }
    #expect(scene.waits(until: 151) == ["inspect web"])
    let told = scene.finds(at: 151, .with(.numbered(2, at: 131)))
    #expect(told == ["ended #1 completed ecs-svc/2 in 20.0 seconds"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `a deployment that somebody put in its place supersedes it`() throws {
    var scene = try Scene.rollingOut()
    _ = scene.waits(until: 136)
    let told = scene.finds(at: 136, .with(.numbered(3, at: 133, .inProgress)))
    #expect(told == ["ended #1 superseded ecs-svc/2 in 5.0 seconds"])
  }

  @Test(arguments: [
    (ServiceSnapshot.with(.numbered(2, at: 131, .failed)), "failed"), (rollback, "rolledBack"),
    (.steady.changing { $0.status = .inactive }, "failed"),
  ])
  func `a bad end is looked into before it is recorded`(service: ServiceSnapshot, outcome: String) throws {
    var scene = try Scene.rollingOut()
    _ = scene.waits(until: 136)
    #expect(scene.finds(at: 136, service) == ["diagnose web ecs-svc/2"])
    #expect(scene.waits(until: 1_000) == [])
    let told = scene.at(137, .diagnosed(web, .success(.stopped(.task(exitCode: 1)))))
    #expect(
      told == ["ended #1 \(outcome) ecs-svc/2 in 5.0 seconds", "quarantined /shop/URL 2 for #1 of web"])
  }

  @Test func `a rollout past the deadline is late`() throws {
    var scene = try Scene.rollingOut(.of(deadline: 60))
    let underWay = ServiceSnapshot.with(.numbered(2, at: 131, .inProgress))
    _ = scene.waits(until: 190)
    #expect(scene.finds(at: 190, underWay) == [])
    _ = scene.waits(until: 195)
    #expect(scene.finds(at: 195, underWay) == ["diagnose web ecs-svc/2"])
    let told = scene.at(196, .diagnosed(web, .success(.none)))
    #expect(told == ["ended #1 late ecs-svc/2 in 64.0 seconds", "quarantined /shop/URL 2 for #1 of web"])
  }

  @Test func `a rollout that cannot be seen is late at its deadline and not before`() throws {
    var scene = try Scene.rollingOut(.of(deadline: 60))
    _ = scene.waits(until: 136)
    #expect(scene.failsToLook(at: 136, .denied) == [])
    _ = scene.waits(until: 195)
    #expect(scene.failsToLook(at: 195, .denied) == ["diagnose web ecs-svc/2"])
    let told = scene.at(196, .diagnosed(web, .failure(.denied)))
    #expect(told == ["ended #1 late ecs-svc/2 in 64.0 seconds", "quarantined /shop/URL 2 for #1 of web"])
  }

  @Test func `the record of a bad end says why, and says so where no reason could be had`() throws {
    var engine = try Scene.rollingOut().engine
    _ = engine.handle(.deadlinePassed, at: second(136))
    let failed = ServiceSnapshot.with(.numbered(2, at: 131, .failed, why: "tasks failed to start"))
    _ = engine.handle(.inspected(web, .success(.found(failed))), at: second(136))
    let effects = engine.handle(.diagnosed(web, .failure(.throttled)), at: second(137))
    let ending = try #require(effects.endings.first)
    let reason =
      "ECS gave the deployment up: tasks failed to start; its stopped tasks could not be read: "
      + "ThrottlingException: Rate exceeded"
    #expect(ending.reason == reason)
    #expect(ending.events == ["\(second(200)) (service web) has reached a steady state."])
    #expect(ending.stoppedTasks == [])
  }

  @Test(arguments: ["failed", "late", "rolledBack"])
  func `a rollout that ended badly is not begun again for the same change`(outcome: String) throws {
    var scene = try Scene.rollingOut(.of(deadline: 60))
    _ = scene.waits(until: 191)
    let services = [
      "failed": ServiceSnapshot.with(.numbered(2, at: 131, .failed)),
      "late": .with(.numbered(2, at: 131, .inProgress)), "rolledBack": Self.rollback,
    ]
    _ = scene.finds(at: 191, try #require(services[outcome]))
    let told = scene.at(192, .diagnosed(web, .success(.none)))
    #expect(
      told == ["ended #1 \(outcome) ecs-svc/2 in 60.0 seconds", "quarantined /shop/URL 2 for #1 of web"])
    #expect(scene.sees(at: 193, seen("/shop/URL", 2, at: 100), seen("/shop/KEY", 1)) == [])
    #expect(scene.endsSweep(at: 194) == ["sweep parameters 3 below /shop"])
    #expect(scene.waits(until: 10_000) == [])
    _ = scene.crashes(at: 10_000)
    #expect(scene.sees(at: 10_001, seen("/shop/URL", 2, at: 100), seen("/shop/KEY", 1)) == [])
  }

  @Test func `a newer version starts a new restart after a failed one`() throws {
    var scene = try Scene.rollingOut()
    _ = scene.waits(until: 136)
    let failed = ServiceSnapshot.with(.numbered(2, at: 131, .failed))
    _ = scene.finds(at: 136, failed)
    _ = scene.at(137, .diagnosed(web, .success(.none)))
    #expect(
      scene.sees(at: 300, seen("/shop/URL", 3, at: 299)) == [
        "changed /shop/URL 2→3 for web", "unquarantined /shop/URL 2",
      ])
    #expect(scene.waits(until: 330) == ["inspect web"])
    #expect(scene.finds(at: 330, failed) == ["planned #2 of web by shop for /shop/URL 2→3", "issue web #2"])
  }

  @Test func `changes during a rollout make one more restart after it`() throws {
    var scene = try Scene.rollingOut()
    _ = scene.sees(at: 133, seen("/shop/URL", 3, at: 133))
    _ = scene.sees(at: 150, seen("/shop/URL", 4, at: 150), seen("/shop/KEY", 2, at: 150))
    _ = scene.waits(until: 136)
    _ = scene.finds(at: 400, .with(.numbered(2, at: 131, .inProgress)))
    #expect(scene.waits(until: 405) == ["inspect web"])
    let end = scene.finds(at: 410, .with(.numbered(2, at: 131)))
    #expect(end == ["ended #1 completed ecs-svc/2 in 279.0 seconds", "inspect web"])
    let told = scene.finds(at: 411, .with(.numbered(2, at: 131)))
    #expect(told == ["planned #2 of web by shop for /shop/URL 2→4, /shop/KEY 1→2", "issue web #2"])
    _ = scene.isGiven(at: 412, deployment: 3)
    _ = scene.waits(until: 417)
    _ = scene.finds(at: 420, .with(.numbered(3, at: 412)))
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `changes during a rollout that failed make one more restart after it`() throws {
    var scene = try Scene.rollingOut()
    _ = scene.sees(at: 133, seen("/shop/KEY", 2, at: 133))
    _ = scene.waits(until: 260)
    let failed = ServiceSnapshot.with(.numbered(2, at: 131, .failed))
    _ = scene.finds(at: 260, failed)
    let end = scene.at(261, .diagnosed(web, .success(.none)))
    let ended = ["ended #1 failed ecs-svc/2 in 129.0 seconds", "quarantined /shop/URL 2 for #1 of web"]
    #expect(end == ended + ["inspect web"])
    #expect(scene.finds(at: 262, failed) == ["planned #2 of web by shop for /shop/KEY 1→2", "issue web #2"])
  }
}

extension [Effect] {
  /// The ends that are recorded.
  var endings: [Ending] {
    flatMap { effect -> [Record] in if case .append(let step) = effect { step.records } else { [] } }
      .compactMap { if case .ended(let ending) = $0.entry { ending } else { nil } }
  }
}
