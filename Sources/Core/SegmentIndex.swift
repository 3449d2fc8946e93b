// SPDX-License-Identifier: Apache-2.0
// A trie over path segments. A name walks down it along every edge that accepts its next segment, so rules about other
// paths are never looked at: what a look-up costs depends on the name's depth and on the rules that match so far.

/// The patterns of one scope, by their segments.
struct SegmentIndex: Sendable {
  /// One pattern and where it comes from.
  struct Entry: Hashable, Sendable {
    /// The rule's position among all rules.
    var rule: Int
    /// From `except` rather than from `watch`.
    var isException: Bool
    var pattern: Pattern
  }

  private struct Node: Sendable {
    var literals: [Substring: Int] = [:]
    var globs: [(glob: Glob, node: Int)] = []
    /// After a capture: any one segment.
    var any: Int?
    /// After `**`: any number of segments.
    var deep: Int?
    /// The patterns that end here.
    var entries: [Int] = []
  }

  private var nodes = [Node()]
  private var entries: [Entry] = []
  /// Tells one set of patterns from another.
  private(set) var fingerprint = Fingerprint()

  mutating func insert(_ entry: Entry) {
    var node = 0
    for segment in entry.pattern.segments { node = child(of: node, along: segment) }
    nodes[node].entries.append(entries.count)
    entries.append(entry)
    // A rule's number matters too: its exceptions are exceptions from its own patterns only.
    fingerprint.add("\(entry.rule) \(entry.isException) \(entry.pattern.text)")
  }

  /// Every entry whose segments accept the name's, each once, in the order of the rules. A capture's name is not looked at here: whether one
  /// that is used twice matched the same text both times is for `Pattern.match` to say.
  func entries(matching parts: [Substring]) -> [Entry] {
    var found: [Int] = []
    walk(from: 0, parts, at: 0, into: &found)
    guard found.count > 1 else { return found.map { entries[$0] } }
    return Set(found).sorted().map { entries[$0] }
  }

  private func walk(from node: Int, _ parts: [Substring], at position: Int, into found: inout [Int]) {
    if let deep = nodes[node].deep {
      for next in position...parts.count { walk(from: deep, parts, at: next, into: &found) }
    }
    guard position < parts.count else {
      found += nodes[node].entries
      return
    }
    let part = parts[position]
    if let next = nodes[node].literals[part] { walk(from: next, parts, at: position + 1, into: &found) }
    if let next = nodes[node].any, !part.isEmpty { walk(from: next, parts, at: position + 1, into: &found) }
    for (glob, next) in nodes[node].globs where glob.matches(part) {
      walk(from: next, parts, at: position + 1, into: &found)
    }
  }

  private mutating func child(of node: Int, along segment: Pattern.Segment) -> Int {
    switch segment {
    case .literal(let text):
      if let next = nodes[node].literals[Substring(text)] { return next }
      let next = addNode()
      nodes[node].literals[Substring(text)] = next
      return next
    case .glob(let glob):
      if let known = nodes[node].globs.first(where: { $0.glob == glob }) { return known.node }
      let next = addNode()
      nodes[node].globs.append((glob, next))
      return next
    case .capture:
      if let next = nodes[node].any { return next }
      let next = addNode()
      nodes[node].any = next
      return next
    case .deep:
      if let next = nodes[node].deep { return next }
      let next = addNode()
      nodes[node].deep = next
      return next
    }
  }

  private mutating func addNode() -> Int {
    nodes.append(Node())
    return nodes.count - 1
  }
}
