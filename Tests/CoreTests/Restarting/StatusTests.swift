// SPDX-License-Identifier: Apache-2.0
// What the loop asks the engine: is it ready, has it anything left to do, can it get any further.

import Testing

@testable import Core

struct StatusTests {
  @Test func `the summary counts what is watched, waiting, held and under way`() throws {
    var scene = try Scene.watching("/web/URL", "/worker/URL", by: .over("/{app}/**", to: ["{app}"]))
    _ = scene.sees(at: 100, seen("/web/URL", 2, at: 100))
    _ = scene.waits(until: 130)
    _ = scene.finds(at: 130, .steady)
    _ = scene.isGiven(at: 131, deployment: 2)
    _ = scene.sees(at: 132, seen("/web/URL", 3, at: 132), seen("/worker/URL", 2, at: 132))
    let waiting = Engine.Summary(
      rules: 1, resources: 2, failingSources: 0, waiting: 2, held: 0, underWay: 1)
    #expect(scene.engine.summary == waiting)
    _ = scene.endsSweep(at: 133, .denied)
    _ = scene.waits(until: 162)
    _ = scene.at(163, .inspected(service("worker"), .failure(.denied)))
    let held = Engine.Summary(rules: 1, resources: 2, failingSources: 1, waiting: 1, held: 1, underWay: 1)
    #expect(scene.engine.summary == held)
  }

  @Test func `nothing can go on by itself while a permission is missing`() throws {
    var scene = try Scene.looking()
    #expect(!scene.engine.isStuck(at: second(130)), "a look is under way")
    _ = scene.failsToLook(at: 131, .denied)
    #expect(scene.engine.isStuck(at: second(131)))
    _ = scene.waits(until: 191)
    #expect(!scene.engine.isStuck(at: second(191)), "a look is under way")
  }

  @Test func `a failure may pass, until the deadline`() throws {
    var scene = try Scene.looking(.of(deadline: 60))
    _ = scene.failsToLook(at: 131, .throttled)
    #expect(!scene.engine.isStuck(at: second(190)))
    #expect(scene.engine.isStuck(at: second(191)))
  }

  @Test func `the report says what the last look has shown, and not what the first one did`() throws {
    var scene = try Scene.looking()
    func reason(at time: Int) -> String? { scene.engine.report(at: second(time)).items.first?.reason }
    _ = scene.failsToLook(at: 131, .throttled)
    #expect(reason(at: 131) == "reading the service failed: \(Failure.throttled.reason); trying again")
    _ = scene.waits(until: 191)
    let unreachable = Failure(kind: .transient, reason: "unreachable", mayHaveTakenEffect: false)
    #expect(scene.failsToLook(at: 192, unreachable).isEmpty)
    #expect(reason(at: 192) == "reading the service failed: unreachable; trying again")
  }

  @Test func `a rollout comes to its end by itself`() throws {
    var scene = try Scene.looking(.of(deadline: 60))
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    #expect(!scene.engine.isStuck(at: second(10_000)))
  }

  @Test func `what still settles comes to its end by itself`() throws {
    var scene = try Scene.shop()
    #expect(!scene.engine.isStuck(at: second(60)), "nothing is to be done at all")
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    #expect(!scene.engine.isStuck(at: second(10_000)))
  }

  @Test func `a restart is under way once its deployment is followed`() throws {
    var scene = try Scene.issuing()
    #expect(!scene.engine.isUnderWayOrOver(web))
    _ = scene.isGiven(at: 131, deployment: 2)
    #expect(scene.engine.isUnderWayOrOver(web))
    #expect(scene.engine.isUnderWayOrOver(service("other")), "no restart of it is open")
  }

  @Test func `an engine without rules has nothing to wait for`() {
    var scene = Scene([])
    #expect(scene.starts(at: 0) == ["started", "rulesLoaded 0 d"])
    #expect(scene.engine.isIdle)
    #expect(scene.engine.hasTriedEveryScope)
    #expect(scene.engine.nextDeadline == nil)
  }
}
