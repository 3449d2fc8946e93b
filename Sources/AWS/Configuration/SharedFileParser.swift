// SPDX-License-Identifier: Apache-2.0
// Reads the INI dialect of ~/.aws/config and ~/.aws/credentials as the AWS command line does: `#` and `;` start
// a comment only at the start of a line, a deeper indented line continues the value above it, and a value that
// is empty before such lines is a block of its own. Unlike it, sections given twice are merged, as the other
// AWS tools do. A message never quotes a line: it may hold a secret key.

/// Turns the text of one shared file into its sections.
struct SharedFileParser {
  private let path: String
  private var sections: [[String]: Section] = [:]
  private var currentWords: [String]?
  private var currentKey: String?
  /// How far the line that began `currentKey` is indented; only deeper lines continue it.
  private var indentation = 0

  private init(path: String) { self.path = path }

  /// The sections of `text` by the words of their headers. `path` is for messages.
  static func sections(of text: String, path: String) throws(ConfigurationFailure) -> [[String]: Section] {
    var parser = Self(path: path)
    let withoutMark = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    let lines = withoutMark.split(omittingEmptySubsequences: false) {
      $0 == "\n" || $0 == "\r\n" || $0 == "\r"
    }
    for (index, line) in lines.enumerated() {
      try parser.read(line, at: Origin(path: path, line: index + 1))
    }
    return parser.sections
  }

  private mutating func read(_ line: Substring, at origin: Origin) throws(ConfigurationFailure) {
    let content = trimmed(line)
    guard let first = content.first, first != "#", first != ";" else { return }
    let depth = line.prefix { $0.isWhitespace }.count
    if let words = currentWords, let key = currentKey, depth > indentation {
      return try continueValue(of: key, in: words, with: content, at: origin)
    }
    indentation = depth
    if first == "[" {
      try openSection(content, at: origin)
    } else {
      try addSetting(content, at: origin)
    }
  }

  private mutating func openSection(_ content: Substring, at origin: Origin) throws(ConfigurationFailure) {
    guard let end = content.lastIndex(of: "]") else {
      throw ConfigurationFailure("\(origin): the section header has no closing bracket; write [NAME]")
    }
    let rest = trimmed(content[content.index(after: end)...])
    guard rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix(";") else {
      throw ConfigurationFailure("\(origin): text after the section header; put it on a line of its own")
    }
    guard let words = shellWords(content[content.index(after: content.startIndex)..<end]), !words.isEmpty
    else {
      throw ConfigurationFailure("\(origin): the section has no name or an open quote; write [NAME]")
    }
    sections[words] = sections[words] ?? Section(words: words, origin: origin, settings: [:])
    (currentWords, currentKey) = (words, nil)
  }

  private mutating func addSetting(_ content: Substring, at origin: Origin) throws(ConfigurationFailure) {
    guard let words = currentWords else {
      throw ConfigurationFailure("\(origin): a setting before any section; start the file with [default]")
    }
    guard let (key, value) = keyAndValue(content, separatedBy: ["=", ":"]) else {
      throw ConfigurationFailure("\(origin): neither a section nor a setting; write KEY = VALUE")
    }
    sections[words]?.settings[key] = Setting(text: value, block: [:], origin: origin)
    currentKey = key
  }

  private mutating func continueValue(
    of key: String, in words: [String], with content: Substring, at origin: Origin
  ) throws(ConfigurationFailure) {
    // In place: a copy for every line would make a file of one long value cost the square of its size.
    guard sections[words]?.settings[key]?.text.isEmpty == true else {
      sections[words]?.settings[key]?.text.append("\n" + content)
      return
    }
    guard let (inner, value) = keyAndValue(content, separatedBy: ["="]) else {
      throw ConfigurationFailure(
        "\(origin): the lines below \"\(key) =\" have to be KEY = VALUE; or write its value on the same line")
    }
    sections[words]?.settings[key]?.block[inner] = value
  }

  /// Keys are compared without regard to case.
  private func keyAndValue(
    _ content: Substring, separatedBy separators: Set<Character>
  ) -> (key: String, value: String)? {
    guard let separator = content.firstIndex(where: separators.contains) else { return nil }
    let key = trimmed(content[..<separator]).lowercased()
    return key.isEmpty ? nil : (key, String(trimmed(content[content.index(after: separator)...])))
  }
}

/// The text without the white space at both ends.
func trimmed(_ text: Substring) -> Substring {
  var rest = text.drop { $0.isWhitespace }
  while let last = rest.last, last.isWhitespace { rest.removeLast() }
  return rest
}
