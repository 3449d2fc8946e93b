// SPDX-License-Identifier: Apache-2.0
// Whose turn it is when one change restarts several services.

import Testing

@testable import Core

struct TurnsTests {
  private static let names = ["a", "b", "c"]

  /// A change at second 100 that leads to these services, whose looks are due at 130.
  private static func scene(
    _ names: [String] = names, pace: Pace = .standard, policy: Policy = .standard, isUrgent: Bool = false
  ) throws -> Scene {
    let rule = try Rule.over("/shop/*", to: names, pace: pace, isUrgent: isUrgent)
    return try changed(Scene.watching("/shop/URL", by: rule, policy: policy))
  }

  private static func changed(_ scene: Scene) -> Scene {
    var scene = scene
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    return scene
  }

  private static func done(_ number: Int, at seconds: Int) -> ServiceSnapshot {
    .with(.numbered(number, at: seconds))
  }

  @Test
  func `the first target in the order of the rules goes alone, the others follow once it has completed`()
    throws
  {
    var scene = try Self.scene()
    let held = scene.waits(until: 130)
    #expect(
      held == [
        "planned #1 of b by shop for /shop/URL 1→2", "held #1 for turn",
        "planned #2 of c by shop for /shop/URL 1→2", "held #2 for turn", "inspect a",
      ])
    #expect(
      scene.finds(at: 131, .steady, of: service("a")) == [
        "planned #3 of a by shop for /shop/URL 1→2", "issue a #3",
      ])
    #expect(scene.isGiven(at: 132, deployment: 2, of: service("a")) == ["issued #3 ecs-svc/2"])
    #expect(scene.waits(until: 137) == ["inspect a"])
    let next = scene.finds(at: 137, Self.done(2, at: 131), of: service("a"))
    #expect(next == ["ended #3 completed ecs-svc/2 in 5.0 seconds", "inspect b", "inspect c"])
    #expect(scene.finds(at: 138, .steady, of: service("b")) == ["remember", "issue b #1"])
    #expect(
      scene.isGiven(at: 139, deployment: 3, of: service("b")) == ["released #1", "issued #1 ecs-svc/3"])
  }

  @Test func `a rule that comes first goes first although it waits longer`() throws {
    let slow = try Rule.over("/shop/*", named: "slow", to: ["a"], patience: .of(quiet: 60))
    let quick = try Rule.over("/shop/*", named: "quick", to: ["b"], patience: .of(quiet: 10))
    var scene = Self.changed(try Scene.watching("/shop/URL", by: slow, quick))
    #expect(scene.waits(until: 110) == ["planned #1 of b by quick for /shop/URL 1→2", "held #1 for turn"])
    #expect(scene.waits(until: 160) == ["inspect a"])
  }

  @Test func `the others wait until the canary has been watched for a while`() throws {
    var scene = try Self.scene(["a", "b"], pace: Pace(canary: 1, soak: .seconds(300), concurrent: nil))
    _ = scene.waits(until: 130)
    try scene.completes("a", deployment: 2, from: 131, to: 140)
    #expect(scene.waits(until: 439) == [])
    #expect(scene.waits(until: 440) == ["inspect b"])
  }

  @Test func `a canary that need not be restarted proves nothing: the next one goes first`() throws {
    var scene = try Self.scene()
    _ = scene.waits(until: 130)
    let empty = ServiceSnapshot.steady.changing { $0.desiredCount = 0 }
    let told = scene.finds(at: 131, empty, of: service("a"))
    #expect(told == ["planned #3 of a by shop for /shop/URL 1→2", "skipped #3", "inspect b"])
    #expect(scene.waits(until: 1_000) == [])
  }

  @Test func `one that is held for something else is passed over`() throws {
    var scene = try Self.scene()
    _ = scene.waits(until: 130)
    let told = scene.at(131, .inspected(service("a"), .failure(.denied)))
    #expect(told == ["planned #3 of a by shop for /shop/URL 1→2", "held #3 for denied", "inspect b"])
  }

  @Test func `so many canaries as the rule says go at once`() throws {
    var scene = try Self.scene(["a", "b", "c", "d"], pace: Pace(canary: 2, soak: .zero, concurrent: nil))
    #expect(scene.waits(until: 130).filter { $0.hasPrefix("inspect") } == ["inspect a", "inspect b"])
    try scene.completes("a", deployment: 2, from: 131, to: 140)
    #expect(scene.isReading("c") == false)
    try scene.completes("b", deployment: 3, from: 141, to: 150)
    #expect(scene.isReading("c") && scene.isReading("d"))
  }

  @Test func `no more than so many are under way at once, over all rules`() throws {
    let policy = Policy(concurrent: 2, targetsPerChange: 50)
    var scene = try Self.scene(
      ["a", "b", "c", "d"], pace: Pace(canary: 0, soak: .zero, concurrent: nil), policy: policy)
    #expect(scene.waits(until: 130).filter { $0.hasPrefix("inspect") } == ["inspect a", "inspect b"])
    try scene.completes("a", deployment: 2, from: 131, to: 140)
    #expect(scene.isReading("c") && !scene.isReading("d"))
    try scene.completes("b", deployment: 3, from: 141, to: 150)
    #expect(scene.isReading("d"))
  }

  @Test func `no more than so many of one rule are under way at once`() throws {
    var scene = try Self.scene(["a", "b"], pace: Pace(canary: 0, soak: .zero, concurrent: 1))
    #expect(scene.waits(until: 130).filter { $0.hasPrefix("inspect") } == ["inspect a"])
    try scene.completes("a", deployment: 2, from: 131, to: 140)
    #expect(scene.isReading("b"))
  }

  @Test func `a bad end holds all others until another version comes`() throws {
    var scene = try Self.scene()
    _ = scene.waits(until: 130)
    let end = try scene.fails("a", deployment: 2, from: 131, to: 140)
    #expect(
      end == [
        "ended #3 failed ecs-svc/2 in 6.0 seconds", "quarantined /shop/URL 2 for #3 of a",
        "held #1 for quarantine",
        "held #2 for quarantine",
      ])
    #expect(scene.waits(until: 5_000) == [])
    let lifted = scene.sees(at: 5_000, seen("/shop/URL", 3, at: 5_000))
    #expect(
      lifted == [
        "changed /shop/URL 2→3 for a b c", "unquarantined /shop/URL 2", "held #1 for turn",
        "held #2 for turn",
      ])
    #expect(scene.waits(until: 5_030) == ["inspect a"])
  }

  @Test func `a quarantine outlives the process`() throws {
    var scene = try Self.scene()
    _ = scene.waits(until: 130)
    _ = try scene.fails("a", deployment: 2, from: 131, to: 140)
    _ = scene.crashes(at: 200)
    #expect(scene.waits(until: 5_000).filter { !$0.hasPrefix("sweep") } == [])
    #expect(scene.engine.report(at: second(5_000)).quarantined.map(\.resource) == [parameter("/shop/URL")])
  }

  @Test func `what no rule watches any more leaves its quarantine, and says so`() throws {
    var scene = try Self.scene()
    _ = scene.waits(until: 130)
    _ = try scene.fails("a", deployment: 2, from: 131, to: 140)
    let told = scene.reloads(at: 200, try .over("/other/*"))
    #expect(told.contains("unquarantined /shop/URL 2"))
    #expect(scene.engine.report(at: second(200)).quarantined.isEmpty)
  }

  @Test func `that a canary has completed outlives the process`() throws {
    var scene = try Self.scene(["a", "b"], pace: Pace(canary: 1, soak: .seconds(60), concurrent: nil))
    _ = scene.waits(until: 130)
    try scene.completes("a", deployment: 2, from: 131, to: 140)
    _ = scene.crashes(at: 150)
    #expect(scene.waits(until: 199).filter { !$0.hasPrefix("sweep") } == [])
    #expect(scene.waits(until: 200) == ["inspect b"])
  }

  @Test func `an urgent rule knows no canary, no cooldown and no rollout in progress`() throws {
    var scene = try Self.scene(["a", "b"], isUrgent: true)
    #expect(scene.waits(until: 130) == ["inspect a", "inspect b"])
    let busy = ServiceSnapshot.with(.numbered(2, at: 50, .inProgress))
    #expect(
      scene.finds(at: 131, busy, of: service("a")) == [
        "planned #1 of a by shop for /shop/URL 1→2", "issue a #1",
      ])
    try scene.completes("a", deployment: 3, from: 132, to: 140, isLooking: false)
    _ = scene.sees(at: 141, seen("/shop/URL", 3, at: 141))
    #expect(scene.waits(until: 171).contains("inspect a"))
  }

  @Test func `a rule that comes after another waits until that one's restarts for the same cause are over`()
    throws
  {
    let all = Pace(canary: 0, soak: .zero, concurrent: nil)
    let first = try Rule.over("/shop/*", named: "migration", to: ["m"], pace: all)
    let then = try Rule.over("/shop/*", named: "services", to: ["a", "b"], pace: all, after: ["migration"])
    var scene = Self.changed(try Scene.watching("/shop/URL", by: then, first))
    #expect(scene.waits(until: 130).filter { $0.hasPrefix("inspect") } == ["inspect m"])
    try scene.completes("m", deployment: 2, from: 131, to: 140)
    #expect(scene.isReading("a") && scene.isReading("b"))
  }

  @Test func `a change that restarts too many waits for approval`() throws {
    var scene = try Self.scene(policy: Policy(concurrent: 5, targetsPerChange: 2))
    let held = scene.waits(until: 130)
    #expect(
      held.filter { $0.hasPrefix("held") } == [
        "held #1 for approval", "held #2 for approval", "held #3 for approval",
      ])
    #expect(scene.waits(until: 5_000) == [])
    let told = scene.orders(at: 5_000, .approve(.named("parameter:/shop/URL", in: nil)))
    #expect(
      told == [
        "ordered approve /shop/URL by uid 7", "held #2 for turn", "held #3 for turn",
        "done: approved: parameter:/shop/URL", "inspect a",
      ])
  }

  @Test func `two lines that cross do not stand still`() throws {
    // In one line web comes first, in the other worker.
    let rules = [
      try Rule.over("/one", named: "1", to: ["web"]),
      try Rule.over("/one", "/two", named: "2", to: ["worker"]),
      try Rule.over("/two", named: "3", to: ["web"]),
    ]
    var scene = try Scene.watching("/one", "/two", by: rules[0], rules[1], rules[2])
    _ = scene.sees(at: 100, seen("/one", 2, at: 100), seen("/two", 2, at: 100))
    #expect(scene.waits(until: 130).filter { $0.hasPrefix("inspect") } == ["inspect web"])
    try scene.completes("web", deployment: 2, from: 131, to: 140)
    #expect(scene.isReading("worker"))
  }
}

extension Scene {
  func isReading(_ name: String) -> Bool { engine.isReading(service(name)) }

  /// Brings the service's restart, whose look is under way, to a good end.
  mutating func completes(
    _ name: String, deployment number: Int, from start: Int, to end: Int, isLooking: Bool = true
  ) throws {
    let target = service(name)
    if isLooking { _ = finds(at: start, .steady, of: target) }
    _ = isGiven(at: start + 2, deployment: number, of: target)
    _ = waits(until: end)
    _ = finds(at: end, .with(.numbered(number, at: start + 1)), of: target)
  }

  /// Brings the service's restart, whose look is under way, to a bad end, and tells of that.
  mutating func fails(_ name: String, deployment number: Int, from start: Int, to end: Int) throws -> [String]
  {
    let target = service(name)
    _ = finds(at: start, .steady, of: target)
    _ = isGiven(at: start + 2, deployment: number, of: target)
    _ = waits(until: end - 1)
    _ = finds(at: end - 1, .with(.numbered(number, at: start + 1, .failed)), of: target)
    return at(end, .diagnosed(target, .success(.none)))
  }

  mutating func orders(at seconds: Int, _ action: Order.Action, reason: String? = nil) -> [String] {
    at(seconds, .ordered(Order(action: action, reason: reason, actor: "uid 7", home: home), number: 1))
  }
}
