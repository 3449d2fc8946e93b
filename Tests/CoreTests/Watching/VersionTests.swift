// SPDX-License-Identifier: Apache-2.0
// What is a change, and what only looks like one.

import Testing

@testable import Core

struct VersionTests {
  /// A scene of one secret whose second sweep is under way from second 50.
  private func secret() throws -> Scene {
    var scene = Scene([try .overSecrets("shop/*")])
    _ = scene.starts(at: -10)
    _ = scene.sees(at: -10, [seenSecret("shop/db", "a")], in: secrets)
    _ = scene.endsSweep(at: -10, in: secrets)
    _ = scene.waits(until: 50)
    return scene
  }

  private func changeTime(_ scene: Scene) -> Timestamp? { scene.state.targets[web]?.waiting?.newestChange }

  @Test func `two changes in one second are two changes`() throws {
    var scene = try Scene.shop()
    #expect(scene.sees(at: 100, seen("/shop/URL", 2, at: 100)) == ["changed /shop/URL 1→2 for web"])
    #expect(scene.sees(at: 100, seen("/shop/URL", 3, at: 100)) == ["changed /shop/URL 2→3 for web"])
    #expect(scene.waits(until: 130) == ["inspect web"])
    let told = scene.finds(at: 130, .steady)
    #expect(told == ["planned #1 of web by shop for /shop/URL 1→3", "issue web #1"])
  }

  @Test func `a second change in the second of a rollout's start makes one more restart`() throws {
    var scene = try Scene.rollingOut()
    _ = scene.sees(at: 133, seen("/shop/URL", 3, at: 131))
    _ = scene.waits(until: 136)
    _ = scene.finds(at: 140, .with(.numbered(2, at: 131)))
    #expect(scene.waits(until: 251) == ["inspect web"])
    let told = scene.finds(at: 251, .with(.numbered(2, at: 131)))
    #expect(told == ["planned #2 of web by shop for /shop/URL 2→3", "issue web #2"])
  }

  @Test func `a parameter made anew under the same version number is a change`() throws {
    var scene = try Scene.shop()
    let told = scene.sees(at: 100, seen("/shop/URL", 1, at: 99, by: "ann"))
    #expect(told == ["changed /shop/URL 1→1 by ann for web"])
  }

  @Test func `an edit of tags or description is not a change`() throws {
    var scene = try Scene.shop()
    var edited = seen("/shop/URL", 1)
    edited.modifiedAt = second(90)
    edited.modifiedBy = "ann"
    #expect(scene.sees(at: 100, edited) == ["remember"])
    #expect(scene.sees(at: 101, edited) == [])
    #expect(scene.waits(until: 1_000) == [])
  }

  @Test func `a rotation is a change only once AWSCURRENT has moved`() throws {
    var scene = try secret()
    let pending = scene.sees(at: 100, [seenSecret("shop/db", "a", changed: 90)], in: secrets)
    #expect(pending == ["remember"])
    let finished = scene.sees(at: 110, [seenSecret("shop/db", "b", changed: 105)], in: secrets)
    #expect(finished == ["changed shop/db a→b for web"])
    #expect(changeTime(scene) == second(105))
  }

  @Test func `a secret's change is as late as the answer where its last-changed time did not move`() throws {
    var scene = try secret()
    _ = scene.sees(at: 100, [seenSecret("shop/db", "b")], in: secrets, answered: 98)
    #expect(changeTime(scene) == second(98))
  }

  @Test func `a secret's change is as late as the answer where AWS gives no last-changed time`() throws {
    var scene = try secret()
    _ = scene.sees(at: 100, [seenSecret("shop/db", "b", changed: nil)], in: secrets, answered: 98)
    #expect(changeTime(scene) == second(98))
  }

  @Test func `a secret's value that is put back is a change`() throws {
    var scene = try secret()
    _ = scene.sees(at: 100, [seenSecret("shop/db", "b", changed: 99)], in: secrets)
    let told = scene.sees(at: 110, [seenSecret("shop/db", "a", changed: 109)], in: secrets)
    #expect(told == ["changed shop/db b→a for web"])
  }

  @Test func `a secret that is scheduled for deletion and restored is not a change`() throws {
    var scene = try secret()
    let leaving = scene.sees(at: 100, [seenSecret("shop/db", "a", changed: 99, isLeaving: true)], in: secrets)
    #expect(leaving == ["remember"])
    #expect(scene.sees(at: 110, [seenSecret("shop/db", "a", changed: 109)], in: secrets) == ["remember"])
    #expect(scene.waits(until: 1_000) == [])
  }

  @Test
  func `a secret that stays scheduled for deletion is told as disappeared, and as returned when restored`()
    throws
  {
    var scene = try secret()
    let leaving = seenSecret("shop/db", "a", changed: 99, isLeaving: true)
    #expect(scene.sees(at: 100, [leaving], in: secrets) == ["remember"])
    #expect(scene.endsSweep(at: 100, in: secrets) == [])
    _ = scene.waits(until: 110)
    let second = scene.sees(at: 110, [leaving], in: secrets) + scene.endsSweep(at: 110, in: secrets)
    #expect(second == ["disappeared shop/db"])
    _ = scene.waits(until: 170)
    let restored = scene.sees(at: 171, [seenSecret("shop/db", "a", changed: 160)], in: secrets)
    #expect(restored == ["returned shop/db"])
  }
}
