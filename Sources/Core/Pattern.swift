// SPDX-License-Identifier: Apache-2.0
// A pattern is read once into segments; matching then compares segment by segment and never allocates a regular
// expression. Slashes separate segments, so `/a/b` has three: an empty one, `a` and `b`.

/// A pattern over names: `*` any run of characters inside one segment, `?` one character, `**` any number of
/// whole segments (none included), `{name}` captures one whole segment, a backslash escapes.
public struct Pattern: Hashable, Sendable {
  /// What one segment of a pattern accepts.
  enum Segment: Hashable, Sendable {
    /// Exactly this text.
    case literal(String)
    /// `*` and `?` inside one segment.
    case glob(Glob)
    /// Any one segment that is not empty, remembered under a name.
    case capture(String)
    /// `**`: any number of segments.
    case deep
  }

  /// The pattern as the user wrote it.
  public let text: String
  let segments: [Segment]
  /// True where a capture is used twice, so that it takes more than fitting segments to match.
  let repeatsCapture: Bool

  /// Reads a pattern.
  ///
  /// Throws what is wrong with it, at its place in `text`.
  public init(_ text: String) throws(PatternError) {
    var reader = PatternReader(text)
    self.text = text
    segments = try reader.segments()
    let captures = segments.compactMap { if case .capture(let name) = $0 { name } else { nil } }
    repeatsCapture = Set(captures).count < captures.count
  }

  /// A pattern that matches this name and nothing else, whatever characters are in it.
  public init(exactly name: String) {
    text = name
    segments = Self.parts(of: name).map { .literal(String($0)) }
    repeatsCapture = false
  }

  /// The names of its captures, each once, in order.
  public var captureNames: [String] {
    var names: [String] = []
    for case .capture(let name) in segments where !names.contains(name) { names.append(name) }
    return names
  }

  /// The text every matching name begins with: what a request to AWS can be narrowed to.
  public var literalPrefix: String {
    var prefix = ""
    for (position, segment) in segments.enumerated() {
      if position > 0, segment != .deep { prefix += "/" }
      switch segment {
      case .literal(let text): prefix += text
      case .glob(let glob): return prefix + glob.literalPrefix
      case .capture, .deep: return prefix
      }
    }
    return prefix
  }

  /// The captures of the first way in which the pattern matches the name, or nil where there is none. Where
  /// `**` leaves a choice, the earlier one matches as few segments as it can.
  public func match(_ name: String) -> Captures? {
    match(Self.parts(of: name))
  }

  /// The segments of a name. Byte by byte: a slash is no part of any other character, and looking for characters costs ten times
  /// as much.
  static func parts(of name: String) -> [Substring] {
    let text = name.utf8
    let bytes = text.span
    var parts: [Substring] = []
    parts.reserveCapacity(8)
    var start = text.startIndex
    var before = 0
    for position in bytes.indices where bytes[position] == UInt8(ascii: "/") {
      let slash = text.index(start, offsetBy: position - before)
      parts.append(name[start..<slash])
      start = text.index(after: slash)
      before = position + 1
    }
    parts.append(name[start...])
    return parts
  }

  func match(_ parts: [Substring]) -> Captures? {
    var captures: Captures = [:]
    return matches(parts[...], segments[...], &captures) ? captures : nil
  }

  private func matches(
    _ parts: ArraySlice<Substring>, _ segments: ArraySlice<Segment>, _ captures: inout Captures
  ) -> Bool {
    guard let segment = segments.first else { return parts.isEmpty }
    let rest = segments.dropFirst()
    switch segment {
    case .deep:
      return (parts.startIndex...parts.endIndex).contains { matches(parts[$0...], rest, &captures) }
    case .literal(let text):
      guard let part = parts.first, part == text else { return false }
      return matches(parts.dropFirst(), rest, &captures)
    case .glob(let glob):
      guard let part = parts.first, glob.matches(part) else { return false }
      return matches(parts.dropFirst(), rest, &captures)
    case .capture(let name):
      guard let part = parts.first, !part.isEmpty else { return false }
      let before = captures[name]
      guard before == nil || before == String(part) else { return false }
      captures[name] = String(part)
      if matches(parts.dropFirst(), rest, &captures) { return true }
      captures[name] = before
      return false
    }
  }
}

/// `*` and `?` inside one segment.
struct Glob: Hashable, Sendable {
  enum Token: Hashable, Sendable {
    case character(Unicode.Scalar)
    case anyCharacter
    case anyRun
  }

  var tokens: [Token]

  var literalPrefix: String {
    var prefix = String.UnicodeScalarView()
    for case .character(let scalar) in tokens.prefix(while: { $0 != .anyCharacter && $0 != .anyRun }) {
      prefix.append(scalar)
    }
    return String(prefix)
  }

  /// Linear in practice and quadratic at worst: on a mismatch only the last `*` takes one character more.
  func matches(_ text: Substring) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var token = 0
    var position = 0
    var retry: (token: Int, position: Int)?
    while position < scalars.count {
      if token < tokens.count, tokens[token] == .anyRun {
        retry = (token + 1, position)
        token += 1
      } else if token < tokens.count, accepts(tokens[token], scalars[position]) {
        token += 1
        position += 1
      } else if let last = retry {
        retry = (last.token, last.position + 1)
        token = last.token
        position = last.position + 1
      } else {
        return false
      }
    }
    return tokens[token...].allSatisfy { $0 == .anyRun }
  }

  private func accepts(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
    switch token {
    case .character(let wanted): wanted == scalar
    case .anyCharacter: true
    case .anyRun: false
    }
  }
}
