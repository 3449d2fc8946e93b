// SPDX-License-Identifier: Apache-2.0
// Every row of the table that says what is found just before acting, and what is done about it: all effects of each.

import Testing

@testable import Core

struct PreflightSceneTests {
  private let plan = "planned #1 of web by shop for /shop/URL 1→2"

  @Test(arguments: [
    ServiceSnapshot.steady.changing { $0.status = .inactive }, .steady.changing { $0.status = .draining },
    .steady.changing { $0.desiredCount = 0 },
  ])
  func `a service that needs no restart is skipped`(service: ServiceSnapshot) throws {
    var scene = try Scene.looking()
    #expect(scene.finds(at: 131, service) == [plan, "skipped #1"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `a service that does not exist is skipped`() throws {
    var scene = try Scene.looking()
    #expect(scene.at(131, .inspected(web, .success(.missing))) == [plan, "skipped #1"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test(arguments: [
    ServiceSnapshot.steady.changing { $0.controller = .codeDeploy },
    .steady.changing { $0.controller = .external },
    .steady.changing {
      $0.desiredCount = 1
      $0.healthyPercent = .init(minimum: 100, maximum: 100)
    },
  ])
  func `a service that a forced deployment cannot restart is refused with a remedy`(
    service: ServiceSnapshot
  ) throws {
    var scene = try Scene.looking()
    #expect(scene.finds(at: 131, service) == [plan, "refused #1 with a remedy"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `anything else is restarted, with the plan durable before the call`() throws {
    var scene = try Scene.looking()
    #expect(scene.finds(at: 131, .steady) == [plan, "issue web #1"])
    #expect(scene.state.targets[web]?.open?.phase == .issuing(.init(replacing: "ecs-svc/1")))
    #expect(scene.isGiven(at: 132, deployment: 2) == ["issued #1 ecs-svc/2"])
    #expect(scene.waits(until: 137) == ["inspect web"])
  }

  @Test func `a PRIMARY deployment made after the change is adopted and followed`() throws {
    var scene = try Scene.looking()
    let newer = ServiceSnapshot.with(
      .numbered(2, at: 110, .inProgress), .numbered(1, at: -1_000, isPrimary: false))
    #expect(scene.finds(at: 131, newer) == [plan, "issued #1 ecs-svc/2 adopted", "inspect web"])
    #expect(
      scene.finds(at: 132, .with(.numbered(2, at: 110))) == ["ended #1 completed ecs-svc/2 in 1.0 seconds"])
  }

  @Test func `a PRIMARY deployment made in the very millisecond of the change is not adopted`() throws {
    var scene = try Scene.looking()
    #expect(scene.finds(at: 131, .with(.numbered(2, at: 100))) == [plan, "issue web #1"])
  }

  @Test func `a rollout older than the change is waited for, and then the restart goes on`() throws {
    var scene = try Scene.looking()
    let older = ServiceSnapshot.with(.numbered(1, at: 90, .inProgress))
    #expect(scene.finds(at: 131, older) == [plan, "held #1 for rollout"])
    #expect(scene.waits(until: 136) == ["inspect web"])
    #expect(scene.finds(at: 136, older) == [])
    #expect(scene.waits(until: 141) == ["inspect web"])
    #expect(scene.finds(at: 141, .with(.numbered(1, at: 90))) == ["remember", "issue web #1"])
    #expect(scene.isGiven(at: 142, deployment: 2) == ["released #1", "issued #1 ecs-svc/2"])
  }

  @Test func `a rollout older than the change is waited for until the deadline and no longer`() throws {
    var scene = try Scene.looking(.of(deadline: 60))
    let older = ServiceSnapshot.with(.numbered(1, at: 90, .inProgress))
    #expect(scene.finds(at: 130, older) == [plan, "held #1 for rollout"])
    for moment in stride(from: 135, to: 190, by: 5) {
      #expect(scene.waits(until: moment) == ["inspect web"])
      #expect(scene.finds(at: moment, older) == [])
    }
    #expect(scene.waits(until: 190) == ["inspect web"])
    #expect(scene.finds(at: 190, older) == ["remember", "issue web #1"])
  }

  @Test func `a rollout older than the change whose tasks fail is not waited for`() throws {
    var scene = try Scene.looking()
    let failing = ServiceSnapshot.with(.numbered(1, at: 90, .inProgress, failedTasks: 1))
    #expect(scene.finds(at: 131, failing) == [plan, "issue web #1"])
  }

  @Test func `a hold ends as soon as tasks of the rollout fail`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    _ = scene.waits(until: 136)
    let failing = ServiceSnapshot.with(.numbered(1, at: 90, .inProgress, failedTasks: 1))
    #expect(scene.finds(at: 136, failing) == ["remember", "issue web #1"])
  }

  @Test func `a held restart adopts a deployment that somebody makes meanwhile`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    _ = scene.waits(until: 136)
    let told = scene.finds(at: 136, .with(.numbered(2, at: 133, .inProgress)))
    #expect(told == ["released #1", "issued #1 ecs-svc/2 adopted", "inspect web"])
  }

  @Test func `a held restart whose service is deleted is skipped`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    _ = scene.waits(until: 136)
    #expect(scene.at(136, .inspected(web, .success(.missing))) == ["skipped #1"])
  }

  @Test func `a change that comes while the restart is held joins it, and is quiet first`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    #expect(scene.sees(at: 134, seen("/shop/KEY", 2, at: 134)) == ["changed /shop/KEY 1→2 for web"])
    _ = scene.waits(until: 136)
    #expect(scene.finds(at: 136, .with(.numbered(1, at: 90))) == [])
    #expect(scene.waits(until: 163) == [])
    #expect(scene.waits(until: 164) == ["inspect web"])
    let joined = "planned #1 of web by shop for /shop/URL 1→2, /shop/KEY 1→2"
    #expect(scene.finds(at: 164, .with(.numbered(1, at: 90))) == [joined, "issue web #1"])
  }

  @Test func `a deployment older than a change that joined is not adopted`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    _ = scene.sees(at: 140, seen("/shop/KEY", 2, at: 140))
    _ = scene.finds(at: 141, .with(.numbered(1, at: 90, .inProgress)))
    _ = scene.waits(until: 146)
    #expect(scene.finds(at: 146, .with(.numbered(2, at: 135, .inProgress))) == [])
  }
}
