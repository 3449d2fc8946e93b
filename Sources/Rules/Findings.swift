// SPDX-License-Identifier: Apache-2.0

internal import Core

/// Collects mistakes while files are read, so that all of them can be told at once.
struct Findings {
  private(set) var all: [Diagnostic] = []
  private(set) var omitted = 0
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

/// "; did you mean 'x'?" for the known word that is nearest, where one is near.
func suggestion(for word: String, among known: [String]) -> String {
  guard let nearest = nearest(to: word, among: known) else {
    return "; known here: \(known.joined(separator: ", "))"
  }
  return "; did you mean '\(nearest)'?"
}

/// The known word that is nearest; nil where none is near.
func nearest(to word: String, among known: [String]) -> String? {
  let nearest = known.map { (distance: editDistance(word, $0), word: $0) }.min { $0 < $1 }
  guard let nearest, nearest.distance <= max(1, nearest.word.count / 3) else { return nil }
  return nearest.word
}

/// Insertions, deletions, replacements and swaps of neighbours between two words; long words count as far apart.
private func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left.unicodeScalars.prefix(64)), Array(right.unicodeScalars.prefix(64)))
  var rows = [Array(0...right.count)]
  for (i, a) in left.enumerated() {
    var row = [i + 1]
    for (j, b) in right.enumerated() {
      var best = min(rows[i][j] + (a == b ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
