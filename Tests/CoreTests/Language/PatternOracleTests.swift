// SPDX-License-Identifier: Apache-2.0
// Random patterns and names, held against the simple-minded matcher; and random rules, held against a look at each of them.

import Testing

@testable import Core

struct PatternOracleTests {
  @Test(arguments: 1...5)
  func `a pattern matches and captures what the naive matcher does`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var matches = 0
    for _ in 0..<2_000 {
      let naive = NaivePattern(using: &random)
      let pattern = try Pattern(naive.text)
      for _ in 0..<3 {
        let name = naive.name(using: &random)
        let (wanted, found) = (naive.match(name), pattern.match(name))
        if wanted != found {
          Issue.record("\(naive.text) on \(name): \(describe(found)), not \(describe(wanted))")
        }
        guard wanted != nil else { continue }
        matches += 1
        if !name.hasPrefix(pattern.literalPrefix) { Issue.record("\(naive.text) has no prefix of \(name)") }
      }
    }
    #expect((1_000...5_000).contains(matches), "both answers are put to the test")
  }

  @Test(arguments: 1...5)
  func `the index leads where a look at every rule leads`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<15 {
      let patterns = (0..<40).map { _ in NaivePattern(using: &random) }
      let rules = try stride(from: 0, to: 40, by: 4).map { first in
        try Self.rule(number: first / 4, Array(patterns[first..<first + 4]), using: &random)
      }
      let index = RuleSet(rules: rules.map(\.rule), digest: "")
      for _ in 0..<60 {
        guard let maker = patterns.randomElement(using: &random) else { continue }
        let name = maker.name(using: &random)
        let wanted = Self.leads(from: name, rules)
        let found = index.leads(from: name, in: parameters).map { "\($0.target) \($0.rules)" }
        if wanted != found { Issue.record("\(name) leads to \(found), not \(wanted)") }
        if index.watches(name, in: parameters) != !wanted.isEmpty { Issue.record("\(name) is watched") }
      }
    }
  }

  private struct NaiveRule {
    var rule: Rule
    var watch: [NaivePattern]
    var except: [NaivePattern]
  }

  /// Watches the first three patterns but for the fourth, and leads to one of a few targets; to one that is named by a
  /// capture where all three patterns have it.
  private static func rule(
    number: Int, _ patterns: [NaivePattern], using random: inout some RandomNumberGenerator
  ) throws -> NaiveRule {
    let watch = Array(patterns.prefix(3))
    let capture = ["x", "y"].first { name in watch.allSatisfy { $0.captures(name) } }
    let target =
      capture.map { "{\($0)}" } ?? ["web", "worker", "cron"].randomElement(using: &random) ?? "web"
    var rule = try Rule.over(
      watch[0].text, watch[1].text, watch[2].text, named: "rule\(number)", to: [target])
    let except = number % 2 == 0 ? [patterns[3]] : []
    rule.except = try except.map { Watch(kind: .parameter, pattern: try Pattern($0.text)) }
    return NaiveRule(rule: rule, watch: watch, except: except)
  }

  private static func leads(from name: String, _ rules: [NaiveRule]) -> [String] {
    var targets: [Target] = []
    var names: [Target: [String]] = [:]
    for rule in rules where !rule.except.contains(where: { $0.match(name) != nil }) {
      for captures in rule.watch.compactMap({ $0.match(name) }) {
        let target = rule.rule.restart[0].target(captures: captures, location: home)
        if names[target] == nil { targets.append(target) }
        if names[target]?.last != rule.rule.name { names[target, default: []].append(rule.rule.name) }
      }
    }
    return targets.map { "\($0) \(names[$0] ?? [])" }
  }

  private func describe(_ captures: Captures?) -> String {
    captures.map { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
      ?? "none"
  }
}
