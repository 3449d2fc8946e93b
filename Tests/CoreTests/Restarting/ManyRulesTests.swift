// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct ManyRulesTests {
  @Test func `rules that lead to one target make one restart with their patience merged`() throws {
    var scene = try Scene.watching(
      "/shop/URL", "/shop/KEY",
      by: .over("/shop/URL", named: "b", patience: .of(quiet: 40, limit: 200, cooldown: 60, deadline: 900)),
      .over("/shop/*", named: "a", patience: .of(quiet: 20, limit: 100, cooldown: 90, deadline: 600)))
    let changes = scene.sees(at: 100, seen("/shop/URL", 2, at: 100), seen("/shop/KEY", 2, at: 100))
    #expect(changes == ["changed /shop/URL 1→2 for web", "changed /shop/KEY 1→2 for web"])
    let patience = scene.state.targets[web]?.waiting?.patience
    #expect(patience == .of(quiet: 40, limit: 100, cooldown: 90, deadline: 900))
    #expect(scene.waits(until: 140) == ["inspect web"])
    let told = scene.finds(at: 140, .steady)
    #expect(told == ["planned #1 of web by a b for /shop/URL 1→2, /shop/KEY 1→2", "issue web #1"])
  }

  @Test(arguments: [
    // Longest quiet, shortest limit, longest cooldown, longest deadline.
    (
      Patience.of(quiet: 10, limit: 50, cooldown: 5, deadline: 70),
      Patience.of(quiet: 20, limit: 50, cooldown: 8, deadline: 70)
    ),
    // Never a limit below the quiet time of the other.
    (
      .of(quiet: 60, limit: 90, cooldown: 1, deadline: 1),
      .of(quiet: 60, limit: 60, cooldown: 8, deadline: 60)
    ),
    (
      .of(quiet: 20, limit: 400, cooldown: 8, deadline: 60),
      .of(quiet: 20, limit: 50, cooldown: 8, deadline: 60)
    ),
  ])
  func `merging takes the longest of each but the shortest limit`(other: Patience, merged: Patience) {
    let one = Patience.of(quiet: 20, limit: 50, cooldown: 8, deadline: 60)
    #expect(one.merged(with: other) == merged)
    #expect(other.merged(with: one) == merged)
    #expect(one.merged(with: one) == one)
  }

  @Test func `one rule that leads to several targets restarts each of them by itself`() throws {
    let worker = service("worker")
    let all = Pace(canary: 0, soak: .zero, concurrent: nil)
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/*", to: ["web", "worker"], pace: all))
    let change = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    #expect(change == ["changed /shop/URL 1→2 for web worker"])
    #expect(scene.waits(until: 130) == ["inspect web", "inspect worker"])
    let held = scene.at(131, .inspected(web, .failure(.denied)))
    #expect(held == ["planned #1 of web by shop for /shop/URL 1→2", "held #1 for denied"])
    let told = scene.finds(at: 131, .steady, of: worker)
    #expect(told == ["planned #2 of worker by shop for /shop/URL 1→2", "issue worker #2"])
  }

  @Test func `captures lead each resource to the target of its own name`() throws {
    var scene = try Scene.watching("/web/URL", "/worker/URL", by: .over("/{app}/**", to: ["{app}"]))
    let told = scene.sees(at: 100, seen("/worker/URL", 2, at: 100), seen("/web/URL", 2, at: 100))
    #expect(told == ["changed /worker/URL 1→2 for worker", "changed /web/URL 1→2 for web"])
  }

  @Test func `two templates of one rule that name one target make one restart`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/*", "/shop/URL", to: ["web", "web"]))
    #expect(scene.sees(at: 100, seen("/shop/URL", 2, at: 100)) == ["changed /shop/URL 1→2 for web"])
    #expect(scene.waits(until: 130) == ["inspect web"])
  }

  @Test func `rules of different accounts do not meet`() throws {
    var other = try Rule.over("/shop/**", named: "other")
    other.location = Location(region: "eu-west-2", account: "prod")
    var scene = Scene([try .over("/shop/**"), other])
    #expect(scene.starts(at: 0).count == 4)
    _ = scene.sees(at: 1, seen("/shop/URL", 1))
    _ = scene.sees(at: 2, seen("/shop/URL", 2))
    #expect(scene.state.targets.keys.map(\.location) == [home])
  }
}
