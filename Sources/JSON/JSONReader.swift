// SPDX-License-Identifier: Apache-2.0
// Reads JSON in one pass, into the caller's own variables and without building the document. A sweep is
// hundreds of pages of which a tenth of the text is wanted: `JSONDecoder` takes four to six times as long
// for them, most of it for members that nobody asked for. The text may come from anybody: nothing in it is trusted.

internal import Platform

/// Where a text stands in the document, and what it takes to make text of it. It holds no bytes: most
/// texts are passed over.
private struct RawText {
  let range: Range<Int>
  let hasEscapes: Bool
}

/// The text that these bytes of a document stand for.
private func text(_ bytes: ArraySlice<UInt8>, hasEscapes: Bool) throws(JSONFailure) -> String {
  var isASCII = true
  for byte in bytes {
    if byte < 0x20 { throw JSONFailure("not JSON: a control character") }
    if byte >= 0x80 { isASCII = false }
  }
  // Decoding cannot fail for ASCII, and is several times as fast as validating.
  if isASCII, !hasEscapes { return String(decoding: bytes, as: UTF8.self) }
  let bytes = hasEscapes ? try unescaped(bytes)[...] : bytes
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw JSONFailure("not valid UTF-8")
  }
  return text
}

/// A member's name, compared without making text of it.
public struct JSONKey {
  @usableFromInline let bytes: ArraySlice<UInt8>
  private let hasEscapes: Bool

  fileprivate init(_ bytes: ArraySlice<UInt8>, hasEscapes: Bool) {
    self.bytes = bytes
    self.hasEscapes = hasEscapes
  }

  /// The name, where it is data and not known beforehand.
  public func text() throws(JSONFailure) -> String { try JSON.text(bytes, hasEscapes: hasEscapes) }

  /// True where the member has this name, written without escapes. Nearly always the length tells, and of a literal the compiler
  /// knows it.
  @inlinable public static func ~= (name: String, key: JSONKey) -> Bool {
    name.utf8.count == key.bytes.count && key.isNamed(name)
  }

  @usableFromInline func isNamed(_ name: String) -> Bool {
    let (wanted, found) = (name.utf8.span, bytes.span)
    for index in wanted.indices where wanted[index] != found[index] { return false }
    return true
  }

  /// For a message: AWS's names are short and plain, and any other is not repeated.
  fileprivate var printable: String {
    let isPlain = bytes.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "_") }
    return isPlain && bytes.count <= 64 ? String(decoding: bytes, as: UTF8.self) : "…"
  }
}

/// A place in a JSON document. Every method reads the value that begins there and moves behind it.
public struct JSONReader {
  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  private static let depthLimit = 64

  /// Reads a whole document with `body`, and sees that nothing follows it.
  public static func read<Value>(
    _ bytes: [UInt8], _ body: (inout JSONReader) throws(JSONFailure) -> Value
  ) throws(JSONFailure) -> Value {
    var reader = JSONReader(bytes: bytes)
    let value = try body(&reader)
    reader.skipSpace()
    guard reader.index == bytes.count else { throw JSONFailure("text after the document") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Containers

  /// An object: `member` is called for each member and must read its value, or `skip` it.
  public mutating func object(
    _ member: (JSONKey, inout JSONReader) throws(JSONFailure) -> Void
  ) throws(JSONFailure) {
    try enter(UInt8(ascii: "{"), "an object")
    defer { depth -= 1 }
    if take(UInt8(ascii: "}")) { return }
    repeat {
      let name = try rawText()
      let key = JSONKey(bytes[name.range], hasEscapes: name.hasEscapes)
      guard take(UInt8(ascii: ":")) else { throw JSONFailure("not JSON: a colon is missing") }
      do {
        try member(key, &self)
      } catch {
        throw error.inside(.member(key.printable))
      }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw JSONFailure("not JSON: an object is not closed") }
  }

  /// An array: `element` is called at each element and must read it.
  public mutating func array(_ element: (inout JSONReader) throws(JSONFailure) -> Void) throws(JSONFailure) {
    try enter(UInt8(ascii: "["), "an array")
    defer { depth -= 1 }
    if take(UInt8(ascii: "]")) { return }
    var count = 0
    repeat {
      do {
        try element(&self)
      } catch {
        throw error.inside(.index(count))
      }
      count += 1
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw JSONFailure("not JSON: an array is not closed") }
  }

  private mutating func enter(_ bracket: UInt8, _ kind: String) throws(JSONFailure) {
    guard take(bracket) else { throw JSONFailure("not \(kind)") }
    guard depth < Self.depthLimit else { throw JSONFailure("nested too deep") }
    depth += 1
  }

  // MARK: Values

  /// Passes over `null`; false where there is something else.
  public mutating func takeNull() -> Bool { takeWord("null") }

  /// The text of a string.
  public mutating func string() throws(JSONFailure) -> String {
    let raw = try rawText()
    return try text(bytes[raw.range], hasEscapes: raw.hasEscapes)
  }

  /// A whole number.
  public mutating func integer() throws(JSONFailure) -> Int64 {
    guard let value = Int64(try number()) else { throw JSONFailure("not an integer") }
    return value
  }

  /// True or false.
  public mutating func bool() throws(JSONFailure) -> Bool {
    if takeWord("true") { return true }
    guard takeWord("false") else { throw JSONFailure("neither true nor false") }
    return false
  }

  /// A number, as its characters: those of RFC 8259, section 6, and no others. `01` would be one number to us and another, or
  /// none, to whoever reads the same record.
  public mutating func number() throws(JSONFailure) -> Substring {
    skipSpace()
    let start = index
    _ = pass("-")
    let first = index
    var isWhole = passDigits() && (index == first + 1 || bytes[first] != UInt8(ascii: "0"))
    if pass(".") { isWhole = passDigits() && isWhole }
    if pass("e") || pass("E") {
      _ = pass("+") || pass("-")
      isWhole = passDigits() && isWhole
    }
    guard isWhole else { throw JSONFailure("not a number") }
    return Substring(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// What begins here; nil at the end of the text.
  public mutating func kind() -> Kind? {
    skipSpace()
    guard index < bytes.count else { return nil }
    switch bytes[index] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: return .number
    }
  }

  /// The kinds of values.
  public enum Kind: Sendable {
    /// `{`
    case object
    /// `[`
    case array
    /// `"`
    case string
    /// `true` or `false`
    case bool
    /// `null`
    case null
    /// Anything else can only be a number.
    case number
  }

  /// Passes over a value of any kind.
  public mutating func skip() throws(JSONFailure) {
    switch kind() {
    case .string: _ = try rawText()
    case .object: try object { (_, json) throws(JSONFailure) in try json.skip() }
    case .array: try array { json throws(JSONFailure) in try json.skip() }
    case .bool: _ = try bool()
    case .null where takeNull(): break
    case .null, .number, nil: _ = try number()
    }
  }

  // MARK: Tokens

  /// What is between the quotes, escapes and all. Most of a listing is passed over here.
  private mutating func rawText() throws(JSONFailure) -> RawText {
    guard take(UInt8(ascii: "\"")) else { throw JSONFailure("not text") }
    let start = index
    var hasEscapes = false
    while let quote = bytes.position(of: UInt8(ascii: "\""), in: index..<bytes.count) {
      while index < quote, let escape = bytes.position(of: UInt8(ascii: "\\"), in: index..<quote) {
        hasEscapes = true
        index = escape + 2
      }
      guard index > quote else {
        index = quote + 1
        return RawText(range: start..<quote, hasEscapes: hasEscapes)
      }
    }
    throw JSONFailure("not JSON: text is not closed")
  }

  private mutating func pass(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, UInt32(bytes[index]) == character.value else { return false }
    index += 1
    return true
  }

  /// False where there is not even one.
  private mutating func passDigits() -> Bool {
    let start = index
    while index < bytes.count, 0x30...0x39 ~= bytes[index] { index += 1 }
    return index > start
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == word.utf8.first, bytes[index...].starts(with: word.utf8) else {
      return false
    }
    index += word.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }
}

/// The bytes that a text with escapes stands for.
private func unescaped(_ raw: ArraySlice<UInt8>) throws(JSONFailure) -> [UInt8] {
  var text: [UInt8] = []
  var rest = raw
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      text.append(byte)
      continue
    }
    switch rest.popFirst() {
    case let same?
    where same == UInt8(ascii: "\"") || same == UInt8(ascii: "\\") || same == UInt8(ascii: "/"):
      text.append(same)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text += String(Character(try scalar(&rest))).utf8
    default: throw JSONFailure("not JSON: an unknown escape")
    }
  }
  return text
}

/// The character of one `\u` escape, or of two that belong together.
private func scalar(_ rest: inout ArraySlice<UInt8>) throws(JSONFailure) -> Unicode.Scalar {
  let unit = try codeUnit(&rest)
  if let scalar = Unicode.Scalar(unit) { return scalar }
  guard UTF16.isLeadSurrogate(unit), rest.popFirst() == UInt8(ascii: "\\"),
    rest.popFirst() == UInt8(ascii: "u")
  else { throw JSONFailure("not JSON: half a surrogate pair") }
  let second = try codeUnit(&rest)
  guard UTF16.isTrailSurrogate(second) else {
    throw JSONFailure("not JSON: half a surrogate pair")
  }
  return UTF16.decode(UTF16.EncodedScalar([unit, second]))
}

private func codeUnit(_ rest: inout ArraySlice<UInt8>) throws(JSONFailure) -> UInt16 {
  let digits = rest.prefix(4)
  rest = rest.dropFirst(4)
  let text = String(decoding: digits, as: UTF8.self)
  guard digits.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
    throw JSONFailure("not JSON: an unknown escape")
  }
  return unit
}
