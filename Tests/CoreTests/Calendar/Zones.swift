// SPDX-License-Identifier: Apache-2.0

@testable import Core

extension TimeZoneRules {
  /// Clocks go from 01:00 to 02:00 in March, and from 02:00 back to 01:00 in October.
  static let london = yearly(
    "Europe/London", 0, .weekday(0, week: 5, month: 3), 1, .weekday(0, week: 5, month: 10), 2)
  /// From 02:00 to 03:00, and from 03:00 back to 02:00.
  static let berlin = yearly(
    "Europe/Berlin", 3_600, .weekday(0, week: 5, month: 3), 2, .weekday(0, week: 5, month: 10), 3)
  /// From 00:00 to 01:00, and from 01:00 back to 00:00.
  static let havana = yearly(
    "America/Havana", -18_000, .weekday(0, week: 2, month: 3), 0, .weekday(0, week: 1, month: 11), 1)
  /// The south: summer is over the turn of the year.
  static let sydney = yearly(
    "Australia/Sydney", 36_000, .weekday(0, week: 1, month: 10), 2, .weekday(0, week: 1, month: 4), 3)
  /// A zone that skipped 30 December 2011, from UTC-10 to UTC+14.
  static let apia = TimeZoneRules(
    name: "Pacific/Apia", offsetBefore: -36_000,
    transitions: [Transition(at: Timestamp(2011, 12, 30, 10).secondsSinceEpoch, offset: 50_400)],
    afterwards: nil)

  private static func yearly(
    _ name: String, _ standard: Int, _ begins: YearlyOffsets.Day, _ beginsAt: Int, _ ends: YearlyOffsets.Day,
    _ endsAt: Int
  ) -> Self {
    TimeZoneRules(
      name: name, offsetBefore: standard, transitions: [],
      afterwards: YearlyOffsets(
        standard: standard,
        daylight: YearlyOffsets.Daylight(
          offset: standard + 3_600, begins: YearlyOffsets.Change(day: begins, seconds: beginsAt * 3_600),
          ends: YearlyOffsets.Change(day: ends, seconds: endsAt * 3_600))))
  }
}

extension Timestamp {
  /// In UTC.
  init(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0) {
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    self.init(second: days * 86_400 + hour * 3_600 + minute * 60)
  }
}
