// SPDX-License-Identifier: Apache-2.0
// Random days for as long as it is told, on two threads; or one of them again, with everything that happens.

import ArgumentParser
import Foundation
import Platform
import SimulatedEstate

@main
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Lives through random days of the whole daemon in simulated time.")

  @Option(help: "Only this day, with everything that happens on it.")
  var seed: UInt64?
  @Option(help: "The first of many days.")
  var from: UInt64 = 1
  @Option(help: "So many days at most.")
  var days: UInt64 = .max
  @Option(help: "No new day after so many seconds.")
  var seconds: Double = 60

  func run() async throws {
    if let seed {
      let report = try Self.live(seed) { print($0) }
      for mistake in report.mistakes { print("seed \(seed): \(mistake)") }
      print(report.summary)
      if !report.mistakes.isEmpty { throw ExitCode.failure }
      return
    }
    let tally = await many()
    print(tally.summary)
    for (seed, mistake) in tally.bad.sorted(by: { $0.seed < $1.seed }) {
      print("seed \(seed): \(mistake)\n  again with all that happens: make simulate SEED=\(seed)")
    }
    if !tally.bad.isEmpty || tally.days == 0 { throw ExitCode.failure }
  }

  private func many() async -> Tally {
    let tally = Locked(Tally(next: from))
    let (last, end) = (from + min(days - 1, .max - from), Date().addingTimeInterval(seconds))
    await withDiscardingTaskGroup { group in
      for _ in 0..<max(2, ProcessInfo.processInfo.activeProcessorCount) {
        group.addTask {
          while Date() < end, let seed = tally.withLock({ $0.begin(atMost: last) }) {
            do {
              let report = try Self.live(seed, trace: nil)
              tally.withLock { $0.add(report) }
            } catch {
              tally.withLock { $0.bad.append((seed, "\(error)")) }
            }
          }
        }
      }
    }
    return tally.withLock { $0 }
  }

  private static func live(_ seed: UInt64, trace: (@Sendable (String) -> Void)?) throws -> SimulatedDay.Report
  {
    try Scratch.with { try SimulatedDay.run(seed: seed, directory: $0, trace: trace) }
  }
}

/// What many days come to.
private struct Tally: Sendable {
  var next: UInt64
  var days = 0
  var lives = 0
  var restarts = 0
  var length = Duration.zero
  var bad: [(seed: UInt64, mistake: String)] = []
  var counts: [String: Int] = [:]

  /// The next day's seed; nil where there is to be none.
  mutating func begin(atMost last: UInt64) -> UInt64? {
    guard bad.isEmpty, next <= last else { return nil }
    defer { next += 1 }
    return next
  }

  mutating func add(_ report: SimulatedDay.Report) {
    days += 1
    lives += report.lives
    restarts += report.restarts
    length += report.length
    counts.merge(report.counts, uniquingKeysWith: +)
    if let mistake = report.mistakes.first { bad.append((report.seed, mistake)) }
  }

  var summary: String {
    let kinds = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    return "\(days) days, \(length.components.seconds / 3_600) hours, \(lives) lives, "
      + "\(restarts) restarts, \(bad.count) bad days\n\(kinds)"
  }
}

extension SimulatedDay.Report {
  fileprivate var summary: String {
    "seed \(seed): \(applications) applications, \(length.components.seconds) seconds, \(lives) lives, "
      + "\(restarts) restarts, \(mistakes.count) mistakes"
  }
}
