// SPDX-License-Identifier: Apache-2.0
// The little XML that query services answer with: elements and text. There is no document type, so no entity
// but the five of XML itself, and every document ends within a limit of size and depth.

/// An element of an XML document.
struct XMLTree: Sendable, Hashable {
  /// The name without a namespace's prefix.
  var name: String
  /// All its own text; that of its children is theirs.
  var text = ""
  /// The elements inside, in order.
  var children: [XMLTree] = []

  /// The first child of that name.
  func child(_ name: String) -> XMLTree? { children.first { $0.name == name } }

  /// The first descendant at the end of a path of names.
  func descendant(_ path: String...) -> XMLTree? {
    path.reduce(self as XMLTree?) { element, name in element?.child(name) }
  }
}

/// Why a text is not XML as query services write it.
struct XMLFailure: Error, Hashable {
  let message: String
}

extension XMLTree {
  /// Reads a whole document.
  init(_ bytes: [UInt8], sizeLimit: Int) throws(XMLFailure) {
    guard bytes.count <= sizeLimit else { throw XMLFailure(message: "larger than \(sizeLimit) bytes") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw XMLFailure(message: "not valid UTF-8")
    }
    var reader = XMLReader(bytes: Array(text.utf8))
    self = try reader.document()
  }
}

/// Reads from the first byte to the last, once.
private struct XMLReader {
  let bytes: [UInt8]
  var index = 0

  private static let depthLimit = 32

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(XMLFailure) -> XMLTree {
    if starts("\u{FEFF}") { index += 3 }
    try skipMisc()
    guard peek == UInt8(ascii: "<") else { throw failure("no element") }
    let root = try element(depth: 0)
    try skipMisc()
    guard index == bytes.count else { throw failure("text after the document") }
    return root
  }

  // MARK: Elements

  private mutating func element(depth: Int) throws(XMLFailure) -> XMLTree {
    guard depth < Self.depthLimit else { throw failure("nested too deep") }
    index += 1
    let name = try self.name()
    var element = XMLTree(name: Self.local(name))
    if try endOfStartTag() { return element }
    var text: [UInt8] = []
    while true {
      guard let byte = peek else { throw failure("<\(element.name)> is not closed") }
      if byte != UInt8(ascii: "<") {
        try appendCharacter(to: &text)
      } else if starts("</") {
        index += 2
        guard try self.name() == name else { throw failure("<\(element.name)> is closed by another name") }
        skipSpace()
        try expect(">")
        element.text = String(decoding: text, as: UTF8.self)
        return element
      } else if starts("<![CDATA[") {
        text += try section(from: "<![CDATA[", to: "]]>")
      } else if try !skipComment() {
        element.children.append(try self.element(depth: depth + 1))
      }
    }
  }

  /// Passes over the attributes, of which none is needed. True for an element without content.
  private mutating func endOfStartTag() throws(XMLFailure) -> Bool {
    while true {
      skipSpace()
      if starts("/>") {
        index += 2
        return true
      }
      if peek == UInt8(ascii: ">") {
        index += 1
        return false
      }
      _ = try name()
      skipSpace()
      try expect("=")
      skipSpace()
      guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
        throw failure("an attribute without quotes")
      }
      index += 1
      guard let end = bytes[index...].firstIndex(of: quote) else { throw failure("an unclosed attribute") }
      index = end + 1
    }
  }

  private mutating func name() throws(XMLFailure) -> ArraySlice<UInt8> {
    let start = index
    while let byte = peek, Self.isNameByte(byte) { index += 1 }
    guard index > start else { throw failure("a name is missing") }
    return bytes[start..<index]
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x3A).contains(byte) || byte >= 0x80
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  private static func local(_ name: ArraySlice<UInt8>) -> String {
    let start = name.lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? name.startIndex
    return String(decoding: name[start...], as: UTF8.self)
  }

  // MARK: Text

  private mutating func appendCharacter(to text: inout [UInt8]) throws(XMLFailure) {
    guard bytes[index] == UInt8(ascii: "&") else {
      text.append(bytes[index])
      index += 1
      return
    }
    guard let end = bytes[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
      throw failure("a bare &")
    }
    let reference = String(decoding: bytes[index + 1..<end], as: UTF8.self)
    index = end + 1
    guard let scalar = Self.scalar(reference) else { throw failure("an unknown reference") }
    text += Array(String(Character(scalar)).utf8)
  }

  private static func scalar(_ reference: String) -> Unicode.Scalar? {
    switch reference {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard reference.hasPrefix("#"), !reference.contains("+"), !reference.contains("-") else { return nil }
      let isHex = reference.hasPrefix("#x")
      let number = UInt32(reference.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10)
      return number.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
    }
  }

  // MARK: What is passed over

  /// White space, comments and instructions outside the root element. A document type is refused here: it
  /// is no element's name.
  private mutating func skipMisc() throws(XMLFailure) {
    repeat { skipSpace() } while try skipComment()
  }

  /// True where there was a comment or an instruction.
  private mutating func skipComment() throws(XMLFailure) -> Bool {
    if starts("<!--") {
      _ = try section(from: "<!--", to: "-->")
    } else if starts("<?") {
      _ = try section(from: "<?", to: "?>")
    } else {
      return false
    }
    return true
  }

  private mutating func section(from start: String, to end: String) throws(XMLFailure) -> ArraySlice<UInt8> {
    index += start.utf8.count
    let first = index
    while index < bytes.count {
      if starts(end) {
        defer { index += end.utf8.count }
        return bytes[first..<index]
      }
      index += 1
    }
    throw failure("\(start) is not closed")
  }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  // MARK: Bytes

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func starts(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

  private mutating func expect(_ character: Unicode.Scalar) throws(XMLFailure) {
    guard let byte = peek, byte == UInt8(ascii: character) else { throw failure("\(character) is missing") }
    index += 1
  }

  private func failure(_ message: String) -> XMLFailure {
    XMLFailure(message: "byte \(index): \(message)")
  }
}
