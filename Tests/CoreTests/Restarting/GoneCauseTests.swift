// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct GoneCauseTests {
  /// A changed secret, whose service is being read at 130, and which is scheduled for deletion meanwhile.
  private func leaving() throws -> Scene {
    var scene = Scene([try .overSecrets("shop/*")])
    _ = scene.starts(at: -10)
    _ = scene.sees(at: -10, [seenSecret("shop/db", "a")], in: secrets)
    _ = scene.endsSweep(at: -10, in: secrets)
    _ = scene.waits(until: 50)
    _ = scene.sees(at: 100, [seenSecret("shop/db", "b", changed: 100)], in: secrets)
    _ = scene.waits(until: 130)
    _ = scene.sees(at: 131, [seenSecret("shop/db", "b", changed: 131, isLeaving: true)], in: secrets)
    return scene
  }

  @Test func `a restart is held while a cause is scheduled for deletion, and goes on once it is restored`()
    throws
  {
    var scene = try leaving()
    let plan = "planned #1 of web by secrets for shop/db a→b"
    #expect(scene.finds(at: 132, .steady) == [plan, "held #1 for goneCause"])
    #expect(scene.waits(until: 191) == [])
    #expect(scene.waits(until: 192) == ["inspect web"])
    #expect(scene.finds(at: 192, .steady) == [])
    let restored = scene.sees(at: 200, [seenSecret("shop/db", "b", changed: 199)], in: secrets)
    #expect(restored == ["remember", "inspect web"])
    #expect(scene.finds(at: 201, .steady) == ["remember", "issue web #1"])
    #expect(scene.isGiven(at: 202, deployment: 2) == ["released #1", "issued #1 ecs-svc/2"])
  }

  @Test func `a restart for a secret that is gone for good is skipped with its service`() throws {
    var scene = try leaving()
    _ = scene.finds(at: 132, .steady)
    _ = scene.waits(until: 192)
    #expect(scene.finds(at: 192, .steady.changing { $0.status = .inactive }) == ["skipped #1"])
  }

  @Test func `a restart held for a cause adopts the deployment that somebody makes`() throws {
    var scene = try leaving()
    _ = scene.finds(at: 132, .steady)
    _ = scene.waits(until: 192)
    let told = scene.finds(at: 192, .with(.numbered(2, at: 150)))
    #expect(told == ["released #1", "issued #1 ecs-svc/2 adopted", "inspect web"])
  }

  @Test func `where nobody restores the cause, nothing is left to do for a run that ends by itself`() throws {
    var scene = try leaving()
    #expect(!scene.engine.isStuck(at: second(131)))
    _ = scene.finds(at: 132, .steady)
    #expect(scene.engine.isStuck(at: second(132)))
  }

  @Test func `the hold goes on over a crash without another word`() throws {
    var scene = try leaving()
    _ = scene.finds(at: 132, .steady)
    let told = scene.crashes(at: 140)
    #expect(told == ["started", "rulesLoaded 1 d", "sweep secrets 1 below shop/", "inspect web"])
    #expect(scene.finds(at: 141, .steady) == [])
  }

  @Test func `a cause that disappears holds the restart until it returns`() throws {
    var scene = try Scene.shop()
    _ = scene.endsSweep(at: 51)
    _ = scene.waits(until: 110)
    _ = scene.sees(at: 110, seen("/shop/URL", 2, at: 109))
    _ = scene.endsSweep(at: 110)
    _ = scene.waits(until: 140)
    _ = scene.failsToLook(at: 140, .denied)
    _ = scene.waits(until: 170)
    _ = scene.endsSweep(at: 171)
    _ = scene.waits(until: 230)
    #expect(scene.endsSweep(at: 231) == ["disappeared /shop/URL"])
    #expect(scene.finds(at: 232, .steady) == ["held #1 for goneCause"])
    _ = scene.waits(until: 292)
    let back = scene.sees(at: 293, seen("/shop/URL", 2, at: 109))
    #expect(back == ["returned /shop/URL"])
    #expect(scene.finds(at: 294, .steady) == ["remember", "issue web #1"])
  }
}
