// SPDX-License-Identifier: Apache-2.0
// The texts of windows and freezes: days, times of day and dates, each read with every mistake at its place.

internal import Core

/// A mistake in a text, and where it begins, in UTF-8 bytes.
struct TextMistake: Error, Hashable {
  let message: String
  let offset: Int
}

/// A part of a text that knows where in it it is.
struct Piece {
  let text: Substring
  let offset: Int

  init(_ text: Substring, offset: Int) {
    self.text = text
    self.offset = offset
  }

  init(_ text: String) { self.init(text[...], offset: 0) }

  /// The parts between separators, empty ones too.
  func split(at separator: String) -> [Piece] {
    var offset = offset
    return text.split(separator: separator, omittingEmptySubsequences: false).map { part in
      defer { offset += part.utf8.count + separator.utf8.count }
      return Piece(part, offset: offset)
    }
  }

  /// The parts between spaces.
  var words: [Piece] { split(at: " ").filter { !$0.text.isEmpty } }

  /// For a message: what a person would recognize it by.
  var quoted: String { "'\(text.prefix(40))'" }

  func mistake(_ message: String) -> TextMistake { TextMistake(message: message, offset: offset) }
}

extension Weekdays {
  /// Reads `Mon..Fri,Sun`; a range may go over the end of the week.
  static func read(_ piece: Piece, _ mistakes: inout [TextMistake]) -> Weekdays {
    var days: Weekdays = []
    for part in piece.split(at: ",") {
      let ends = part.split(at: "..")
      guard ends.count <= 2, !part.text.contains("-") else {
        mistakes.append(part.mistake("\(part.quoted) is no range of days; write for instance Mon..Fri"))
        continue
      }
      let numbers = ends.compactMap { number($0, &mistakes) }
      guard numbers.count == ends.count, let first = numbers.first, let last = numbers.last else { continue }
      for step in 0...(last - first + 7) % 7 {
        let day = Weekdays(number: (first + step) % 7)
        if !days.insert(day).inserted {
          mistakes.append(part.mistake("\(day) is given twice; once is enough"))
        }
      }
    }
    return days
  }

  private static func number(_ piece: Piece, _ mistakes: inout [TextMistake]) -> Int? {
    if let number = names.firstIndex(of: String(piece.text)) { return number }
    // `Monday`, `mon` and `MON` mean what they seem to, but there is one way to write it.
    let near = names.first { piece.text.lowercased().hasPrefix($0.lowercased()) }
    mistakes.append(
      piece.mistake(
        "\(piece.quoted) is no day of the week"
          + (near.map { "; did you mean '\($0)'?" } ?? "; the days are \(names.joined(separator: ", "))")))
    return nil
  }
}

/// Times of day.
enum ClockText {
  /// Reads `09:00` as minutes since midnight, up to 24:00.
  static func minute(_ piece: Piece, _ mistakes: inout [TextMistake]) -> Int? {
    let parts = piece.text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
      let hour = Int(parts[0]), let minute = Int(parts[1])
    else {
      mistakes.append(
        piece.mistake("\(piece.quoted) is no time of day; write two digits each, such as 09:00"))
      return nil
    }
    guard minute < 60, hour < 24 || (hour, minute) == (24, 0) else {
      mistakes.append(piece.mistake("\(piece.quoted) is on no clock; times are from 00:00 to 24:00"))
      return nil
    }
    return hour * 60 + minute
  }

  /// Reads `09:00-17:00`.
  static func hours(_ piece: Piece, _ mistakes: inout [TextMistake]) -> (from: Int, to: Int)? {
    let ends = piece.split(at: "-")
    guard ends.count == 2, ends.allSatisfy({ !$0.text.isEmpty }) else {
      mistakes.append(
        piece.mistake("\(piece.quoted) are no hours; write for instance 09:00-17:00, without spaces"))
      return nil
    }
    let minutes = ends.map { minute($0, &mistakes) }
    guard let from = minutes[0], let to = minutes[1] else { return nil }
    guard from != to else {
      mistakes.append(piece.mistake("it ends when it begins; a whole day is 00:00-24:00"))
      return nil
    }
    guard from < 1_440 else {
      mistakes.append(
        ends[0].mistake("a window that begins at 24:00 begins at 00:00 of the next day; write that"))
      return nil
    }
    return (from, to)
  }
}

extension Freeze.Edge {
  /// Reads `2026-12-24` or `2026-12-24T18:00`.
  static func read(_ piece: Piece, _ mistakes: inout [TextMistake]) -> Freeze.Edge? {
    let parts = piece.split(at: "T")
    guard parts.count <= 2, let date = CivilDate.read(parts[0], &mistakes) else {
      if parts.count > 2 { mistakes.append(piece.mistake("\(piece.quoted) is no date; write 2026-12-24")) }
      return nil
    }
    guard parts.count == 2 else { return .day(date) }
    return ClockText.minute(parts[1], &mistakes).map { .minute($0, of: date) }
  }

  /// The local minute that a beginning is, or an end.
  func minute(isEnd: Bool) -> Int {
    switch self {
    case .day(let date): (date.daysSinceEpoch + (isEnd ? 1 : 0)) * 1_440
    case .minute(let minute, let date): date.daysSinceEpoch * 1_440 + minute
    }
  }
}

extension CivilDate {
  /// Reads `2026-12-24`.
  fileprivate static func read(_ piece: Piece, _ mistakes: inout [TextMistake]) -> CivilDate? {
    let parts = piece.text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.filter { $0.utf8.allSatisfy(isDigit) }.compactMap { Int($0) }
    guard parts.map(\.utf8.count) == [4, 2, 2], numbers.count == 3 else {
      mistakes.append(
        piece.mistake("\(piece.quoted) is no date; write year, month and day, such as 2026-12-24"))
      return nil
    }
    let (year, month, day) = (numbers[0], numbers[1], numbers[2])
    guard year >= 1970 else {
      mistakes.append(piece.mistake("the year \(year) is before 1970; write one of four digits"))
      return nil
    }
    guard 1...12 ~= month, day >= 1, day <= days(inMonth: month, of: year) else {
      let length =
        1...12 ~= month ? "that month has \(days(inMonth: month, of: year)) days" : "a year has 12 months"
      mistakes.append(piece.mistake("\(piece.quoted) is on no calendar: \(length)"))
      return nil
    }
    return CivilDate(year: year, month: month, day: day)
  }
}

private func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
