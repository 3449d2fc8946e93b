// SPDX-License-Identifier: Apache-2.0

public import Core

/// The time in a text such as `2026-11-23T04:19:53Z`, `…53.983911Z`, `…53+00:00` or, as old AWS tools write it,
/// `…53UTC`; nothing for anything else. A time without a zone is refused rather than guessed.
public func timestamp(internetTime text: String) -> Timestamp? {
  var rest = text[...]
  guard let date = fields(&rest, separator: "-", widths: [4, 2, 2]), let mark = rest.popFirst(),
    mark == "T" || mark == "t" || mark == " ",
    let clock = fields(&rest, separator: ":", widths: [2, 2, 2]),
    let fraction = milliseconds(&rest), let offset = offsetMinutes(rest),
    let time = timestamp(date: date, clock: clock, offsetMinutes: offset)
  else { return nil }
  return time + .milliseconds(fraction)
}

/// Year, month and day; hour, minute and second. Nothing for what is on no calendar or clock; 60 is a leap second.
func timestamp(date: [Int], clock: [Int], offsetMinutes: Int) -> Timestamp? {
  guard (1...12).contains(date[1]), (1...31).contains(date[2]), clock[0] < 24, clock[1] < 60, clock[2] <= 60
  else { return nil }
  let day = CivilDate(year: date[0], month: date[1], day: date[2]).daysSinceEpoch
  let minutes = (day * 24 + clock[0]) * 60 + clock[1]
  return Timestamp(milliseconds: Int64((minutes - offsetMinutes) * 60 + clock[2]) * 1_000)
}

private func fields(_ text: inout Substring, separator: Character, widths: [Int]) -> [Int]? {
  var numbers: [Int] = []
  for (index, width) in widths.enumerated() {
    if index > 0, text.popFirst() != separator { return nil }
    guard let number = digits(&text, count: width) else { return nil }
    numbers.append(number)
  }
  return numbers
}

private func digits(_ text: inout Substring, count: Int) -> Int? {
  let digits = text.prefix(count)
  guard digits.count == count, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  text.removeFirst(count)
  return Int(digits)
}

/// The milliseconds of a fraction, cut, not rounded; 0 where there is none.
private func milliseconds(_ text: inout Substring) -> Int64? {
  guard text.first == "." || text.first == "," else { return 0 }
  text.removeFirst()
  let fraction = text.prefix { ("0"..."9").contains($0) }
  guard !fraction.isEmpty else { return nil }
  text = text[fraction.endIndex...]
  return Int64((fraction + "00").prefix(3))
}

/// Minutes east of Greenwich.
private func offsetMinutes(_ zone: Substring) -> Int? {
  if ["Z", "z", "UTC", "GMT"].contains(zone) { return 0 }
  guard let sign = zone.first, sign == "+" || sign == "-" else { return nil }
  var rest = zone.dropFirst()
  guard let hours = digits(&rest, count: 2) else { return nil }
  if rest.first == ":" { rest.removeFirst() }
  guard let minutes = rest.isEmpty ? 0 : digits(&rest, count: 2), rest.isEmpty else { return nil }
  return (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
}
