// SPDX-License-Identifier: Apache-2.0

/// A date of the Gregorian calendar, which is carried on before its beginning.
public struct CivilDate: Hashable, Comparable, Sendable {
  /// The year; 0 is the one before 1.
  public var year: Int
  /// From 1.
  public var month: Int
  /// From 1.
  public var day: Int

  /// A date with all its parts, which must be one of the calendar for what is reckoned from it to mean anything.
  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date so many days after 1970-01-01, by Howard Hinnant's `civil_from_days`: years run from March, so that
  /// the leap day is a year's last, and 400-year eras repeat exactly.
  public init(daysSinceEpoch days: Int) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
  }

  /// How many days after 1970-01-01, by Howard Hinnant's `days_from_civil`.
  public var daysSinceEpoch: Int {
    let marchYear = month <= 2 ? year - 1 : year
    let era = floorDivide(marchYear, 400)
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// How many days a month from 1 to 12 has.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// The earlier date sorts first.
  public static func < (left: Self, right: Self) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}

extension CivilDate: CustomStringConvertible {
  /// As ISO 8601 writes it: `2026-12-24`.
  public var description: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
}

/// Days of the week.
public struct Weekdays: OptionSet, Hashable, Sendable {
  /// Monday is the lowest bit, Sunday the seventh.
  public let rawValue: UInt8

  /// Days by their bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// One day, from 0 for Monday to 6 for Sunday.
  public init(number: Int) { rawValue = 1 << UInt8(number) }

  /// The day of the week that is so many days after 1970-01-01, a Thursday.
  public init(daysSinceEpoch days: Int) { self.init(number: days + 3 - 7 * floorDivide(days + 3, 7)) }

  /// All seven.
  public static let everyDay = Weekdays(rawValue: 0x7F)

  /// The names as rules write them, from Monday on.
  public static let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
}

extension Weekdays: CustomStringConvertible {
  /// As rules write it, three and more in a row as a range: `Mon..Fri,Sun`.
  public var description: String {
    var runs: [ClosedRange<Int>] = []
    for number in 0..<7 where contains(Weekdays(number: number)) {
      if let last = runs.last, last.upperBound == number - 1 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.flatMap { run in
      run.count > 2
        ? ["\(Self.names[run.lowerBound])..\(Self.names[run.upperBound])"] : run.map { Self.names[$0] }
    }.joined(separator: ",")
  }
}

/// The quotient rounded down.
func floorDivide<Whole: SignedInteger & FixedWidthInteger>(_ value: Whole, _ divisor: Whole) -> Whole {
  value / divisor - (value % divisor < 0 ? 1 : 0)
}

/// The digits with zeros before them up to a width.
func appendPadded(_ value: Int, _ width: Int, to text: inout [UInt8]) {
  var unit = 1
  for _ in 1..<width { unit *= 10 }
  // A year before 0 or after 9999.
  guard (0..<unit * 10).contains(value) else { return text += padded(value, width).utf8 }
  while unit > 0 {
    text.append(UInt8(ascii: "0") + UInt8(value / unit % 10))
    unit /= 10
  }
}

/// The same as text.
func padded(_ value: some SignedInteger, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
