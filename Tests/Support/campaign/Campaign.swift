// SPDX-License-Identifier: Apache-2.0
// The real program, killed, stopped, starved and damaged hundreds of times while people write parameters, against a local AWS that
// counts what arrives. Nothing may be lost and nothing doubled.

import ArgumentParser
import Core
import Foundation
import Platform

@main
struct Campaign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "Kills the real rollwatch at every moment, and counts lost and doubled deployments.")

  @Option(help: "The program.")
  var program = ".build/debug/rollwatch"
  @Option(help: "How many rounds.")
  var rounds = 300
  @Option(help: "Where chance begins; round N of a campaign is the only round of one with this seed + N.")
  var seed: UInt64 = 1
  @Option(help: "How many rounds at once.")
  var atOnce = 4
  @Option(help: "Only this kind of round.")
  var only: Blow?
  @Option(help: "How long a frozen process stays so: longer than every time limit.")
  var freezeSeconds = 65.0
  @Option(help: "One round in so many is of a frozen process.")
  var freezeEvery = 50

  func run() async throws {
    let (next, results) = (Locked(0), Locked<[Round.Result]>([]))
    await withDiscardingTaskGroup { group in
      for _ in 0..<atOnce {
        group.addTask {
          while let number = next.withLock({ next in
            defer { next += 1 }
            return next < rounds ? next : nil
          }) {
            let result = await play(seed + UInt64(number))
            results.withLock { $0.append(result) }
            if !result.mistakes.isEmpty { report(result) }
          }
        }
      }
    }
    let all = results.withLock { $0 }
    print(Self.table(all))
    if all.contains(where: { !$0.mistakes.isEmpty }) { throw ExitCode.failure }
  }

  private func play(_ seed: UInt64) async -> Round.Result {
    var dice = SeededGenerator(seed: seed)
    let kinds = Blow.allCases.filter { $0.isPossible && $0 != .freeze }
    let isFrozen = UInt64.random(in: 0..<UInt64(max(1, freezeEvery)), using: &dice) == 0
    let blow = only ?? (isFrozen ? .freeze : kinds[Int.random(in: kinds.indices, using: &dice)])
    return await Round.play(
      blow, seed: seed, program: URL(filePath: program).absoluteURL, freeze: .seconds(freezeSeconds))
  }

  private func report(_ result: Round.Result) {
    for mistake in result.mistakes {
      print("seed \(result.seed), \(result.blow.rawValue): \(mistake)")
    }
    print("  again: campaign --rounds 1 --only \(result.blow.rawValue) --seed \(result.seed)")
  }

  private static func table(_ results: [Round.Result]) -> String {
    let rows = Blow.allCases.compactMap { blow in
      let rounds = results.filter { $0.blow == blow }
      return rounds.isEmpty ? nil : row(blow.rawValue, rounds)
    }
    let head = ["blow", "rounds", "blows", "writes", "deployments", "lost", "doubled", "other"]
    return ([line(head)] + rows + [row("all", results)]).joined(separator: "\n")
  }

  private static func row(_ name: String, _ rounds: [Round.Result]) -> String {
    let sums = [\Round.Result.blows, \.writes, \.deployments, \.lost, \.doubled, \.others]
      .map { path in rounds.reduce(0) { $0 + $1[keyPath: path] } }
    return line([name, "\(rounds.count)"] + sums.map(String.init))
  }

  private static func line(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, (index == 0 ? 16 : 12) - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined()
  }
}
