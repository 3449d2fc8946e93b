// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct SeededGeneratorTests {
  /// The first numbers of the reference implementation (Vigna, `splitmix64.c`) for the seed 1234567.
  @Test func `the numbers are those of SplitMix64`() {
    var random = SeededGenerator(seed: 1_234_567)
    let wanted: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(wanted.map { _ in random.next() } == wanted)
  }

  @Test func `another seed gives other numbers`() {
    var (one, two) = (SeededGenerator(seed: 1), SeededGenerator(seed: 2))
    #expect(one.next() != two.next())
  }

  @Test func `engines of one seed do the same to the last digit`() throws {
    func ids() throws -> [Effect] {
      var scene = try Scene.looking()
      _ = scene.finds(at: 130, .steady)
      _ = scene.failsToIssue(at: 131, .throttled)
      var engine = scene.engine
      return engine.handle(.deadlinePassed, at: second(200))
        + engine.handle(.inspected(web, .success(.found(.steady))), at: second(200))
    }
    #expect(try ids() == ids())
  }

  @Test func `a restart's id is its time and six random digits`() {
    var engine = Engine(
      state: .empty, rules: RuleSet(rules: [], digest: ""), schedule: .standard, seed: 9, at: second(0))
    var ids: Set<String> = []
    for number in 0..<200 {
      let target = service("web\(number)")
      _ = engine.handle(.requested(target, reason: nil, deadline: .seconds(60)), at: second(0))
      if let id = engine.targets[target]?.open?.id.description { ids.insert(id) }
    }
    #expect(ids.count == 200)
    #expect(ids.allSatisfy { $0.wholeMatch(of: /20270115T080000Z-[0-9a-f]{6}/) != nil })
  }
}
