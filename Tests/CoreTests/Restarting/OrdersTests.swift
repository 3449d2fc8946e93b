// SPDX-License-Identifier: Apache-2.0
// What operators order, and what they are told.

import Testing

@testable import Core

struct OrdersTests {
  private static func named(_ text: String, in location: Location? = nil) -> Order.Subject {
    .named(text, in: location)
  }
  private static let webByName = named("ecs:shop/web")
  private static let url = named("parameter:/shop/URL")

  @Test func `a target that is held is planned when it is due, and begins when it is released`() throws {
    var scene = try Scene.shop()
    let held = scene.orders(at: 90, .hold(Self.named("shop/web")), reason: "fair")
    #expect(
      held == [
        "ordered hold web by uid 7",
        "done: no restart of ecs:shop/web begins until rollwatch release ecs:shop/web",
      ])
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    #expect(
      scene.waits(until: 5_000) == [
        "planned #1 of web by shop for /shop/URL 1→2", "held #1 for operatorsWord",
      ])
    let item = try #require(scene.engine.report(at: second(5_000)).items.first)
    #expect(item.stage == .held && item.next == nil)
    #expect(
      item.reason?.hasPrefix("uid 7 holds it since ") == true && item.reason?.contains(": fair;") == true)
    _ = scene.crashes(at: 5_000)
    #expect(scene.waits(until: 5_010) == [])
    let released = scene.orders(at: 5_010, .release(Self.webByName))
    #expect(
      released == [
        "ordered release web by uid 7", "done: ecs:shop/web is no longer held by an operator", "inspect web",
      ])
    #expect(scene.finds(at: 5_011, .steady) == ["remember", "issue web #1"])
    #expect(scene.isGiven(at: 5_012, deployment: 2) == ["released #1", "issued #1 ecs-svc/2"])
  }

  @Test func `everything is held and released at once, and what is under way is followed`() throws {
    var scene = try Scene.rollingOut()
    _ = scene.orders(at: 132, .hold(.all))
    #expect(scene.engine.report(at: second(132)).holds.map(\.target) == [nil])
    _ = scene.sees(at: 133, seen("/shop/KEY", 2, at: 133))
    _ = scene.waits(until: 136)
    #expect(
      scene.finds(at: 137, .with(.numbered(2, at: 131))) == ["ended #1 completed ecs-svc/2 in 6.0 seconds"])
    #expect(scene.waits(until: 5_000).contains("held #2 for operatorsWord"))
    #expect(scene.orders(at: 5_000, .release(.all)).last == "inspect web")
    #expect(
      scene.orders(at: 5_001, .release(.all)).first?.hasPrefix("refused: no operator holds anything") == true)
  }

  @Test func `a release lets a restart pass that waits for its turn`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/*", to: ["a", "b"]))
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    _ = scene.waits(until: 130)
    let told = scene.orders(at: 131, .release(Self.named("shop/b")))
    #expect(told.first == "ordered release b by uid 7" && told.last == "inspect b")
    #expect(scene.finds(at: 132, .steady, of: service("b")) == ["remember", "issue b #1"])
  }

  @Test func `a release of a resource ends its quarantine`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/*", to: ["a", "b"]))
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    _ = scene.waits(until: 130)
    _ = try scene.fails("a", deployment: 2, from: 131, to: 140)
    let told = scene.orders(at: 200, .release(Self.url))
    #expect(told.prefix(2) == ["ordered release /shop/URL by uid 7", "unquarantined /shop/URL 2"])
    #expect(told.last == "inspect b")
    #expect(
      scene.orders(at: 201, .release(Self.url)) == [
        "refused: no version of parameter:/shop/URL is in quarantine"
      ])
  }

  @Test func `a retry makes a restart again, and its good end lets the others follow`() throws {
    var scene = try Scene.watching("/shop/URL", by: .over("/shop/*", to: ["a", "b"]))
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    _ = scene.waits(until: 130)
    _ = try scene.fails("a", deployment: 2, from: 131, to: 140)
    let told = scene.orders(at: 200, .retry(Self.named("shop/a")))
    #expect(
      told.prefix(2) == ["ordered retry a by uid 7", "planned #3 of a by shop for /shop/URL 1→2"]
        && told.last == "inspect a")
    // What failed began after the change, and is not taken for the answer.
    let failed = ServiceSnapshot.with(.numbered(2, at: 132, .failed))
    #expect(scene.finds(at: 201, failed, of: service("a")) == ["remember", "issue a #3"])
    _ = scene.isGiven(at: 202, deployment: 3, of: service("a"))
    _ = scene.waits(until: 207)
    let end = scene.finds(at: 207, .with(.numbered(3, at: 201)), of: service("a"))
    #expect(
      end == ["ended #3 completed ecs-svc/3 in 5.0 seconds", "unquarantined /shop/URL 2", "inspect b"])
    #expect(
      scene.orders(at: 208, .retry(Self.named("shop/a"))).first?.hasPrefix(
        "refused: no restart of ecs:shop/a") == true)
  }

  @Test func `a skip lets go what waits, with a record, and not what is under way`() throws {
    var scene = try Scene.shop()
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    let told = scene.orders(at: 110, .skip(Self.webByName))
    #expect(
      told.prefix(3) == [
        "planned #1 of web by shop for /shop/URL 1→2", "ordered skip web by uid 7", "skipped #1",
      ])
    #expect(scene.waits(until: 5_000) == [])
    var underWay = try Scene.rollingOut()
    #expect(
      underWay.orders(at: 132, .skip(Self.webByName))
        == ["refused: a restart of ecs:shop/web is under way; it can no longer be skipped"])
  }

  @Test func `a restart needs no change, and not two of them`() throws {
    var scene = try Scene.shop()
    let told = scene.orders(at: 100, .restart(Self.webByName), reason: "new image")
    #expect(
      told.prefix(2) == ["ordered restart web by uid 7", "planned #1 of web by nobody for no cause"]
        && told.last == "inspect web")
    #expect(scene.orders(at: 101, .restart(Self.webByName)).first?.hasPrefix("refused: restart ") == true)
  }

  @Test func `a held target is not restarted by hand before it is released`() throws {
    var scene = try Scene.shop()
    _ = scene.orders(at: 90, .hold(Self.webByName))
    #expect(scene.orders(at: 100, .restart(Self.webByName)) == ["refused: uid 7 holds it; release it first"])
  }

  @Test(arguments: [
    (Order.Action.hold(named("nonsense")), "refused: nothing of the name nonsense is known"),
    (.hold(named("parameter:/shop/URL")), "refused: parameter:/shop/URL is no target"),
    (.approve(.all), "refused: name the resource or the target to approve"),
    (.approve(named("parameter:/shop/URL")), "refused: nothing of that waits for approval"),
    (.skip(named("shop/web")), "refused: nothing waits for ecs:shop/web"),
    (.release(named("shop/web")), "refused: no restart of ecs:shop/web is held"),
    (.retry(.all), "refused: name the target to retry"),
  ])
  func `an order that makes no sense is refused and leaves no record`(_ action: Order.Action, _ words: String)
    throws
  {
    var scene = try Scene.shop()
    let told = scene.orders(at: 100, action)
    #expect(told.count == 1 && told[0].hasPrefix(words), "\(told)")
  }

  @Test func `a name that is in two Regions is asked for more`() throws {
    let away = Location(region: "eu-west-1", account: nil)
    var other = try Rule.over("/shop/**", named: "away")
    other.location = away
    var scene = Scene([try .over("/shop/**"), other])
    _ = scene.starts(at: -10)
    for location in [home, away] {
      _ = scene.orders(at: -9, .hold(Self.named("shop/web", in: location)))
    }
    let told = scene.orders(at: -8, .release(Self.named("shop/web")))
    #expect(
      told == ["refused: shop/web is in eu-west-1 and in eu-west-2; name one with --region and --account"])
    #expect(
      scene.orders(at: -7, .release(Self.named("shop/web", in: away))).first == "ordered release web by uid 7"
    )
  }
}
