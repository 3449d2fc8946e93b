// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct CooldownTests {
  /// The restart of second 131 is complete at 140.
  private func restarted() throws -> Scene {
    var scene = try Scene.rollingOut()
    _ = scene.waits(until: 136)
    _ = scene.finds(at: 140, .with(.numbered(2, at: 131)))
    return scene
  }

  @Test func `a change inside the cooldown waits for its end, counted from the last start`() throws {
    var scene = try restarted()
    #expect(scene.sees(at: 150, seen("/shop/URL", 3, at: 149)) == ["changed /shop/URL 2→3 for web"])
    #expect(scene.waits(until: 250) == [])
    #expect(scene.waits(until: 251) == ["inspect web"])
    let told = scene.finds(at: 252, .with(.numbered(2, at: 131)))
    #expect(told == ["planned #2 of web by shop for /shop/URL 2→3", "issue web #2"])
  }

  @Test func `changes inside the cooldown are all kept`() throws {
    var scene = try restarted()
    _ = scene.sees(at: 150, seen("/shop/URL", 3, at: 149))
    _ = scene.sees(at: 200, seen("/shop/KEY", 2, at: 199))
    _ = scene.sees(at: 210, seen("/shop/URL", 4, at: 209))
    _ = scene.waits(until: 251)
    let told = scene.finds(at: 252, .with(.numbered(2, at: 131)))
    #expect(told == ["planned #2 of web by shop for /shop/URL 2→4, /shop/KEY 1→2", "issue web #2"])
  }

  @Test func `a change late in the cooldown is quiet first`() throws {
    var scene = try restarted()
    _ = scene.sees(at: 240, seen("/shop/URL", 3, at: 239))
    #expect(scene.waits(until: 269) == [])
    #expect(scene.waits(until: 270) == ["inspect web"])
  }

  @Test func `the limit does not cut the cooldown short`() throws {
    var scene = try Scene.rollingOut(.of(quiet: 30, limit: 30, cooldown: 600))
    _ = scene.waits(until: 136)
    _ = scene.finds(at: 140, .with(.numbered(2, at: 131)))
    _ = scene.sees(at: 150, seen("/shop/URL", 3, at: 149))
    #expect(scene.waits(until: 730) == [])
    #expect(scene.waits(until: 731) == ["inspect web"])
  }

  @Test func `the cooldown goes on over a crash`() throws {
    var scene = try restarted()
    _ = scene.sees(at: 150, seen("/shop/URL", 3, at: 149))
    _ = scene.crashes(at: 160)
    #expect(scene.waits(until: 250) == [])
    #expect(scene.waits(until: 251) == ["inspect web"])
  }

  @Test(arguments: [-3_600, 3_600])
  func `the cooldown goes on over a clock that is set and a crash after it`(by: Int) throws {
    var scene = try restarted()
    #expect(scene.at(145 + by, .clockStepped(.seconds(by))) == ["remember"])
    _ = scene.crashes(at: 160 + by)
    _ = scene.sees(at: 161 + by, seen("/shop/URL", 3, at: 149))
    #expect(scene.waits(until: 250 + by) == [])
    #expect(scene.waits(until: 251 + by) == ["inspect web"])
  }

  @Test func `a deployment that was adopted counts as a start`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 130, .with(.numbered(2, at: 120)))
    _ = scene.finds(at: 131, .with(.numbered(2, at: 120)))
    _ = scene.sees(at: 150, seen("/shop/URL", 3, at: 149))
    #expect(scene.waits(until: 249) == [])
    #expect(scene.waits(until: 250) == ["inspect web"])
  }

  @Test func `a restart that was not needed does not start a cooldown`() throws {
    var scene = try Scene.looking()
    _ = scene.finds(at: 130, .steady.changing { $0.desiredCount = 0 })
    _ = scene.sees(at: 140, seen("/shop/URL", 3, at: 139))
    #expect(scene.waits(until: 170) == ["inspect web"])
  }
}
