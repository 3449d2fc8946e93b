// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct ByHandTests {
  private let plan = "planned #1 of web by nobody for no cause"

  private func asked() -> Scene {
    var scene = Scene([])
    _ = scene.at(100, .requested(web, reason: "a new base image", deadline: .seconds(60)))
    return scene
  }

  @Test func `a restart by hand is planned at once and followed to its end`() {
    var scene = Scene([])
    let told = scene.at(100, .requested(web, reason: nil, deadline: .seconds(60)))
    #expect(told == [plan, "inspect web"])
    #expect(scene.finds(at: 101, .steady) == ["remember", "issue web #1"])
    #expect(scene.isGiven(at: 102, deployment: 2) == ["issued #1 ecs-svc/2"])
    #expect(scene.engine.isUnderWayOrOver(web))
    #expect(scene.waits(until: 107) == ["inspect web"])
    let end = scene.finds(at: 107, .with(.numbered(2, at: 102)))
    #expect(end == ["ended #1 completed ecs-svc/2 in 5.0 seconds"])
    #expect(scene.engine.isIdle)
  }

  @Test func `a restart by hand waits for nobody's rollout`() {
    var scene = asked()
    #expect(scene.finds(at: 101, .with(.numbered(1, at: 90, .inProgress))) == ["remember", "issue web #1"])
  }

  @Test func `a restart by hand does not make do with a deployment that is there already`() {
    var scene = asked()
    #expect(scene.finds(at: 101, .with(.numbered(1, at: 100))) == ["remember", "issue web #1"])
  }

  @Test func `a restart by hand is refused and skipped as any other`() {
    var scene = asked()
    let told = scene.finds(at: 101, .steady.changing { $0.controller = .external })
    #expect(told == ["refused #1 with a remedy"])
  }

  @Test func `asking again while a restart is open changes nothing`() {
    var scene = asked()
    #expect(scene.at(101, .requested(web, reason: nil, deadline: .seconds(60))) == [])
  }

  @Test func `rules let a restart by hand go on`() throws {
    var scene = asked()
    let told = scene.reloads(at: 101, try .over("/shop/**"))
    #expect(told == ["rulesLoaded 1 e", "sweep parameters 1 below /shop"])
    #expect(scene.finds(at: 102, .steady) == ["remember", "issue web #1"])
  }

  @Test func `a dry run lets the restart go where the call would be made`() {
    var scene = asked()
    _ = scene.finds(at: 101, .steady)
    #expect(scene.at(101, .withheld(web)) == ["remember"])
    #expect(scene.engine.isIdle)
  }
}
