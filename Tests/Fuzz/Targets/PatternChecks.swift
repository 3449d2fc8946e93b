// SPDX-License-Identifier: Apache-2.0

@testable import Core

/// The lines before an empty one are patterns, those after it names. Names of AWS are ASCII, so other inputs say nothing.
func checkPatterns(_ bytes: [UInt8]) throws {
  guard bytes.count <= 96, bytes.allSatisfy({ $0 < 0x80 }) else { return }
  let lines = String(decoding: bytes, as: UTF8.self).utf8.split(
    separator: 0x0A, omittingEmptySubsequences: false
  )
  .map { String(Substring($0)) }
  let end = lines.firstIndex(of: "") ?? lines.count
  var index = SegmentIndex()
  var known: [(pattern: Pattern, naive: NaiveMatcher)] = []
  for text in lines[..<end] {
    guard let pattern = try? Pattern(text) else { continue }
    index.insert(SegmentIndex.Entry(rule: known.count, isException: false, pattern: pattern))
    known.append((pattern, NaiveMatcher(text)))
  }
  for name in lines[end...].dropFirst() { try check(name, known, index) }
}

private func check(
  _ name: String, _ known: [(pattern: Pattern, naive: NaiveMatcher)], _ index: SegmentIndex
) throws {
  let parts = Pattern.parts(of: name)
  let led = index.entries(matching: parts)
  try expect(led.map(\.rule) == Set(led.map(\.rule)).sorted(), "the index gives an entry twice for \(name)")
  for (number, (pattern, naive)) in known.enumerated() {
    let (wanted, found) = (naive.match(name), pattern.match(name))
    try expect(
      wanted == found,
      "\(pattern.text) on \(name): \(String(describing: found)), not \(String(describing: wanted))")
    let isLed = led.contains { $0.rule == number && $0.pattern.match(parts) != nil }
    try expect(isLed == (wanted != nil), "the index leads \(name) otherwise than \(pattern.text)")
    if wanted != nil {
      try expect(
        name.utf8.starts(with: pattern.literalPrefix.utf8), "\(pattern.text) has no prefix of \(name)")
    }
  }
  let exact = Pattern(exactly: name)
  try expect(exact.match(name) == [:] && exact.match(name + "x") == nil, "not exactly \(name)")
}

/// The rule language in the most simple-minded way: a segment is compared by trying every length of every `*`, a pattern by
/// trying every length of every `**`, the earlier ones first. It shares no code with what it checks.
private struct NaiveMatcher {
  private enum Piece: Equatable {
    case character(UInt8)
    case one
    case run
    case capture(String)
  }

  private let segments: [[Piece]]

  /// Of a text that is known to be a pattern.
  init(_ text: String) {
    var segments: [[Piece]] = [[]]
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "/"): segments.append([])
      case UInt8(ascii: "\\"):
        if let escaped = rest.popFirst() { segments[segments.count - 1].append(.character(escaped)) }
      case UInt8(ascii: "*"): segments[segments.count - 1].append(.run)
      case UInt8(ascii: "?"): segments[segments.count - 1].append(.one)
      case UInt8(ascii: "{"):
        let name = rest.prefix { $0 != UInt8(ascii: "}") }
        rest = rest.dropFirst(name.count + 1)
        segments[segments.count - 1].append(.capture(String(Substring(name))))
      default: segments[segments.count - 1].append(.character(byte))
      }
    }
    self.segments = segments
  }

  func match(_ name: String) -> [String: String]? {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(
      Array.init)
    return match(parts[...], segments[...], [:])
  }

  private func match(
    _ parts: ArraySlice<[UInt8]>, _ segments: ArraySlice<[Piece]>, _ captures: [String: String]
  ) -> [String: String]? {
    guard let segment = segments.first else { return parts.isEmpty ? captures : nil }
    if segment == [.run, .run] {
      for count in 0...parts.count {
        if let found = match(parts.dropFirst(count), segments.dropFirst(), captures) { return found }
      }
      return nil
    }
    guard let part = parts.first else { return nil }
    if case .capture(let name)? = segment.first {
      let text = String(decoding: part, as: UTF8.self)
      guard !text.isEmpty, captures[name, default: text] == text else { return nil }
      return match(parts.dropFirst(), segments.dropFirst(), captures.merging([name: text]) { $1 })
    }
    return Self.accepts(segment[...], part[...])
      ? match(parts.dropFirst(), segments.dropFirst(), captures) : nil
  }

  private static func accepts(_ pieces: ArraySlice<Piece>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let piece = pieces.first else { return text.isEmpty }
    switch piece {
    case .run: return (0...text.count).contains { accepts(pieces.dropFirst(), text.dropFirst($0)) }
    case .one, .capture: return !text.isEmpty && accepts(pieces.dropFirst(), text.dropFirst())
    case .character(let byte): return text.first == byte && accepts(pieces.dropFirst(), text.dropFirst())
    }
  }
}
