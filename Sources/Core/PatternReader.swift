// SPDX-License-Identifier: Apache-2.0
// The text forms of patterns and templates, read scalar by scalar so that every error knows its place.

/// Reads the segments of one pattern.
struct PatternReader {
  private var scanner: ScalarScanner
  private let text: String

  init(_ text: String) {
    self.text = text
    scanner = ScalarScanner(text)
  }

  mutating func segments() throws(PatternError) -> [Pattern.Segment] {
    guard !text.isEmpty else {
      throw PatternError(message: "the pattern is empty; give a name, or '**' for every name", offset: 0)
    }
    guard text.utf8.count <= Limits.patternBytes else {
      throw PatternError(
        message: "the pattern is longer than \(Limits.patternBytes) bytes; no resource has such a name",
        offset: Limits.patternBytes)
    }
    var segments: [Pattern.Segment] = []
    var deepWildcards = 0
    repeat {
      let start = scanner.offset
      let segment = try segment()
      if segment == .deep {
        // Two in a row mean the same as one.
        if segments.last == .deep { continue }
        deepWildcards += 1
        guard deepWildcards <= Limits.deepWildcardsPerPattern else {
          throw PatternError(
            message: "more than \(Limits.deepWildcardsPerPattern) '**' in one pattern; "
              + "split it into several entries", offset: start)
        }
      }
      segments.append(segment)
    } while scanner.take("/")
    return segments
  }

  private mutating func segment() throws(PatternError) -> Pattern.Segment {
    let start = scanner.offset
    var tokens: [Glob.Token] = []
    while let scalar = scanner.peek, scalar != "/" {
      switch scalar {
      case "\\":
        tokens.append(.character(try scanner.escaped()))
      case "{":
        let opening = scanner.offset
        let name = try scanner.captureName()
        guard tokens.isEmpty, scanner.peek == nil || scanner.peek == "/" else {
          throw PatternError(
            message: "'{\(name)}' must be a whole segment, between slashes; use '*' for a part of one",
            offset: opening)
        }
        return .capture(name)
      case "}":
        throw PatternError(message: "'}' without '{'; write '\\}' for the character", offset: scanner.offset)
      case "*":
        scanner.advance()
        tokens.append(.anyRun)
      case "?":
        scanner.advance()
        tokens.append(.anyCharacter)
      default:
        scanner.advance()
        tokens.append(.character(scalar))
      }
    }
    return try segment(of: tokens, start: start)
  }

  private func segment(of tokens: [Glob.Token], start: Int) throws(PatternError) -> Pattern.Segment {
    if tokens == [.anyRun, .anyRun] { return .deep }
    for (left, right) in zip(tokens, tokens.dropFirst()) where left == .anyRun && right == .anyRun {
      throw PatternError(
        message: "'**' must stand alone between slashes; use '*' inside a segment", offset: start)
    }
    let glob = Glob(tokens: tokens)
    let isLiteral = tokens.allSatisfy { $0 != .anyRun && $0 != .anyCharacter }
    return isLiteral ? .literal(glob.literalPrefix) : .glob(glob)
  }
}

extension Template {
  /// Reads a template: text with `{name}` for captures; a backslash escapes.
  ///
  /// Throws what is wrong with it, at its place in `text`.
  public init(_ text: String) throws(PatternError) {
    var scanner = ScalarScanner(text)
    var pieces: [Piece] = []
    var plain = String.UnicodeScalarView()
    while let scalar = scanner.peek {
      switch scalar {
      case "\\":
        plain.append(try scanner.escaped())
      case "{":
        if !plain.isEmpty { pieces.append(.text(String(plain))) }
        plain = String.UnicodeScalarView()
        pieces.append(.capture(try scanner.captureName()))
      case "}":
        throw PatternError(message: "'}' without '{'; write '\\}' for the character", offset: scanner.offset)
      default:
        scanner.advance()
        plain.append(scalar)
      }
    }
    if !plain.isEmpty { pieces.append(.text(String(plain))) }
    self.init(pieces: pieces)
  }
}

/// Walks over a text's Unicode scalars and knows the UTF-8 offset.
private struct ScalarScanner {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private(set) var offset = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  mutating func advance() {
    offset += UTF8.width(scalars[index])
    index += 1
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    advance()
    return true
  }

  mutating func escaped() throws(PatternError) -> Unicode.Scalar {
    let start = offset
    advance()
    guard let scalar = peek else {
      throw PatternError(
        message: "a backslash at the end escapes nothing; write '\\\\' for one", offset: start)
    }
    advance()
    return scalar
  }

  mutating func captureName() throws(PatternError) -> String {
    let start = offset
    advance()
    var name = String.UnicodeScalarView()
    while let scalar = peek, scalar != "}" {
      let isLetter = "a"..."z" ~= scalar || "A"..."Z" ~= scalar || scalar == "_"
      let isInside = "0"..."9" ~= scalar || scalar == "-"
      guard isLetter || (isInside && !name.isEmpty) else {
        throw PatternError(
          message: "'\(scalar)' cannot be in a capture's name; use letters, digits, '_' and '-', "
            + "starting with a letter, or write '\\{' for the character", offset: offset)
      }
      name.append(scalar)
      advance()
    }
    guard take("}") else {
      throw PatternError(message: "'{' without '}'; write '\\{' for the character", offset: start)
    }
    guard !name.isEmpty else {
      throw PatternError(
        message: "'{}' has no name; write '*' for a segment that need not be kept", offset: start)
    }
    return String(name)
  }
}
