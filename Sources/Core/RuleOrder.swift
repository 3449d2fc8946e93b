// SPDX-License-Identifier: Apache-2.0

/// How rules stand to each other: their positions, and which come after which.
public struct RuleOrder: Sendable {
  /// The position of each rule, by its name.
  let positions: [String: Int]
  /// How many rules stand in the longest row before each that comes after others.
  let levels: [String: Int]
  /// The rules that others come after.
  let awaited: Set<String>
  let widestCanary: Int
  let isAnyUrgent: Bool
  let isAnyTimed: Bool
  private let after: [String: [String]]

  /// The order of these rules.
  public init(_ rules: [Rule]) {
    positions = Dictionary(rules.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    widestCanary = rules.map(\.pace.canary).max() ?? 0
    isAnyUrgent = rules.contains(where: \.isUrgent)
    isAnyTimed = rules.contains { $0.timetable != .always }
    let after = Dictionary(
      rules.lazy.filter { !$0.after.isEmpty }.map { ($0.name, $0.after) },
      uniquingKeysWith: { first, _ in first })
    self.after = after
    awaited = Set(after.values.joined())
    levels = Self.levels(of: rules.map(\.name), after).levels
  }

  /// The rules that come before any of these, nearest first.
  func predecessors(of names: [String]) -> [String] {
    guard names.contains(where: { after[$0] != nil }) else { return [] }
    var found: [String] = []
    var known = Set<String>()
    var next = names[...]
    while let name = next.popFirst() {
      for other in after[name] ?? [] where known.insert(other).inserted {
        found.append(other)
        next.append(other)
      }
    }
    return found
  }

  /// The circles in which rules come after each other, each rule after the next in its circle.
  ///
  /// - Parameters:
  ///   - names: of all rules.
  ///   - after: what each rule comes after; rules only, of those in `names`.
  public static func cycles(among names: [String], after: [String: [String]]) -> [[String]] {
    let left = levels(of: names, after).left
    // What is left stands in a circle, or comes after one: whoever goes on to what comes before gets there.
    var walks: [String: Int] = [:]
    var cycles: [[String]] = []
    for (walk, start) in names.enumerated() where left.contains(start) {
      var way: [String] = []
      var name = start
      while walks[name] == nil {
        walks[name] = walk
        way.append(name)
        name = after[name]?.first(where: left.contains) ?? name
      }
      if walks[name] == walk, let first = way.firstIndex(of: name) { cycles.append(Array(way[first...])) }
    }
    return cycles
  }

  /// Takes away, again and again, the rules whose predecessors are all gone. What is left could never have its turn.
  private static func levels(
    of names: [String], _ after: [String: [String]]
  ) -> (levels: [String: Int], left: Set<String>) {
    guard !after.isEmpty else { return ([:], []) }
    var awaits = after.mapValues { Set($0).count }
    var followers: [String: [String]] = [:]
    for (name, others) in after { for other in Set(others) { followers[other, default: []].append(name) } }
    var levels: [String: Int] = [:]
    var free = names.filter { awaits[$0, default: 0] == 0 }[...]
    while let name = free.popFirst() {
      for follower in followers[name] ?? [] {
        levels[follower] = max(levels[follower] ?? 0, (levels[name] ?? 0) + 1)
        awaits[follower, default: 1] -= 1
        if awaits[follower] == 0 { free.append(follower) }
      }
    }
    return (levels, Set(names.filter { awaits[$0, default: 0] > 0 }))
  }
}
