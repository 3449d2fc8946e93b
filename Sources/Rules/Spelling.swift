// SPDX-License-Identifier: Apache-2.0

internal import Core

/// Finds the word that somebody meant. It makes so many comparisons and no more, so that a file of nothing but
/// mistakes is read as fast as another.
struct Spelling {
  private var comparisonsLeft = Limits.spellingComparisons

  /// The known word that is nearest; nil where none is near, or there were too many to compare.
  mutating func nearest(to word: String, among known: [String]) -> String? {
    guard known.count <= comparisonsLeft else { return nil }
    comparisonsLeft -= known.count
    let nearest = known.map { (distance: Self.distance(word, $0), word: $0) }.min { $0 < $1 }
    guard let nearest, nearest.distance <= max(1, nearest.word.count / 3), nearest.distance < word.count
    else {
      return nil
    }
    return nearest.word
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two words; long words count as far apart.
  private static func distance(_ left: String, _ right: String) -> Int {
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
}
