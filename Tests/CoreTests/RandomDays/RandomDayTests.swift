// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct RandomDayTests {
  @Test(arguments: 1...20)
  func `no change is lost and none restarts a service twice, whatever happens`(seed: UInt64) throws {
    var day = try RandomDay(seed: seed)
    day.live(steps: 3_000)
    day.calmDown()
    #expect(day.mistakes == [])
    #expect(day.ledger.mistakes == [])
  }

  @Test func `the days are eventful`() throws {
    var day = try RandomDay(seed: 7)
    day.live(steps: 20_000)
    #expect(day.mistakes == [])
    #expect(day.ledger.mistakes == [])
    #expect(day.lives > 50)
    let kinds = [
      "changed", "disappeared", "returned", "planned", "held", "released", "issued", "refused", "skipped",
      "sourceFailing", "sourceRecovered", "completed", "failed", "rolledBack", "superseded", "late",
    ]
    #expect(kinds.filter { day.ledger.counts[$0] == nil } == [])
  }
}
