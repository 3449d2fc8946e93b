// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct SweepTests {
  /// A scene of one parameter whose first sweep is over at second 0.
  private func begun() throws -> Scene {
    var scene = Scene([try .over("/shop/**")])
    _ = scene.starts(at: 0)
    _ = scene.sees(at: 0, seen("/shop/URL", 1))
    _ = scene.endsSweep(at: 0)
    return scene
  }

  @Test func `the next sweep starts at the interval, or at the end of one that took longer`() throws {
    var scene = try begun()
    #expect(scene.waits(until: 59) == [])
    #expect(scene.waits(until: 60) == ["sweep parameters 2 below /shop"])
    #expect(scene.waits(until: 400) == [])
    #expect(scene.endsSweep(at: 400) == ["sweep parameters 3 below /shop"])
  }

  @Test func `a change counts although its sweep fails later on`() throws {
    var scene = try begun()
    _ = scene.waits(until: 60)
    #expect(scene.sees(at: 61, seen("/shop/URL", 2, at: 50)) == ["changed /shop/URL 1→2 for web"])
    let failing = "sourceFailing parameters: ThrottlingException: Rate exceeded"
    #expect(scene.endsSweep(at: 62, .throttled) == [failing])
    #expect(scene.waits(until: 91) == ["inspect web"])
  }

  @Test func `pages of a sweep that is over are not taken in`() throws {
    var scene = try begun()
    let late = Event.observed(
      parameters, sweep: 1, [seen("/shop/URL", 9)], answeredAt: second(1))
    #expect(scene.at(1, late) == [])
    _ = scene.waits(until: 60)
    #expect(scene.at(61, late) == [])
    #expect(scene.at(62, .swept(parameters, sweep: 1, nil)) == [])
  }

  @Test func `a resource missing from two whole sweeps in a row has disappeared, and restarts nothing`()
    throws
  {
    var scene = try begun()
    #expect(scene.sweepsWhole(at: 60, []) == ["sweep parameters 2 below /shop"])
    #expect(scene.sweepsWhole(at: 120, []) == ["sweep parameters 3 below /shop", "disappeared /shop/URL"])
    #expect(scene.sweepsWhole(at: 180, []) == ["sweep parameters 4 below /shop"])
    #expect(scene.waits(until: 239) == [])
  }

  @Test func `a resource seen again in between is not missing twice in a row`() throws {
    var scene = try begun()
    _ = scene.sweepsWhole(at: 60, [])
    #expect(scene.sweepsWhole(at: 120, [seen("/shop/URL", 1)]) == ["sweep parameters 3 below /shop"])
    #expect(scene.sweepsWhole(at: 180, []) == ["sweep parameters 4 below /shop"])
  }

  @Test func `what a failed sweep did not see is unknown, not gone`() throws {
    var scene = try begun()
    _ = scene.sweepsWhole(at: 60, [])
    _ = scene.waits(until: 120)
    _ = scene.endsSweep(at: 120, .throttled)
    #expect(scene.waits(until: 180) == ["sweep parameters 4 below /shop"])
    #expect(scene.sees(at: 180, seen("/shop/URL", 1)) == [])
    #expect(scene.endsSweep(at: 180) == ["sourceRecovered parameters after 60.0 seconds"])
  }

  @Test func `a failed sweep does not count between two whole ones that miss a resource`() throws {
    var scene = try begun()
    _ = scene.sweepsWhole(at: 60, [])
    _ = scene.waits(until: 120)
    _ = scene.endsSweep(at: 120, .throttled)
    _ = scene.waits(until: 180)
    let told = scene.endsSweep(at: 180)
    #expect(told == ["sourceRecovered parameters after 60.0 seconds", "disappeared /shop/URL"])
  }

  @Test func `a disappeared resource that returns with the same version restarts nothing`() throws {
    var scene = try begun()
    _ = scene.sweepsWhole(at: 60, [])
    _ = scene.sweepsWhole(at: 120, [])
    let told = scene.sweepsWhole(at: 180, [seen("/shop/URL", 1)])
    #expect(told == ["sweep parameters 4 below /shop", "returned /shop/URL"])
    #expect(scene.waits(until: 239) == [])
  }

  @Test func `a disappeared resource that returns with another version is a change`() throws {
    var scene = try begun()
    _ = scene.sweepsWhole(at: 60, [])
    _ = scene.sweepsWhole(at: 120, [])
    let told = scene.sweepsWhole(at: 180, [seen("/shop/URL", 1, at: 170)])
    let change = "changed /shop/URL 1→1 for web"
    #expect(told == ["sweep parameters 4 below /shop", "returned /shop/URL", change])
    #expect(scene.waits(until: 210) == ["inspect web"])
  }

  @Test func `a disappearance is told once although the process starts anew`() throws {
    var scene = try begun()
    _ = scene.sweepsWhole(at: 60, [])
    _ = scene.sweepsWhole(at: 120, [])
    _ = scene.crashes(at: 130)
    #expect(scene.endsSweep(at: 130) == [])
    #expect(scene.sweepsWhole(at: 190, []) == ["sweep parameters 2 below /shop"])
    #expect(scene.sweepsWhole(at: 250, [seen("/shop/URL", 1)]).last == "returned /shop/URL")
  }

  @Test func `a source that fails is recorded once, and once when it recovers`() throws {
    var scene = try begun()
    _ = scene.waits(until: 60)
    #expect(scene.endsSweep(at: 65, .denied).count == 1)
    _ = scene.waits(until: 120)
    #expect(scene.endsSweep(at: 125, .throttled) == [])
    _ = scene.waits(until: 180)
    #expect(scene.sees(at: 185, seen("/shop/URL", 1)) == [])
    #expect(scene.endsSweep(at: 185) == ["sourceRecovered parameters after 120.0 seconds"])
  }

  @Test func `a source that fails goes on failing over a crash without another word`() throws {
    var scene = try begun()
    _ = scene.waits(until: 60)
    _ = scene.endsSweep(at: 60, .denied)
    _ = scene.crashes(at: 70)
    #expect(scene.endsSweep(at: 71, .denied) == [])
    _ = scene.waits(until: 130)
    #expect(scene.endsSweep(at: 131) == ["sourceRecovered parameters after 71.0 seconds"])
  }

  @Test func `a source that fails from the first has its baseline once it works`() throws {
    var scene = Scene([try .over("/shop/**")])
    _ = scene.starts(at: 0)
    let failing = "sourceFailing parameters: AccessDeniedException: not authorized"
    #expect(scene.endsSweep(at: 1, .denied) == [failing])
    _ = scene.waits(until: 60)
    #expect(scene.sees(at: 60, seen("/shop/URL", 1)) == ["remember"])
    #expect(
      scene.endsSweep(at: 61) == ["baseline parameters 1", "sourceRecovered parameters after 60.0 seconds"])
  }

  @Test func `a source that fails holds up no other`() throws {
    var scene = Scene([try .over("/shop/**"), try .overSecrets("shop/*")])
    _ = scene.starts(at: 0)
    _ = scene.sees(at: 1, [seenSecret("shop/db", "a")], in: secrets)
    _ = scene.endsSweep(at: 1, in: secrets)
    #expect(!scene.engine.hasTriedEveryScope)
    _ = scene.waits(until: 60)
    let told = scene.sees(at: 61, [seenSecret("shop/db", "b", changed: 55)], in: secrets)
    #expect(told == ["changed shop/db a→b for web"])
    #expect(scene.waits(until: 91) == ["inspect web"])
    _ = scene.endsSweep(at: 92, .denied)
    #expect(scene.engine.hasTriedEveryScope)
  }

  @Test func `where each scope is swept once, no further sweep is planned`() throws {
    let once = Schedule(
      parameters: .seconds(60), secrets: .seconds(60), rollouts: .seconds(5), sweepsOnce: true)
    var scene = Scene([try .over("/shop/**")], schedule: once)
    _ = scene.starts(at: 0)
    #expect(!scene.engine.isIdle)
    _ = scene.sees(at: 1, seen("/shop/URL", 1))
    _ = scene.endsSweep(at: 1)
    #expect(scene.engine.isIdle)
    #expect(scene.engine.nextDeadline == nil)
  }
}
