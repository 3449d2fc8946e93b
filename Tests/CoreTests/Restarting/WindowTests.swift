// SPDX-License-Identifier: Apache-2.0
// A restart and its window. Second 0 is 2027-01-15T08:00:00Z; the change is seen at second 100 and due at 130.

import Testing

@testable import Core

struct WindowTests {
  /// From 08:10 to 08:20: seconds 600 to 1200.
  private static let window = Window(days: .everyDay, from: 490, to: 500, zone: .utc)
  private static let noon = Window(days: .everyDay, from: 720, to: 780, zone: .utc)
  private static let held = "held #1 for window"
  private static let planned = "planned #1 of web by shop for /shop/URL 1→2"

  private static func timed(_ windows: Window..., freezes: [Freeze] = []) throws -> Rule {
    var rule = try Rule.over("/shop/**")
    rule.timetable = Timetable(windows: windows, freezes: freezes)
    return rule
  }

  /// A change has come, outside of the window where there is one.
  private static func changed(_ rule: Rule) throws -> Scene {
    var scene = try Scene.watching("/shop/URL", "/shop/KEY", by: rule)
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 99))
    return scene
  }

  @Test func `a restart that is due outside its window is planned, and held until it opens`() throws {
    var scene = try Self.changed(Self.timed(Self.window))
    #expect(scene.waits(until: 599) == [Self.planned, Self.held])
    #expect(scene.waits(until: 600) == ["inspect web"])
    #expect(scene.finds(at: 601, .steady) == ["remember", "issue web #1"])
  }

  @Test func `inside its window it begins at once`() throws {
    var scene = try Scene.watching("/shop/URL", by: Self.timed(Self.window))
    _ = scene.sees(at: 700, seen("/shop/URL", 2, at: 699))
    #expect(scene.waits(until: 730) == ["inspect web"])
    #expect(scene.finds(at: 731, .steady) == [Self.planned, "issue web #1"])
  }

  @Test func `changes that come meanwhile join it, and are quiet first`() throws {
    var scene = try Self.changed(Self.timed(Self.window))
    _ = scene.waits(until: 590)
    _ = scene.sees(at: 590, seen("/shop/KEY", 2, at: 589))
    #expect(scene.waits(until: 600) == ["inspect web"])
    #expect(scene.finds(at: 601, .steady) == [])
    #expect(scene.waits(until: 620) == ["inspect web"])
    #expect(
      scene.finds(at: 621, .steady)
        == ["planned #1 of web by shop for /shop/URL 1→2, /shop/KEY 1→2", "issue web #1"])
  }

  @Test func `a window that closes while the service is looked at is closed`() throws {
    var scene = try Scene.watching("/shop/URL", by: Self.timed(Self.window))
    _ = scene.sees(at: 1_169, seen("/shop/URL", 2, at: 1_168))
    #expect(scene.waits(until: 1_199) == ["inspect web"])
    #expect(scene.finds(at: 1_200, .steady) == [Self.planned, Self.held])
    #expect(scene.engine.nextDeadline == second(87_000))
  }

  @Test func `one that is overdue begins outside its window`() throws {
    var rule = try Self.timed(Self.noon)
    rule.overdue = .seconds(900)
    var scene = try Self.changed(rule)
    #expect(scene.waits(until: 130) == [Self.planned, Self.held])
    #expect(scene.waits(until: 1_029) == [])
    #expect(scene.waits(until: 1_030) == ["inspect web"])
    #expect(scene.finds(at: 1_031, .steady) == ["remember", "issue web #1"])
  }

  @Test func `an urgent one waits for no window and no freeze`() throws {
    let today = Freeze.Edge.day(CivilDate(year: 2027, month: 1, day: 15))
    var rule = try Self.timed(Self.noon, freezes: [Freeze(from: today, through: today, zone: .utc)])
    rule.isUrgent = true
    var scene = try Self.changed(rule)
    #expect(scene.waits(until: 130) == ["inspect web"])
    #expect(scene.finds(at: 131, .steady) == [Self.planned, "issue web #1"])
  }

  @Test func `a freeze holds inside the window too`() throws {
    let day = CivilDate(year: 2027, month: 1, day: 15)
    let freeze = Freeze(from: .minute(480, of: day), through: .minute(495, of: day), zone: .utc)
    var scene = try Self.changed(Self.timed(Self.window, freezes: [freeze]))
    #expect(scene.waits(until: 899) == [Self.planned, Self.held])
    #expect(scene.waits(until: 900) == ["inspect web"])
  }

  @Test func `it is still held after a crash, and goes on at the same time`() throws {
    var scene = try Self.changed(Self.timed(Self.window))
    _ = scene.waits(until: 300)
    _ = scene.crashes(at: 310)
    #expect(!scene.waits(until: 599).contains { $0.contains("web") })
    #expect(scene.waits(until: 600).contains("inspect web"))
  }

  @Test func `a clock that is set into the window opens it`() throws {
    var scene = try Self.changed(Self.timed(Self.window))
    _ = scene.waits(until: 300)
    #expect(scene.at(700, .clockStepped(.seconds(400))).contains("inspect web"))
  }

  @Test func `a window that a reload moves is told once more`() throws {
    var scene = try Self.changed(Self.timed(Self.window))
    #expect(scene.waits(until: 300) == [Self.planned, Self.held])
    #expect(scene.reloads(at: 310, try Self.timed(Self.noon)).filter { $0.contains("#1") } == [Self.held])
    #expect(!scene.reloads(at: 320, try Self.timed(Self.noon)).contains { $0.contains("#1") })
    #expect(!scene.waits(until: 1_000).contains("inspect web"))
  }
}
