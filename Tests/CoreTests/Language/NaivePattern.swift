// SPDX-License-Identifier: Apache-2.0
// The rule language once more, in the most simple-minded way: a random pattern is built from pieces, and a match is found
// by trying every length of every `**`, in order. It shares no code with what it checks.

struct NaivePattern {
  enum Segment {
    case deep
    case capture(String)
    case plain([Piece])
  }

  enum Piece {
    case character(Character)
    case one
    case run
  }

  var segments: [Segment]

  /// A random pattern over so few letters that it often matches.
  init(using random: inout some RandomNumberGenerator) {
    var deep = 0
    segments = (0..<Int.random(in: 1...5, using: &random)).map { _ in
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1:
        deep += 1
        return deep > 3 ? .plain([]) : .deep
      case 2, 3: return .capture(["x", "y"].randomElement(using: &random) ?? "x")
      default:
        return .plain((0..<Int.random(in: 0...3, using: &random)).map { _ in Self.piece(using: &random) })
      }
    }
    // An empty text is no pattern, and two runs side by side would read as `**`.
    if case .plain(let pieces) = segments[0], pieces.isEmpty, segments.count == 1 { segments = [.deep] }
    segments = segments.map { segment in
      guard case .plain(let pieces) = segment else { return segment }
      var kept: [Piece] = []
      for piece in pieces {
        if case .run = piece, case .run? = kept.last { continue }
        kept.append(piece)
      }
      return .plain(kept)
    }
  }

  private static func piece(using random: inout some RandomNumberGenerator) -> Piece {
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1: .run
    case 2: .one
    case 3: .character(["*", "?", "{", "}", "\\"].randomElement(using: &random) ?? "*")
    default: .character(["a", "b"].randomElement(using: &random) ?? "a")
    }
  }

  /// The pattern as a user writes it.
  var text: String {
    segments.map { segment in
      switch segment {
      case .deep: "**"
      case .capture(let name): "{\(name)}"
      case .plain(let pieces): pieces.map(Self.text).joined()
      }
    }.joined(separator: "/")
  }

  private static func text(_ piece: Piece) -> String {
    switch piece {
    case .run: "*"
    case .one: "?"
    case .character(let character): "*?{}\\".contains(character) ? "\\\(character)" : "\(character)"
    }
  }

  /// A random name: often one that the pattern was made for, with something changed now and then.
  func name(using random: inout some RandomNumberGenerator) -> String {
    func word(_ longest: Int, using random: inout some RandomNumberGenerator) -> String {
      let letters = Array("aaaabb*?{}\\")
      let length = Int.random(in: 0...longest, using: &random)
      return String((0..<length).map { _ in letters[Int.random(in: letters.indices, using: &random)] })
    }
    var values: [String: String] = [:]
    var parts: [String] = []
    for segment in segments {
      switch segment {
      case .deep: for _ in 0..<Int.random(in: 0...2, using: &random) { parts.append(word(2, using: &random)) }
      case .capture(let name):
        let isOther = Int.random(in: 0..<5, using: &random) == 0
        let value = isOther ? nil : values[name]
        parts.append(value ?? word(2, using: &random))
        values[name] = parts.last
      case .plain(let pieces):
        parts.append(
          pieces.map { piece in
            switch piece {
            case .run: word(2, using: &random)
            case .one: "b"
            case .character(let character): String(character)
            }
          }.joined())
      }
    }
    if Int.random(in: 0..<4, using: &random) == 0 { parts.append(word(2, using: &random)) }
    if Int.random(in: 0..<6, using: &random) == 0, !parts.isEmpty { parts.removeFirst() }
    return parts.joined(separator: "/")
  }

  func captures(_ name: String) -> Bool {
    segments.contains { if case .capture(name) = $0 { true } else { false } }
  }

  /// The captures of the first match, where the earlier `**` takes as little as it can.
  func match(_ name: String) -> [String: String]? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let deepCount = segments.count { if case .deep = $0 { true } else { false } }
    let spare = parts.count - (segments.count - deepCount)
    guard spare >= 0 else { return nil }
    for lengths in Self.splits(of: spare, into: deepCount) {
      if let captures = captures(parts, lengths) { return captures }
    }
    return nil
  }

  /// Every way to give `total` to so many places, the earlier ones as little as possible first.
  private static func splits(of total: Int, into places: Int) -> [[Int]] {
    guard places > 0 else { return total == 0 ? [[]] : [] }
    return (0...total).flatMap { first in splits(of: total - first, into: places - 1).map { [first] + $0 } }
  }

  private func captures(_ parts: [String], _ lengths: [Int]) -> [String: String]? {
    var rest = parts[...]
    var lengths = lengths[...]
    var captures: [String: String] = [:]
    for segment in segments {
      if case .deep = segment {
        rest = rest.dropFirst(lengths.removeFirst())
        continue
      }
      let part = rest.removeFirst()
      switch segment {
      case .deep: break
      case .capture(let name):
        guard !part.isEmpty, captures[name, default: part] == part else { return nil }
        captures[name] = part
      case .plain(let pieces):
        guard Self.accepts(pieces[...], Array(part)[...]) else { return nil }
      }
    }
    return captures
  }

  private static func accepts(_ pieces: ArraySlice<Piece>, _ text: ArraySlice<Character>) -> Bool {
    guard let piece = pieces.first else { return text.isEmpty }
    switch piece {
    case .run: return (0...text.count).contains { accepts(pieces.dropFirst(), text.dropFirst($0)) }
    case .one: return !text.isEmpty && accepts(pieces.dropFirst(), text.dropFirst())
    case .character(let character):
      return text.first == character && accepts(pieces.dropFirst(), text.dropFirst())
    }
  }
}
