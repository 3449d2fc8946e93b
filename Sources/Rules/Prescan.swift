// SPDX-License-Identifier: Apache-2.0
// A look at the text before YAML's parser sees it. What rules never need and what makes YAML dangerous is refused here, at its
// place: anchors and aliases (which can blow up a few lines to gigabytes), tags, block text, tabs, and nesting without end.

/// Walks over the text once, aware of quotes and comments.
struct Prescan {
  private static let deepest = 20

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var mark = Mark(line: 1, column: 1)
  private var depth = 0
  /// True where a value may begin: nothing but white space and indicators has come since the last one ended.
  private var isAtStart = true
  private var dashes = 0

  private init(_ text: String) { scalars = Array(text.unicodeScalars) }

  static func check(_ text: String, _ findings: inout Findings) {
    var scan = Prescan(text)
    scan.run(&findings)
  }

  private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    index + offset < scalars.count ? scalars[index + offset] : nil
  }

  private mutating func advance() {
    mark = scalars[index] == "\n" ? Mark(line: mark.line + 1, column: 1) : mark.advanced(by: 1)
    index += 1
  }

  private func isSpace(_ scalar: Unicode.Scalar?) -> Bool {
    scalar == nil || scalar == " " || scalar == "\n" || scalar == "\r" || scalar == "\t"
  }

  private mutating func run(_ findings: inout Findings) {
    while let scalar = peek() {
      let wasAtStart = isAtStart
      switch scalar {
      case "\n":
        isAtStart = true
        dashes = 0
      case "\t":
        findings.add("a tab; use spaces", at: mark)
        skipLine()
        continue
      case " ", "\r": break
      case "#" where index == 0 || isSpace(scalars[index - 1]):
        skipLine()
        continue
      case "-" where wasAtStart && isSpace(peek(1)), "?" where wasAtStart && isSpace(peek(1)):
        dashes += 1
        if dashes + depth > Self.deepest { return tooDeep(&findings) }
      case "[", "{":
        // Inside plain text they are text: `{env}-x` after its first character.
        if wasAtStart || depth > 0 {
          depth += 1
          isAtStart = true
          if depth + dashes > Self.deepest { return tooDeep(&findings) }
        }
      case "]", "}": depth = max(0, depth - 1)
      case ",": isAtStart = depth > 0 || wasAtStart
      case ":" where isSpace(peek(1)): isAtStart = true
      case "\"", "'":
        guard wasAtStart else { break }
        isAtStart = false
        skipQuoted(scalar)
        continue
      case "&" where wasAtStart:
        findings.add("anchors are not allowed; write the value where it is used, or quote it", at: mark)
        isAtStart = false
      case "*" where wasAtStart:
        findings.add("a value that begins with '*' must be quoted: in YAML it is an alias", at: mark)
        isAtStart = false
      case "!" where wasAtStart:
        findings.add("tags are not allowed; remove it, or quote the value", at: mark)
        isAtStart = false
      case "|" where wasAtStart, ">" where wasAtStart:
        findings.add("block text is not allowed; write the value on one line", at: mark)
        isAtStart = false
      default: isAtStart = false
      }
      advance()
    }
  }

  private func tooDeep(_ findings: inout Findings) {
    findings.add("nested more than \(Self.deepest) levels deep; rules need no more than five", at: mark)
  }

  private mutating func skipLine() {
    while let scalar = peek(), scalar != "\n" { advance() }
  }

  private mutating func skipQuoted(_ quote: Unicode.Scalar) {
    advance()
    while let scalar = peek() {
      advance()
      if scalar == "\\", quote == "\"", peek() != nil { advance() }
      guard scalar == quote else { continue }
      guard quote == "'", peek() == "'" else { return }
      advance()
    }
  }
}
