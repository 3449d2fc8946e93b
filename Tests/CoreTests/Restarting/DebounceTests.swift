// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct DebounceTests {
  @Test func `a change is recorded at once and its restart is due after the quiet time`() throws {
    var scene = try Scene.shop()
    let told = scene.sees(at: 100, seen("/shop/URL", 2, at: 99, by: "ann"))
    #expect(told == ["changed /shop/URL 1→2 by ann for web"])
    #expect(scene.engine.nextDeadline == second(130))
    #expect(scene.waits(until: 130) == ["inspect web"])
    #expect(scene.waits(until: 1_000) == [])
  }

  @Test func `further changes push the restart`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 99))
    _ = scene.sees(at: 120, seen("/shop/KEY", 2, at: 119))
    #expect(scene.waits(until: 149) == [])
    #expect(scene.waits(until: 150) == ["inspect web"])
  }

  @Test func `the limit caps how far changes can push it`() throws {
    var scene = try Scene.shop(.of(quiet: 30, limit: 60))
    for (version, moment) in [100, 120, 140].enumerated() {
      _ = scene.sees(at: moment, seen("/shop/URL", Int64(version) + 2, at: moment))
    }
    #expect(scene.waits(until: 159) == [])
    #expect(scene.waits(until: 160) == ["inspect web"])
  }

  @Test func `the causes are each resource's way from its first to its last version`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 99), seen("/shop/KEY", 5, at: 99))
    _ = scene.sees(at: 110, seen("/shop/URL", 3, at: 109))
    _ = scene.waits(until: 140)
    let told = scene.finds(at: 140, .steady)
    #expect(told == ["planned #1 of web by shop for /shop/URL 1→3, /shop/KEY 1→5", "issue web #1"])
  }

  @Test func `the pages that show no change push nothing`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 99))
    #expect(scene.sees(at: 120, seen("/shop/URL", 2, at: 99), seen("/shop/KEY", 1)) == [])
    #expect(scene.waits(until: 130) == ["inspect web"])
  }

  @Test func `a change that comes while the service is read is quiet first, like any other`() throws {
    var scene = try Scene.looking()
    #expect(scene.sees(at: 131, seen("/shop/KEY", 2, at: 131)) == ["changed /shop/KEY 1→2 for web"])
    #expect(scene.finds(at: 132, .steady) == [])
    #expect(scene.waits(until: 160) == [])
    #expect(scene.waits(until: 161) == ["inspect web"])
    let told = scene.finds(at: 162, .steady)
    #expect(told == ["planned #1 of web by shop for /shop/URL 1→2, /shop/KEY 1→2", "issue web #1"])
  }

  @Test func `a change that comes while the service is read in vain is quiet first, too`() throws {
    var scene = try Scene.looking()
    #expect(scene.sees(at: 131, seen("/shop/KEY", 2, at: 131)) == ["changed /shop/KEY 1→2 for web"])
    #expect(scene.failsToLook(at: 135, .throttled) == [])
    #expect(scene.waits(until: 160) == [])
    #expect(scene.waits(until: 161) == ["inspect web"])
    let told = scene.finds(at: 162, .steady)
    #expect(told == ["planned #1 of web by shop for /shop/URL 1→2, /shop/KEY 1→2", "issue web #1"])
  }

  @Test func `the waiting goes on over a crash`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 99))
    #expect(scene.crashes(at: 110) == ["started", "rulesLoaded 1 d", "sweep parameters 1 below /shop"])
    #expect(scene.waits(until: 129) == [])
    #expect(scene.waits(until: 130) == ["inspect web"])
  }

  @Test func `a clock that was set back while the process was down makes nothing wait longer`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 99))
    let engine = Engine(
      state: scene.state, rules: RuleSet(rules: [], digest: "d"), schedule: .standard, seed: 1,
      at: second(-5_000))
    #expect(engine.nextDeadline == second(-4_970))
  }

  @Test(arguments: [-3_600, 3_600])
  func `a clock that is set while the process runs moves everything that waits along`(by: Int) throws {
    var engine = try Scene.looking().engine
    let before = engine.nextDeadline
    _ = engine.handle(.inspected(web, .failure(.throttled)), at: second(130))
    let planned = try #require(engine.nextDeadline)
    #expect(before == nil)
    _ = engine.handle(.clockStepped(.seconds(by)), at: second(130 + by))
    #expect(engine.nextDeadline == planned + .seconds(by))
  }
}
