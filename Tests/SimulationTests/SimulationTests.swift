// SPDX-License-Identifier: Apache-2.0
// Random days of the whole daemon. `make simulate SEED=…` lives through one of them again, with everything that happens.

import Platform
import SimulatedEstate
import Testing

struct SimulationTests {
  static let days: UInt64 = 20

  @Test(arguments: 0..<UInt64(100))
  func `no change is lost, no service is restarted twice, and everything comes to its end`(
    chunk: UInt64
  ) throws {
    for seed in chunk * Self.days + 1...(chunk + 1) * Self.days {
      let report = try Scratch.with { try SimulatedDay.run(seed: seed, directory: $0, trace: nil) }
      #expect(report.mistakes == [], "see what happened: make simulate SEED=\(seed)")
    }
  }

  @Test func `the same seed is the same day, to the last record`() throws {
    func trace(of seed: UInt64) throws -> [String] {
      let lines = Locked<[String]>([])
      _ = try Scratch.with { directory in
        try SimulatedDay.run(seed: seed, directory: directory) { line in
          lines.withLock { $0.append(line) }
        }
      }
      return lines.withLock { $0 }
    }
    for seed in UInt64(1)...5 {
      let first = try trace(of: seed)
      #expect(!first.isEmpty)
      #expect(try trace(of: seed) == first)
    }
  }

  @Test func `the days are eventful`() throws {
    var counts: [String: Int] = [:]
    for seed in UInt64(1)...60 {
      let report = try Scratch.with { try SimulatedDay.run(seed: seed, directory: $0, trace: nil) }
      counts.merge(report.counts, uniquingKeysWith: +)
    }
    let kinds = [
      "started", "stopped", "rulesLoaded", "baseline", "changed", "disappeared", "returned", "planned",
      "held",
      "released", "issued", "refused", "skipped", "sourceFailing", "sourceRecovered", "completed", "failed",
      "rolledBack", "superseded", "late",
    ]
    #expect(kinds.filter { counts[$0] == nil } == [])
  }
}
