// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct ReloadTests {
  @Test func `other rules restart nothing, and what they newly watch begins with its baseline`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/**"))
    let told = scene.reloads(at: 100, try .over("/shop/**"), try .over("/pay/**", named: "pay"))
    #expect(told == ["rulesLoaded 2 e"])
    #expect(scene.sees(at: 101, seen("/shop/URL", 1), seen("/pay/URL", 9, at: 99)) == ["remember"])
    let end = scene.endsSweep(at: 110)
    #expect(end == ["baseline parameters 1", "sweep parameters 3 below /pay /shop"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `a sweep that began under other rules cannot show what is missing`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/**"))
    _ = scene.sweepsWhole(at: 60, [])
    _ = scene.waits(until: 120)
    _ = scene.reloads(at: 121, try .over("/shop/**"))
    #expect(scene.endsSweep(at: 122) == [])
    #expect(scene.waits(until: 180) == ["sweep parameters 4 below /shop"])
    #expect(scene.endsSweep(at: 181) == ["disappeared /shop/URL"])
  }

  @Test func `what no rule watches any more is forgotten, and begins anew when one does`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/**"))
    _ = scene.reloads(at: 100, try .over("/pay/**"))
    #expect(scene.state.known.seen == [:])
    _ = scene.reloads(at: 110, try .over("/shop/**"))
    #expect(scene.sees(at: 111, seen("/shop/URL", 2, at: 105)) == ["remember"])
  }

  @Test func `a scope that no rule watches any more is not swept again`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/**"))
    let told = scene.reloads(at: 100, try .overSecrets("shop/*"))
    #expect(told == ["rulesLoaded 1 e", "sweep secrets 1 below shop/"])
    #expect(scene.endsSweep(at: 101) == [])
    #expect(scene.state.sources.keys.map(\.kind) == [])
  }

  @Test func `a change that waits goes on waiting under the patience of the new rules`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    let told = scene.reloads(at: 110, try .over("/shop/**", named: "new", patience: .of(quiet: 60)))
    #expect(told == ["rulesLoaded 1 e"])
    #expect(scene.waits(until: 159) == [])
    #expect(scene.waits(until: 160) == ["inspect web"])
    let plan = "planned #1 of web by new for /shop/URL 1→2"
    #expect(scene.finds(at: 160, .steady) == [plan, "issue web #1"])
  }

  @Test func `a shorter patience may make it due at once`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    let told = scene.reloads(at: 110, try .over("/shop/**", patience: .of(quiet: 5)))
    #expect(told == ["rulesLoaded 1 e", "inspect web"])
  }

  @Test func `a change that waits is let go, with a record, where no rule leads to its target any more`()
    throws
  {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    let told = scene.reloads(at: 110, try .over("/shop/**", to: ["worker"]))
    #expect(told == ["rulesLoaded 1 e", "planned #1 of web by shop for /shop/URL 1→2", "skipped #1"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `all changes that wait stay while a rule leads one of them to the target`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100), seen("/shop/KEY", 2, at: 100))
    let told = scene.reloads(at: 110, try .over("/shop/URL", named: "new"))
    #expect(told == ["rulesLoaded 1 e"])
    #expect(scene.waits(until: 130) == ["inspect web"])
    let plan = "planned #1 of web by new for /shop/URL 1→2, /shop/KEY 1→2"
    #expect(scene.finds(at: 130, .steady) == [plan, "issue web #1"])
  }

  @Test func `a held restart is skipped where no rule leads to its target any more`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    #expect(scene.reloads(at: 132, try .over("/pay/**")) == ["rulesLoaded 1 e", "skipped #1"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `a held restart goes on where a rule still leads one of its causes there`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 131, .with(.numbered(1, at: 90, .inProgress)))
    #expect(scene.reloads(at: 132, try .over("/shop/URL", named: "new")) == ["rulesLoaded 1 e"])
    _ = scene.waits(until: 136)
    #expect(scene.finds(at: 136, .steady) == ["remember", "issue web #1"])
  }

  @Test func `what was issued is followed to its end under any rules`() throws {
    var scene = try Scene.rollingOut()
    let told = scene.reloads(at: 133, try .over("/pay/**"))
    #expect(told == ["rulesLoaded 1 e"])
    _ = scene.waits(until: 136)
    let end = scene.finds(at: 140, .with(.numbered(2, at: 131)))
    #expect(end == ["ended #1 completed ecs-svc/2 in 9.0 seconds"])
  }

  @Test func `what waits beside a rollout is let go after it, where no rule leads there any more`() throws {
    var scene = try Scene.rollingOut()
    _ = scene.sees(at: 132, seen("/shop/KEY", 2, at: 132))
    #expect(scene.reloads(at: 133, try .over("/pay/**")) == ["rulesLoaded 1 e"])
    _ = scene.waits(until: 136)
    let end = scene.finds(at: 140, .with(.numbered(2, at: 131)))
    #expect(
      end == [
        "ended #1 completed ecs-svc/2 in 9.0 seconds", "planned #2 of web by shop for /shop/KEY 1→2",
        "skipped #2",
      ])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `a call that may have been made is looked after under any rules`() throws {
    var scene = try Scene.issuing()
    #expect(scene.reloads(at: 132, try .over("/pay/**")) == ["rulesLoaded 1 e"])
    #expect(scene.isGiven(at: 133, deployment: 2) == ["issued #1 ecs-svc/2"])
  }

  @Test func `rules that were changed while the process was down let go what waited for them`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    var engine = Engine(
      state: scene.state, rules: RuleSet(rules: [try .over("/shop/**", to: ["worker"])], digest: "e"),
      schedule: .standard, seed: 1, at: second(200))
    let effects = engine.handle(.started(version: "1", pid: 7), at: second(200))
    var teller = Teller()
    let told = teller.tell(effects, scene.state)
    let plan = "planned #1 of web by shop for /shop/URL 1→2"
    #expect(
      told == ["started", "rulesLoaded 1 e", plan, "skipped #1", "sweep parameters 1 below /shop"])
  }
}
