// SPDX-License-Identifier: Apache-2.0
// Reading typed values out of nodes. A value that is not what it should be is found, and nil is returned; the reading goes on, so
// that one run finds every mistake.

internal import Core

/// A mapping whose keys are all known, each taken at most once.
struct Fields {
  let mark: Mark
  /// True for `{}`.
  let isEmpty: Bool
  private var values: [String: YAMLNode] = [:]

  /// Reads a mapping; unknown keys are found.
  init?(_ node: YAMLNode, _ what: String, keys: [String], _ findings: inout Findings) {
    mark = node.mark
    guard case .map(let pairs) = node.content else {
      findings.add(
        "\(what) must be a mapping with the key\(keys.count == 1 ? "" : "s") \(keys.joined(separator: ", ")), "
          + "not \(node.kind)",
        at: node.mark)
      return nil
    }
    isEmpty = pairs.isEmpty
    for (key, value) in pairs {
      guard case .scalar(let name, _) = key.content else {
        findings.add("a key must be a word, not \(key.kind)", at: key.mark)
        continue
      }
      guard keys.contains(name) else {
        findings.add(
          "unknown key '\(name.prefix(64))' in \(what)\(findings.suggestion(for: name, among: keys))",
          at: key.mark)
        continue
      }
      values[name] = value
    }
  }

  subscript(_ key: String) -> YAMLNode? { values[key] }
}

extension YAMLNode {
  /// Text that is not empty.
  func text(_ what: String, _ findings: inout Findings) -> String? {
    guard case .scalar(let text, let isQuoted) = content, isQuoted || !Self.isOtherThanText(text) else {
      findings.add(
        "\(what) must be text, not \(kind)\(isScalar ? "; quote it if it is meant so" : "")", at: mark)
      return nil
    }
    guard !text.isEmpty else {
      findings.add("\(what) is empty; give it a value", at: mark)
      return nil
    }
    return text
  }

  /// A scalar as it is written, as a program is given it: numbers and Booleans are texts here, and it may be empty.
  func word(_ what: String, _ findings: inout Findings) -> String? {
    guard case .scalar(let text, _) = content else {
      findings.add("\(what) must be text, not \(kind)", at: mark)
      return nil
    }
    guard !text.contains("\0") else {
      findings.add("\(what) has a zero byte, which no program can be given; remove it", at: mark)
      return nil
    }
    return text
  }

  /// Elements, at least one and at most so many.
  func list(_ what: String, atMost limit: Int, _ findings: inout Findings) -> [YAMLNode]? {
    guard case .list(let elements) = content else {
      findings.add("\(what) must be a list, not \(kind)", at: mark)
      return nil
    }
    guard !elements.isEmpty else {
      findings.add("\(what) is an empty list; give it an entry, or remove it", at: mark)
      return nil
    }
    guard elements.count <= limit else {
      findings.add("\(what) has \(elements.count) entries, more than \(limit); split it", at: mark)
      return nil
    }
    return elements
  }

  /// A duration within bounds.
  func duration(_ what: String, in bounds: ClosedRange<Duration>, _ findings: inout Findings) -> Duration? {
    guard case .scalar(let text, _) = content else {
      findings.add("\(what) must be a duration such as 30s, not \(kind)", at: mark)
      return nil
    }
    let duration: Duration
    do throws(DurationError) { duration = try Duration(text: text) } catch {
      findings.add("\(what): \(error.message)", at: mark)
      return nil
    }
    guard bounds.contains(duration) else {
      findings.add(
        "\(what) is \(text); it must be from \(bounds.lowerBound.text) to \(bounds.upperBound.text)", at: mark
      )
      return nil
    }
    return duration
  }

  /// A number within bounds.
  func number(_ what: String, in bounds: ClosedRange<Double>, _ findings: inout Findings) -> Double? {
    guard case .scalar(let text, isQuoted: false) = content, let number = Double(text), number.isFinite else {
      findings.add("\(what) must be a number, not \(kind)", at: mark)
      return nil
    }
    guard bounds.contains(number) else {
      findings.add(
        "\(what) is \(text); it must be from \(bounds.lowerBound) to \(bounds.upperBound)", at: mark)
      return nil
    }
    return number
  }

  /// The place of an offset in the text of this scalar; exact unless escapes come before it.
  func mark(atUTF8Offset offset: Int) -> Mark {
    guard case .scalar(let text, let isQuoted) = content else { return mark }
    let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count
    return mark.advanced(by: before + (isQuoted ? 1 : 0))
  }

  /// True for text, numbers and the like.
  var isScalar: Bool { if case .scalar = content { true } else { false } }

  /// What YAML's core schema takes for null, a Boolean or a number.
  private static func isOtherThanText(_ text: String) -> Bool {
    ["", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE"].contains(text)
      || Double(text) != nil
  }
}
