// SPDX-License-Identifier: Apache-2.0
// JSON as records and requests need it: an object keeps the order of its keys, which Foundation's encoder does not, and numbers keep their
// digits. The canonical form is RFC 8785 (JCS), so that anybody can re-compute a record's hash in any language.

/// One JSON value.
public enum JSONValue: Hashable, Sendable {
  /// The literal `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number, as its digits.
  case number(String)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object, in the order of its members.
  case object([Member])

  /// One key and value of an object.
  public struct Member: Hashable, Sendable {
    /// The key.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// A member with both its parts.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The member of that key; nil where there is none, or where this is no object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The text of a string.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a whole number.
  public var integer: Int64? {
    guard case .number(let digits) = self else { return nil }
    return Int64(digits)
  }

  /// The elements of an array; none where this is no array.
  public var elements: [JSONValue] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// Reads a whole document. A key that is there twice is an error: two readers would take it for two different things.
  public init(reading text: some Sequence<UInt8>) throws(JSONFailure) {
    self = try JSONReader.read(Array(text)) { (json) throws(JSONFailure) in try Self.read(&json) }
  }

  private static func read(_ json: inout JSONReader) throws(JSONFailure) -> JSONValue {
    switch json.kind() {
    case .object:
      var members: [Member] = []
      try json.object { (key, json) throws(JSONFailure) in
        let name = try key.text()
        guard !members.contains(where: { $0.key == name }) else { throw JSONFailure("there twice") }
        members.append(Member(name, try read(&json)))
      }
      return .object(members)
    case .array:
      var elements: [JSONValue] = []
      try json.array { (json) throws(JSONFailure) in elements.append(try read(&json)) }
      return .array(elements)
    case .string: return .string(try json.string())
    case .bool: return .bool(try json.bool())
    case .null where json.takeNull(): return .null
    case .null, .number, nil:
      let digits = String(try json.number())
      guard Double(digits)?.isFinite == true else { throw JSONFailure("not a number") }
      return .number(digits)
    }
  }

  /// On one line, without spaces, in the order of the keys as they are. Whatever could end a line or steer a terminal is written
  /// as an escape.
  public var line: String {
    let text = String(decoding: bytes(sorted: false), as: UTF8.self)
    guard !text.utf8.allSatisfy({ $0 < 0x7F }) else { return text }
    return text.unicodeScalars.reduce(into: "") { line, scalar in
      if Self.isHazard(scalar) {
        line +=
          "\\u" + String(repeating: "0", count: scalar.value < 0x100 ? 2 : 0)
          + String(scalar.value, radix: 16)
      } else {
        line.unicodeScalars.append(scalar)
      }
    }
  }

  /// RFC 8785: sorted keys, and no escape that is not needed.
  public var canonical: [UInt8] { bytes(sorted: true) }

  /// Control characters beyond ASCII's first, separators of lines, and what turns the direction of text around.
  private static func isHazard(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private func bytes(sorted: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    write(into: &bytes, sorted: sorted)
    return bytes
  }

  private func write(into bytes: inout [UInt8], sorted: Bool) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let digits): bytes += digits.utf8
    case .string(let text): Self.write(text, into: &bytes)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(into: &bytes, sorted: sorted)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      let members = sorted ? members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) } : members
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.write(member.key, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(into: &bytes, sorted: sorted)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    // Nearly all of it is written as it is, and taken over whole.
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
    else {
      bytes += text.utf8
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case 0x08: bytes += #"\b"#.utf8
      case 0x09: bytes += #"\t"#.utf8
      case 0x0A: bytes += #"\n"#.utf8
      case 0x0C: bytes += #"\f"#.utf8
      case 0x0D: bytes += #"\r"#.utf8
      case ..<0x20:
        let digits = String(byte, radix: 16)
        bytes += #"\u00"#.utf8
        bytes += (digits.utf8.count == 1 ? "0" + digits : digits).utf8
      default: bytes.append(byte)
      }
    }
  }
}

// So that a request is written down as it is sent.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }

  /// A whole number.
  public init(integerLiteral value: Int) { self = .number(String(value)) }

  /// True or false.
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// An object; a member whose value is nil is left out.
  public init(dictionaryLiteral elements: (String, JSONValue?)...) {
    self = .object(elements.compactMap { key, value in value.map { Member(key, $0) } })
  }

  /// An array of strings.
  public static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
