// SPDX-License-Identifier: Apache-2.0
// Whose turn it is, and when: the keys that rules and settings share.

public import Core

/// What holds for a rule that does not say otherwise.
public struct RuleDefaults: Hashable, Sendable {
  /// How carefully its restarts begin.
  public var pace = Pace.standard
  /// When its restarts are welcome; at any time where there are none.
  public var windows: [Window] = []
  /// When none begins; a rule's own come to these.
  public var freezes: [Freeze] = []
  /// How long windows and freezes may keep a restart; nil where that has no end.
  public var overdue: Duration?
}

/// Reads `pace`, `window`, `freeze` and `overdue`, which rules and settings spell alike.
struct TurnReader {
  static let keys = ["pace", "window", "freeze", "overdue"]

  private let calendar = CalendarReader(zones: ZoneFiles())

  /// What the fields say; what they do not say stays as it is.
  func read(_ fields: Fields, into defaults: inout RuleDefaults, _ findings: inout Findings) {
    if let node = fields["pace"] { pace(node, into: &defaults.pace, &findings) }
    if let node = fields["window"] { defaults.windows = calendar.windows(node, &findings) }
    if let node = fields["freeze"] { defaults.freezes += calendar.freezes(node, &findings) }
    if let node = fields["overdue"] {
      let bounds = Duration.seconds(60)...Limits.longestDuration
      defaults.overdue = node.duration("overdue", in: bounds, &findings) ?? defaults.overdue
    }
  }

  private func pace(_ node: YAMLNode, into pace: inout Pace, _ findings: inout Findings) {
    guard let fields = Fields(node, "'pace'", keys: ["canary", "concurrent", "soak"], &findings) else {
      return
    }
    pace.canary = fields["canary"]?.count("canary", in: 0...Limits.canaries, &findings) ?? pace.canary
    pace.concurrent =
      fields["concurrent"]?.count("concurrent", in: 1...Limits.concurrent, &findings) ?? pace.concurrent
    pace.soak =
      fields["soak"]?.duration("soak", in: .zero...Limits.longestDuration, &findings) ?? pace.soak
  }
}

extension YAMLNode {
  /// A whole number within bounds.
  func count(_ what: String, in bounds: ClosedRange<Int>, _ findings: inout Findings) -> Int? {
    guard case .scalar(let text, isQuoted: false) = content, let count = Int(text) else {
      findings.add("\(what) must be a whole number, not \(kind)", at: mark)
      return nil
    }
    guard bounds.contains(count) else {
      findings.add(
        "\(what) is \(text); it must be from \(bounds.lowerBound) to \(bounds.upperBound)", at: mark)
      return nil
    }
    return count
  }

  /// `true` or `false`.
  func flag(_ what: String, _ findings: inout Findings) -> Bool? {
    switch content {
    case .scalar("true", isQuoted: false): return true
    case .scalar("false", isQuoted: false): return false
    default:
      findings.add("\(what) must be true or false, not \(kind)", at: mark)
      return nil
    }
  }
}
