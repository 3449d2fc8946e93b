// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct BaselineTests {
  @Test func `a first start tells its rules and begins one sweep of each scope that they watch`() throws {
    var scene = Scene([try .over("/shop/**"), try .overSecrets("shop/*")])
    let told = scene.starts(at: 0)
    #expect(
      told == [
        "started", "rulesLoaded 2 d", "sweep parameters 1 below /shop", "sweep secrets 1 below shop/",
      ])
  }

  @Test func `the first sight of resources is their baseline and restarts nothing`() throws {
    var scene = Scene([try .over("/shop/**")])
    _ = scene.starts(at: 0)
    #expect(scene.sees(at: 1, seen("/shop/URL", 7), seen("/shop/KEY", 3)) == ["remember"])
    #expect(scene.endsSweep(at: 2) == ["baseline parameters 2"])
    #expect(scene.waits(until: 60) == ["sweep parameters 2 below /shop"])
    #expect(scene.sees(at: 61, seen("/shop/URL", 7), seen("/shop/KEY", 3)) == [])
    #expect(scene.endsSweep(at: 62) == [])
  }

  @Test func `a scope with nothing in it has a baseline too`() throws {
    var scene = Scene([try .over("/shop/**")])
    _ = scene.starts(at: 0)
    #expect(scene.sees(at: 1, []) == [])
    #expect(scene.endsSweep(at: 2) == ["baseline parameters 0"])
  }

  @Test func `names that no rule watches are not remembered`() throws {
    var scene = Scene([try .over("/shop/**", except: ["/shop/flags/**"])])
    _ = scene.starts(at: 0)
    #expect(scene.sees(at: 1, seen("/other/URL", 1), seen("/shop/flags/A", 1)) == [])
    #expect(scene.sees(at: 2, seen("/other/URL", 2), seen("/shop/flags/A", 2)) == [])
  }

  @Test func `a resource made later has a baseline of its own`() throws {
    var scene = try Scene.shop()
    #expect(scene.sees(at: 60, seen("/shop/NEW", 1, at: 59)) == ["remember"])
    #expect(scene.endsSweep(at: 61) == ["baseline parameters 1"])
  }

  @Test func `a secret that is scheduled for deletion at first sight begins when it is restored`() throws {
    var scene = Scene([try .overSecrets("shop/*")])
    _ = scene.starts(at: 0)
    #expect(scene.sees(at: 1, [seenSecret("shop/db", "a", isLeaving: true)], in: secrets) == [])
    #expect(scene.sees(at: 2, [seenSecret("shop/db", "a")], in: secrets) == ["remember"])
    #expect(scene.endsSweep(at: 3, in: secrets) == ["baseline secrets 1"])
  }

  @Test func `a later start goes on from what was seen, and restarts once for what changed meanwhile`() throws
  {
    var scene = try Scene.shop()
    #expect(scene.crashes(at: 5_000) == ["started", "rulesLoaded 1 d", "sweep parameters 1 below /shop"])
    let told = scene.sees(at: 5_001, seen("/shop/URL", 4, at: 3_000), seen("/shop/KEY", 2, at: 4_000))
    #expect(told == ["changed /shop/URL 1→4 for web", "changed /shop/KEY 1→2 for web"])
    #expect(scene.endsSweep(at: 5_002) == [])
    #expect(scene.waits(until: 5_031) == ["inspect web"])
    let plan = "planned #1 of web by shop for /shop/URL 1→4, /shop/KEY 1→2"
    #expect(scene.finds(at: 5_031, .steady) == [plan, "issue web #1"])
  }

  @Test func `a later start in which nothing has changed restarts nothing`() throws {
    var scene = try Scene.shop()
    _ = scene.crashes(at: 5_000)
    #expect(scene.sees(at: 5_001, seen("/shop/URL", 1), seen("/shop/KEY", 1)) == [])
    #expect(scene.endsSweep(at: 5_002) == [])
  }

  @Test func `a stop in good order is recorded and begins nothing`() throws {
    var scene = try Scene.shop()
    #expect(scene.at(100, .stopping(reason: "SIGTERM")) == ["stopped: SIGTERM"])
  }
}
