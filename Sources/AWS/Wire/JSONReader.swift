// SPDX-License-Identifier: Apache-2.0
// Reads JSON in one pass, into the caller's own variables and without building the document. A sweep is
// hundreds of pages of which a tenth of the text is wanted: `JSONDecoder` takes four to six times as long
// for them, most of it for members that nobody asked for.

/// A text's bytes as they stand in the document, and what it takes to make text of them.
private struct RawText {
  let bytes: ArraySlice<UInt8>
  let hasEscapes: Bool
  let isASCII: Bool

  func text() throws(JSONFailure) -> String {
    // Decoding cannot fail for ASCII, and is several times as fast as validating.
    if isASCII, !hasEscapes { return String(decoding: bytes, as: UTF8.self) }
    let bytes = hasEscapes ? try unescaped(bytes)[...] : bytes
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw JSONFailure(message: "not valid UTF-8")
    }
    return text
  }
}

/// A member's name, compared without making text of it.
struct JSONKey {
  fileprivate let raw: RawText

  /// The name, where it is data and not known beforehand.
  func text() throws(JSONFailure) -> String { try raw.text() }

  static func ~= (name: String, key: JSONKey) -> Bool {
    let wanted = name.utf8.span
    let bytes = key.raw.bytes
    guard wanted.count == bytes.count else { return false }
    for index in wanted.indices where wanted[index] != bytes[bytes.startIndex + index] { return false }
    return true
  }

  /// For a message: AWS's names are short and plain, and any other is not repeated.
  fileprivate var printable: String {
    let isPlain = raw.bytes.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "_") }
    return isPlain && raw.bytes.count <= 64 ? String(decoding: raw.bytes, as: UTF8.self) : "…"
  }
}

/// A place in a JSON document. Every method reads the value that begins there and moves behind it.
struct JSONReader {
  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  private static let depthLimit = 64

  /// Reads a whole document with `body`, and sees that nothing follows it.
  static func read<Value>(
    _ bytes: [UInt8], _ body: (inout JSONReader) throws(JSONFailure) -> Value
  ) throws(JSONFailure) -> Value {
    var reader = JSONReader(bytes: bytes)
    let value = try body(&reader)
    reader.skipSpace()
    guard reader.index == bytes.count else { throw JSONFailure(message: "text after the document") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Containers

  /// An object: `member` is called for each member and must read its value, or `skip` it.
  mutating func object(
    _ member: (JSONKey, inout JSONReader) throws(JSONFailure) -> Void
  ) throws(JSONFailure) {
    try enter(UInt8(ascii: "{"), "an object")
    defer { depth -= 1 }
    if take(UInt8(ascii: "}")) { return }
    repeat {
      let key = JSONKey(raw: try rawText())
      guard take(UInt8(ascii: ":")) else { throw JSONFailure(message: "not JSON: a colon is missing") }
      do {
        try member(key, &self)
      } catch {
        throw error.inside(.member(key.printable))
      }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw JSONFailure(message: "not JSON: an object is not closed") }
  }

  /// An array: `element` is called at each element and must read it.
  mutating func array(_ element: (inout JSONReader) throws(JSONFailure) -> Void) throws(JSONFailure) {
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
    guard take(UInt8(ascii: "]")) else { throw JSONFailure(message: "not JSON: an array is not closed") }
  }

  /// The elements of an array, each as `element` reads it.
  mutating func list<Value>(
    _ element: (inout JSONReader) throws(JSONFailure) -> Value
  ) throws(JSONFailure) -> [Value] {
    var values: [Value] = []
    try array { (json) throws(JSONFailure) in values.append(try element(&json)) }
    return values
  }

  private mutating func enter(_ bracket: UInt8, _ kind: String) throws(JSONFailure) {
    guard take(bracket) else { throw JSONFailure(message: "not \(kind)") }
    guard depth < Self.depthLimit else { throw JSONFailure(message: "nested too deep") }
    depth += 1
  }

  // MARK: Values

  /// The value that `read` reads, or nil for `null`.
  mutating func optional<Value>(
    _ read: (inout JSONReader) throws(JSONFailure) -> Value
  ) throws(JSONFailure) -> Value? {
    guard takeWord("null") else { return try read(&self) }
    return nil
  }

  mutating func string() throws(JSONFailure) -> String { try rawText().text() }

  mutating func integer() throws(JSONFailure) -> Int64 {
    guard let value = Int64(try numberText()) else { throw JSONFailure(message: "not an integer") }
    return value
  }

  mutating func time() throws(JSONFailure) -> WireTime {
    guard let seconds = Double(try numberText()), let time = WireTime(seconds: seconds) else {
      throw JSONFailure(message: "not a time")
    }
    return time
  }

  /// Passes over a value of any kind.
  mutating func skip() throws(JSONFailure) {
    skipSpace()
    switch index < bytes.count ? bytes[index] : 0 {
    case UInt8(ascii: "\""): _ = try rawText()
    case UInt8(ascii: "{"): try object { (_, json) throws(JSONFailure) in try json.skip() }
    case UInt8(ascii: "["): try array { json throws(JSONFailure) in try json.skip() }
    case UInt8(ascii: "t") where takeWord("true"): break
    case UInt8(ascii: "f") where takeWord("false"): break
    case UInt8(ascii: "n") where takeWord("null"): break
    default: _ = try numberText()
    }
  }

  // MARK: Tokens

  /// What is between the quotes, escapes and all.
  private mutating func rawText() throws(JSONFailure) -> RawText {
    guard take(UInt8(ascii: "\"")) else { throw JSONFailure(message: "not text") }
    let start = index
    var hasEscapes = false
    var union: UInt8 = 0
    while index < bytes.count {
      let byte = bytes[index]
      union |= byte
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return RawText(bytes: bytes[start..<index - 1], hasEscapes: hasEscapes, isASCII: union < 0x80)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        index += 2
      case 0..<0x20: throw JSONFailure(message: "not JSON: a control character")
      default: index += 1
      }
    }
    throw JSONFailure(message: "not JSON: text is not closed")
  }

  private mutating func numberText() throws(JSONFailure) -> Substring {
    skipSpace()
    let start = index
    while index < bytes.count, Self.isNumberByte(bytes[index]) { index += 1 }
    guard start < index, bytes[start] != UInt8(ascii: "+"), bytes[start] != UInt8(ascii: ".") else {
      throw JSONFailure(message: "not a number")
    }
    return Substring(decoding: bytes[start..<index], as: UTF8.self)
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
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
    default: throw JSONFailure(message: "not JSON: an unknown escape")
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
  else { throw JSONFailure(message: "not JSON: half a surrogate pair") }
  let second = try codeUnit(&rest)
  guard UTF16.isTrailSurrogate(second) else {
    throw JSONFailure(message: "not JSON: half a surrogate pair")
  }
  return UTF16.decode(UTF16.EncodedScalar([unit, second]))
}

private func codeUnit(_ rest: inout ArraySlice<UInt8>) throws(JSONFailure) -> UInt16 {
  let digits = rest.prefix(4)
  rest = rest.dropFirst(4)
  let text = String(decoding: digits, as: UTF8.self)
  guard digits.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
    throw JSONFailure(message: "not JSON: an unknown escape")
  }
  return unit
}
