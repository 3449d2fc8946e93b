// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The text in one line that says what it seems to say: characters that move the cursor, end a line, change a
  /// terminal's state or turn the direction of writing are written out, as `\n` or `\u{1b}`.
  public var printable: String {
    // Nearly all of it is plain ASCII, and to look each character up takes ten times as long.
    if utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return self }
    guard unicodeScalars.contains(where: \.isDeceptive) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      guard scalar.isDeceptive else { return text.unicodeScalars.append(scalar) }
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default: text += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isDeceptive: Bool {
    switch properties.generalCategory {
    // C0, DEL and C1; line and paragraph separators; directions, joiners and other invisible marks.
    case .control, .lineSeparator, .paragraphSeparator, .format: true
    default: false
    }
  }
}
