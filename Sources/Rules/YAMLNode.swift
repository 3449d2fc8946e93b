// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Yams

/// A node of a YAML document, with its place.
struct YAMLNode {
  indirect enum Content {
    /// Text as it is meant, and whether it was quoted: only then is `7` text.
    case scalar(String, isQuoted: Bool)
    case list([YAMLNode])
    case map([(key: YAMLNode, value: YAMLNode)])
  }

  var content: Content
  var mark: Mark

  /// Reads the one document of a file; nil where there is none or where it cannot be read, which is then found.
  static func read(_ file: SourceFile, _ findings: inout Findings) -> YAMLNode? {
    guard file.bytes.count <= Limits.ruleFileBytes else {
      findings.add("larger than \(Limits.ruleFileBytes >> 20) MiB; split it into several files")
      return nil
    }
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      findings.add(
        "not UTF-8 from here on; save the file as UTF-8", at: firstInvalid(file.bytes))
      return nil
    }
    guard !file.bytes.contains(0) else {
      findings.add("a binary file, with NUL bytes in it; rules and settings are YAML text")
      return nil
    }
    let before = findings.all.count
    Prescan.check(text, &findings)
    guard findings.all.count == before else { return nil }
    do {
      // What a scalar is, its reader decides: the parser needs none of its regular expressions.
      let parser = try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8)
      guard let root = try parser.singleRoot() else { return nil }
      return YAMLNode(root)
    } catch {
      report(error, &findings)
      return nil
    }
  }

  private init(_ node: Node) {
    mark = Mark(line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
    switch node {
    case .scalar(let scalar):
      content = .scalar(
        scalar.string, isQuoted: scalar.style == .singleQuoted || scalar.style == .doubleQuoted)
    case .sequence(let sequence): content = .list(sequence.map(YAMLNode.init))
    case .mapping(let mapping):
      content = .map(mapping.map { (YAMLNode($0.key), YAMLNode($0.value)) })
    case .alias: content = .scalar("", isQuoted: false)
    }
  }

  /// What the node is, for a message about what it should be.
  var kind: String {
    switch content {
    case .scalar(let text, let isQuoted):
      isQuoted ? "text" : text.isEmpty || text == "~" || text == "null" ? "nothing" : "'\(text.prefix(40))'"
    case .list: "a list"
    case .map: "a mapping"
    }
  }

  private static func report(_ error: any Error, _ findings: inout Findings) {
    guard let error = error as? YamlError else {
      findings.add("cannot be read: \(error)")
      return
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      findings.add("not YAML: \(problem); check indentation, quotes and brackets here", at: Mark(mark))
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      findings.add("\(names) given more than once in this mapping; keep one", at: Mark(context.mark))
    case .reader(let problem, _, _, _): findings.add("not YAML: \(problem)")
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      findings.add("cannot be read: \(error)")
    }
  }

  /// Where the first bytes are that are no character.
  private static func firstInvalid(_ bytes: [UInt8]) -> Mark {
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var mark = Mark(line: 1, column: 1)
    while case .valid(let scalar) = parser.parseScalar(from: &rest) {
      if scalar.elementsEqual([UInt8(ascii: "\n")]) {
        mark = Mark(line: mark.line + 1, column: 1)
      } else {
        mark.column += 1
      }
    }
    return mark
  }
}

extension Mark {
  fileprivate init(_ mark: Yams.Mark) { self.init(line: mark.line, column: mark.column) }
}
