// SPDX-License-Identifier: Apache-2.0

internal import Core

/// Collects mistakes while files are read, so that all of them can be told at once.
struct Findings {
  private(set) var all: [Diagnostic] = []
  private(set) var omitted = 0
  private var spelling = Spelling()
  var file = ""

  var isEmpty: Bool { all.isEmpty }

  mutating func add(_ message: String, at mark: Mark) {
    guard all.count < Limits.diagnostics else {
      omitted += 1
      return
    }
    all.append(Diagnostic(file: file, line: mark.line, column: mark.column, message: message))
  }

  /// A mistake that concerns the whole file.
  mutating func add(_ message: String) { add(message, at: Mark(line: 1, column: 1)) }

  /// "; did you mean 'x'?" for the known word that is nearest, where one is near; else what is known.
  mutating func suggestion(for word: String, among known: [String]) -> String {
    if let nearest = spelling.nearest(to: word, among: known) { return "; did you mean '\(nearest)'?" }
    guard known.count <= Limits.namesPerDiagnostic else {
      return "; it is none of the \(known.count) that are known here"
    }
    return "; known here: \(known.map { String($0.prefix(64)) }.joined(separator: ", "))"
  }

  /// In the order of the files, and in each file from its beginning to its end.
  var diagnostics: Diagnostics {
    var files: [String] = []
    for finding in all where !files.contains(finding.file) { files.append(finding.file) }
    let sorted = files.flatMap { file in
      all.filter { $0.file == file }.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }
    return Diagnostics(all: sorted, omitted: omitted)
  }
}

/// A place in a file, both from 1; columns count Unicode scalars.
struct Mark: Hashable {
  var line: Int
  var column: Int

  func advanced(by scalars: Int) -> Mark { Mark(line: line, column: column + scalars) }
}
