// SPDX-License-Identifier: Apache-2.0
// The two ways in which dates travel besides epoch seconds: `20261123T044011Z` in signatures, RFC 9110 in `Date`.

import Core

enum DateText {
  /// `20261123T044011Z`.
  static func compact(_ time: Timestamp) -> String {
    let text = time.description.filter { $0 != "-" && $0 != ":" }
    return text.prefix { $0 != "." } + "Z"
  }

  /// `2026-11-23T04:40:11Z`, as STS writes an expiration.
  static func seconds(_ time: Timestamp) -> String { time.description.prefix { $0 != "." } + "Z" }

  /// `Mon, 23 Nov 2026 04:40:11 GMT`.
  static func http(_ time: Timestamp) -> String {
    let text = Array(time.description)
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let month = months[(Int(String(text[5...6])) ?? 1) - 1]
    let weekday = weekdays[Int(time.milliseconds / 86_400_000 % 7)]
    return "\(weekday), \(String(text[8...9])) \(month) \(String(text[0...3])) \(String(text[11...18])) GMT"
  }

  /// Reads `20261123T044011Z`; nil for anything else.
  static func readCompact(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
    func digits(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
    guard let year = digits(0..<4), let month = digits(4..<6), let day = digits(6..<8),
      let hour = digits(9..<11), let minute = digits(11..<13), let second = digits(13..<15),
      1...12 ~= month
    else { return nil }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    return Timestamp(milliseconds: seconds * 1_000)
  }

  /// Days since 1970 of a Gregorian date after the year 0: Howard Hinnant's `days_from_civil`.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = (shifted / 400, shifted % 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
