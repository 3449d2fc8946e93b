// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where tables are printed: how wide, and whether in colour.
struct Sheet {
  /// Columns; nil where nothing is cut.
  let width: Int?
  let isColoured: Bool

  /// Standard output as it is: cut to a terminal's width and coloured there, whole and plain elsewhere.
  static var standardOutput: Sheet {
    Sheet(
      width: Terminal.width,
      isColoured: Terminal.isStandardOutput && (ProcessEnvironment["NO_COLOR"] ?? "").isEmpty)
  }

  func coloured(_ line: String, _ colour: Colour?) -> String {
    guard isColoured, let colour else { return line }
    return "\u{1b}[\(colour.rawValue)m\(line)\u{1b}[0m"
  }

  func cut(_ line: String) -> String {
    guard let width, line.columns > width else { return line }
    return line.prefix(max(1, width - 1)) + "…"
  }
}

extension String {
  /// How many columns of a terminal it takes.
  fileprivate var columns: Int {
    // Thousands of cells are plain ASCII, and to find where each character ends takes ten times as long.
    utf8.allSatisfy { $0 < 0x80 } ? utf8.count : count
  }
}

/// Colours by what they are for, as terminals number them.
enum Colour: Int {
  case heading = 1
  case bad = 31
  case good = 32
  case waiting = 33
}

/// Rows under a heading. One column of names gives way where there is little room, and is cut in the middle; what is left is cut at
/// the end of the line.
struct TextTable {
  private let heading: [String]
  private let minimum: [Int]
  private let names: Int
  private var rows: [(cells: [String], colour: Colour?)] = []

  /// A table of these columns. `names` is the one that gives way; the last is as wide as the line lets it be.
  init(_ heading: [String], minimum: [Int] = [], names: Int) {
    self.heading = heading
    self.minimum = minimum + Array(repeating: 0, count: heading.count - minimum.count)
    self.names = names
  }

  mutating func add(_ cells: [String], _ colour: Colour?) { rows.append((cells, colour)) }

  var isEmpty: Bool { rows.isEmpty }

  func lines(on sheet: Sheet) -> [String] {
    var widths = heading.indices.map { (column) -> Int in
      // The last one is as wide as it is.
      guard column < heading.count - 1 else { return 0 }
      return max(minimum[column], heading[column].columns, rows.map { $0.cells[column].columns }.max() ?? 0)
    }
    if let width = sheet.width {
      widths[names] = max(heading[names].columns, min(widths[names], max(20, width * 2 / 5)))
    }
    return [sheet.cut(line(heading, widths))]
      + rows.map { sheet.coloured(sheet.cut(line($0.cells, widths)), $0.colour) }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let cell = column == names ? Self.cutInTheMiddle(cell, to: widths[column]) : cell
      let padding = column == cells.count - 1 ? 0 : widths[column] - cell.columns + 2
      line += cell + String(repeating: " ", count: max(0, padding))
    }
    while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
    return line
  }

  /// Names are told apart by their beginnings and their ends.
  private static func cutInTheMiddle(_ text: String, to width: Int) -> String {
    guard text.columns > width else { return text }
    let head = (width - 1) / 2
    return text.prefix(head) + "…" + text.suffix(width - 1 - head)
  }
}
