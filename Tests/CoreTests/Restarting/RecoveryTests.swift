// SPDX-License-Identifier: Apache-2.0
// After the intent: a crash, a time-out, an answer that is lost. The call has no token, so before it is made again the
// engine looks whether a deployment began after all.

import Testing

@testable import Core

struct RecoveryTests {
  private let plan = "planned #1 of web by shop for /shop/URL 1→2"
  private let restarted = ["started", "rulesLoaded 1 d", "sweep parameters 1 below /shop", "inspect web"]

  @Test func `a crash before the call leads to the call`() throws {
    var scene = try Scene.issuing()
    #expect(scene.crashes(at: 140) == restarted)
    try scene.findsNothing(from: 141, to: 145)
    #expect(scene.finds(at: 146, .steady) == ["remember", "issue web #1"])
    #expect(scene.isGiven(at: 147, deployment: 2) == ["issued #1 ecs-svc/2"])
  }

  @Test func `a call that is carried out after its caller died, and after the first look, is not made again`()
    throws
  {
    var scene = try Scene.issuing()
    _ = scene.crashes(at: 140)
    try scene.findsNothing(from: 141, to: 143)
    let told = scene.finds(at: 144, .with(.numbered(2, at: 143, .inProgress)))
    #expect(told == ["issued #1 ecs-svc/2 adopted", "inspect web"])
  }

  @Test func `a crash after the call leads to the deployment that it began`() throws {
    var scene = try Scene.issuing()
    #expect(scene.crashes(at: 140) == restarted)
    let begun = ServiceSnapshot.with(
      .numbered(2, at: 131, .inProgress), .numbered(1, at: -1_000, isPrimary: false))
    #expect(scene.finds(at: 141, begun) == ["issued #1 ecs-svc/2 adopted", "inspect web"])
    #expect(scene.finds(at: 142, .with(.numbered(2, at: 131))).first?.hasPrefix("ended #1 completed") == true)
  }

  @Test func `a deployment that began in the second of its cause is known by its id`() throws {
    var scene = try Scene.issuing()
    _ = scene.crashes(at: 140)
    // AWS's clock may be behind: what counts is that it is not the one that was there before the call.
    let told = scene.finds(at: 141, .with(.numbered(2, at: 99, .inProgress)))
    #expect(told == ["issued #1 ecs-svc/2 adopted", "inspect web"])
  }

  @Test func `a crash between the look and the plan leads to another look`() throws {
    var scene = try Scene.looking()
    #expect(scene.crashes(at: 140) == restarted)
    #expect(scene.finds(at: 141, .steady) == [plan, "issue web #1"])
  }

  @Test func `a crash while the rollout is followed goes on following it`() throws {
    var scene = try Scene.rollingOut()
    #expect(scene.crashes(at: 140) == restarted)
    #expect(scene.finds(at: 141, .with(.numbered(2, at: 131, .inProgress))) == [])
    #expect(scene.waits(until: 146) == ["inspect web"])
    let told = scene.finds(at: 151, .with(.numbered(2, at: 131)))
    #expect(told == ["ended #1 completed ecs-svc/2 in 20.0 seconds"])
  }

  @Test func `a crash while the cause of a bad end is looked for leads to the same end`() throws {
    var scene = try Scene.rollingOut()
    let failed = ServiceSnapshot.with(.numbered(2, at: 131, .failed))
    _ = scene.waits(until: 136)
    #expect(scene.finds(at: 136, failed) == ["diagnose web ecs-svc/2"])
    #expect(scene.crashes(at: 140) == restarted)
    #expect(scene.finds(at: 141, failed) == ["diagnose web ecs-svc/2"])
    let told = scene.at(142, .diagnosed(web, .success(.none)))
    #expect(told == ["ended #1 failed ecs-svc/2 in 10.0 seconds", "quarantined /shop/URL 2 for #1 of web"])
  }

  @Test func `a call that timed out is followed by a look, which adopts what began`() throws {
    var scene = try Scene.issuing()
    #expect(scene.failsToIssue(at: 140, .lost) == ["held #1 for failing"])
    #expect(scene.waits(until: 142) == ["inspect web"])
    let told = scene.finds(at: 143, .with(.numbered(2, at: 131, .inProgress)))
    #expect(told == ["released #1", "issued #1 ecs-svc/2 adopted", "inspect web"])
  }

  @Test func `a call that timed out is made again only after a look that found nothing new`() throws {
    var scene = try Scene.issuing()
    _ = scene.failsToIssue(at: 140, .lost)
    #expect(scene.waits(until: 142) == ["inspect web"])
    try scene.findsNothing(from: 143, to: 144)
    #expect(scene.finds(at: 145, .steady) == ["remember", "issue web #1"])
    #expect(scene.failsToIssue(at: 146, .lost) == [])
    #expect(scene.waits(until: 150) == ["inspect web"])
    #expect(scene.finds(at: 151, .steady) == ["remember", "issue web #1"])
    #expect(scene.isGiven(at: 152, deployment: 2) == ["released #1", "issued #1 ecs-svc/2"])
  }

  @Test func `a change that comes after a call that may have been made waits for the next restart`() throws {
    var scene = try Scene.issuing()
    _ = scene.failsToIssue(at: 140, .lost)
    _ = scene.waits(until: 142)
    #expect(scene.sees(at: 143, seen("/shop/KEY", 2, at: 143)) == ["changed /shop/KEY 1→2 for web"])
    let adopted = scene.finds(at: 144, .with(.numbered(2, at: 131, .inProgress)))
    #expect(adopted == ["released #1", "issued #1 ecs-svc/2 adopted", "inspect web"])
    _ = scene.finds(at: 150, .with(.numbered(2, at: 131)))
    #expect(scene.waits(until: 264) == ["inspect web"])
    let told = scene.finds(at: 264, .with(.numbered(2, at: 131)))
    #expect(told == ["planned #2 of web by shop for /shop/KEY 1→2", "issue web #2"])
  }

  @Test(arguments: [(Failure.throttled, "failing"), (.denied, "denied")])
  func `a call that certainly was not made is made again, and told once`(failure: Failure, hold: String)
    throws
  {
    var scene = try Scene.issuing()
    #expect(scene.failsToIssue(at: 140, failure) == ["held #1 for \(hold)"])
    for moment in [200, 300, 400] {
      #expect(scene.waits(until: moment) == ["inspect web"])
      #expect(scene.finds(at: moment, .steady) == ["remember", "issue web #1"])
      #expect(scene.failsToIssue(at: moment, failure) == ["remember"])
    }
    #expect(scene.waits(until: 500) == ["inspect web"])
    #expect(scene.finds(at: 500, .steady) == ["remember", "issue web #1"])
    #expect(scene.isGiven(at: 501, deployment: 2) == ["released #1", "issued #1 ecs-svc/2"])
  }

  @Test func `a call that AWS refuses for good is refused with a remedy`() throws {
    var scene = try Scene.issuing()
    #expect(scene.failsToIssue(at: 140, .permanent) == ["refused #1 with a remedy"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test func `a service that is gone by the time of the call is skipped`() throws {
    var scene = try Scene.issuing()
    #expect(scene.failsToIssue(at: 140, .notFound) == ["skipped #1"])
    #expect(scene.waits(until: 10_000) == [])
  }

  @Test(arguments: [(Failure.throttled, "failing"), (.denied, "denied")])
  func `a service that cannot be read holds the restart, and never loses it`(
    failure: Failure, hold: String
  ) throws {
    var scene = try Scene.looking()
    #expect(scene.failsToLook(at: 131, failure) == [plan, "held #1 for \(hold)"])
    #expect(scene.waits(until: 191) == ["inspect web"])
    #expect(scene.failsToLook(at: 191, failure) == [])
    #expect(scene.waits(until: 251) == ["inspect web"])
    #expect(scene.finds(at: 251, .steady) == ["remember", "issue web #1"])
  }

  @Test func `an answer that nobody waits for changes nothing`() throws {
    var scene = try Scene.shop()
    #expect(scene.isGiven(at: 100, deployment: 2) == [])
    #expect(scene.at(100, .inspected(web, .success(.missing))) == [])
    #expect(scene.at(100, .diagnosed(web, .success(.none))) == [])
    #expect(scene.at(100, .withheld(web)) == [])
  }

  @Test func `the waits between attempts grow up to a minute`() throws {
    var scene = try Scene.looking()
    var longest = 0
    var now = 131
    for _ in 0..<200 {
      _ = scene.failsToLook(at: now, .throttled)
      let deadline = try #require(scene.engine.nextDeadline)
      let wait = Int((deadline - second(now)).milliseconds)
      #expect((1_000...60_000).contains(wait))
      longest = max(longest, wait)
      now += 61
      #expect(scene.waits(until: now) == ["inspect web"])
    }
    #expect(longest > 45_000)
  }
}

extension Scene {
  /// Looks in vain, each second once, for a deployment that a call may still begin.
  fileprivate mutating func findsNothing(from first: Int, to last: Int) throws {
    for second in first...last {
      #expect(finds(at: second, .steady) == [])
      #expect(waits(until: second + 1) == ["inspect web"])
    }
  }
}
