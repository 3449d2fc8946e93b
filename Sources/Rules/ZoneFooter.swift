// SPDX-License-Identifier: Apache-2.0
// The last line of a zone's file: the POSIX form of TZ, as `GMT0BST,M3.5.0/1,M10.5.0`, with the longer hours of RFC 9636.

internal import Core

extension YearlyOffsets {
  /// Reads what is between two line ends; nil where nothing is.
  static func footer(_ bytes: ArraySlice<UInt8>) throws(ZoneFileError) -> YearlyOffsets? {
    let lineEnd = UInt8(ascii: "\n")
    guard bytes.first == lineEnd, let end = bytes.dropFirst().firstIndex(of: lineEnd) else {
      throw ZoneFileError(message: "its last line is cut off")
    }
    let line = bytes[bytes.startIndex + 1..<end]
    guard !line.isEmpty else { return nil }
    var reader = FooterReader(rest: line)
    guard let offsets = reader.offsets(), reader.rest.isEmpty else {
      throw ZoneFileError(message: "its last line is not understood")
    }
    return offsets
  }
}

/// Reads one part after the other; each is nil where it is not what belongs there.
private struct FooterReader {
  var rest: ArraySlice<UInt8>

  mutating func offsets() -> YearlyOffsets? {
    guard name(), let standard = offset() else { return nil }
    guard !rest.isEmpty else { return YearlyOffsets(standard: standard, daylight: nil) }
    guard name() else { return nil }
    // An hour more where it is not said.
    guard let summer = rest.first == UInt8(ascii: ",") ? standard + 3_600 : offset(),
      TimeZoneRules.offsets.contains(summer), let begins = change(), let ends = change()
    else { return nil }
    return YearlyOffsets(
      standard: standard, daylight: YearlyOffsets.Daylight(offset: summer, begins: begins, ends: ends))
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  /// Three letters and more, or anything of letters, digits and signs in angle brackets.
  private mutating func name() -> Bool {
    let isQuoted = take("<")
    let name = rest.prefix {
      isLetter($0) || isQuoted && (isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-"))
    }
    rest = rest.dropFirst(name.count)
    return name.count >= 3 && (!isQuoted || take(">"))
  }

  /// What is added to UTC, which is written the other way round: `-1` is an hour east of Greenwich.
  private mutating func offset() -> Int? {
    guard let seconds = time(atMost: 24), TimeZoneRules.offsets.contains(-seconds) else { return nil }
    return -seconds
  }

  private mutating func change() -> YearlyOffsets.Change? {
    guard take(","), let day = day() else { return nil }
    guard take("/") else { return YearlyOffsets.Change(day: day, seconds: 7_200) }
    return time(atMost: 167).map { YearlyOffsets.Change(day: day, seconds: $0) }
  }

  private mutating func day() -> YearlyOffsets.Day? {
    if take("J") { return number(1...365).map(YearlyOffsets.Day.julian) }
    guard take("M") else { return number(0...365).map(YearlyOffsets.Day.ordinal) }
    guard let month = number(1...12), take("."), let week = number(1...5), take("."),
      let weekday = number(0...6)
    else { return nil }
    return .weekday(weekday, week: week, month: month)
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  private mutating func time(atMost hours: Int) -> Int? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard var seconds = number(0...hours).map({ $0 * 3_600 }) else { return nil }
    for unit in [60, 1] where take(":") {
      guard let count = number(0...59) else { return nil }
      seconds += count * unit
    }
    return isNegative ? -seconds : seconds
  }

  private mutating func number(_ bounds: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix(while: isDigit)
    guard (1...3).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    return bounds.contains(number) ? number : nil
  }
}

private func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

private func isLetter(_ byte: UInt8) -> Bool { 0x41...0x5A ~= byte || 0x61...0x7A ~= byte }
