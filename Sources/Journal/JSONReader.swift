// SPDX-License-Identifier: Apache-2.0

/// Reads JSON of any origin: a journal may have been written by anybody, and `history verify` must not trust it.
struct JSONReader {
  /// What is wrong with the text.
  struct Malformed: Error {}

  private static let deepest = 32
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func read(_ text: some Sequence<UInt8>) throws(Malformed) -> JSONValue {
    var reader = JSONReader(Array(text))
    let value = try reader.value()
    guard reader.position == reader.bytes.count else { throw Malformed() }
    return value
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  private mutating func value() throws(Malformed) -> JSONValue {
    skipSpace()
    defer { skipSpace() }
    switch next {
    case UInt8(ascii: "{"): return try nested { reader throws(Malformed) in try reader.object() }
    case UInt8(ascii: "["): return try nested { reader throws(Malformed) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(Malformed) -> JSONValue
  ) throws(Malformed) -> JSONValue {
    depth += 1
    guard depth <= Self.deepest else { throw Malformed() }
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  private mutating func object() throws(Malformed) -> JSONValue {
    var members: [JSONValue.Member] = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      let key = try string()
      guard !members.contains(where: { $0.key == key }) else { throw Malformed() }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw Malformed() }
      members.append(JSONValue.Member(key, try value()))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw Malformed() }
    return .object(members)
  }

  private mutating func array() throws(Malformed) -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw Malformed() }
    return .array(elements)
  }

  private mutating func literal(_ text: String, _ value: JSONValue) throws(Malformed) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw Malformed() }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws(Malformed) -> JSONValue {
    let start = position
    while let byte = next, "0123456789+-.eE".utf8.contains(byte) { position += 1 }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    guard Double(digits)?.isFinite == true, digits.utf8.first != UInt8(ascii: "+") else { throw Malformed() }
    return .number(digits)
  }

  private mutating func string() throws(Malformed) -> String {
    guard take(UInt8(ascii: "\"")) else { throw Malformed() }
    var text: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      position += 1
      guard byte >= 0x20 else { throw Malformed() }
      if byte == UInt8(ascii: "\\") { text += String(try escape()).utf8 } else { text.append(byte) }
    }
    guard take(UInt8(ascii: "\"")), let valid = String(validating: text, as: UTF8.self) else {
      throw Malformed()
    }
    return valid
  }

  private mutating func escape() throws(Malformed) -> Unicode.Scalar {
    guard let byte = next else { throw Malformed() }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try codeUnit()
      guard 0xD800..<0xDC00 ~= high else {
        guard let scalar = Unicode.Scalar(high) else { throw Malformed() }
        return scalar
      }
      guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw Malformed() }
      let low = try codeUnit()
      guard 0xDC00..<0xE000 ~= low,
        let scalar = Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + UInt32(low) - 0xDC00)
      else { throw Malformed() }
      return scalar
    default: throw Malformed()
    }
  }

  private mutating func codeUnit() throws(Malformed) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw Malformed()
    }
    position += 4
    return unit
  }
}
