// SPDX-License-Identifier: Apache-2.0
// Random days of the whole daemon. `make simulate SEED=…` lives through one of them again, with everything that happens.

import Foundation
import Platform
import SimulatedEstate
import Testing

struct SimulationTests {
  static let days: UInt64 = 2_000

  @Test(arguments: [UInt64(0), 1])
  func `no change is lost, no service is restarted twice, and everything comes to its end`(
    half: UInt64
  ) async throws {
    let seeds = stride(from: half + 1, through: Self.days, by: 2)
    let reports = try await onThreadOfItsOwn {
      try seeds.map { seed in
        try Scratch.with { try SimulatedDay.run(seed: seed, directory: $0, trace: nil) }
      }
    }
    for report in reports {
      #expect(report.mistakes == [], "see what happened: make simulate SEED=\(report.seed)")
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
    let kinds = [
      "started", "stopped", "rulesLoaded", "baseline", "changed", "disappeared", "returned", "planned",
      "held",
      "released", "issued", "refused", "skipped", "sourceFailing", "sourceRecovered", "completed", "failed",
      "rolledBack", "superseded", "late", "quarantined", "unquarantined", "ordered",
      "service", "task", "workflow", "program", "unit", "messages",
    ]
    // Some are rare: most often a third of these days shows all of them.
    var counts: [String: Int] = [:]
    for seed in UInt64(1)...200 where kinds.contains(where: { counts[$0] == nil }) {
      let report = try Scratch.with { try SimulatedDay.run(seed: seed, directory: $0, trace: nil) }
      counts.merge(report.counts, uniquingKeysWith: +)
    }
    #expect(kinds.filter { counts[$0] == nil } == [])
  }
}

/// Days of computing would keep the threads of the other tests' tasks from them, and the processor from those that wait for
/// another process.
private func onThreadOfItsOwn<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    let thread = Thread {
      // On Linux of this thread only: setpriority(2).
      _ = nice(10)
      continuation.resume(with: Result { try body() })
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
}
