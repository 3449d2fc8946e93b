// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct TimetableTests {
  private static let working = Weekdays([0, 1, 2, 3, 4].map(Weekdays.init(number:)))
  private static let office = Window(days: working, from: 540, to: 1_020, zone: .london)
  private static let friday = Window(days: Weekdays(number: 4), from: 1_320, to: 240, zone: .london)
  private static let night = Window(days: .everyDay, from: 90, to: 150, zone: .london)
  private static let berlinNight = Window(days: .everyDay, from: 90, to: 150, zone: .berlin)
  private static let inTheGap = Window(days: .everyDay, from: 75, to: 240, zone: .london)

  /// The moment from which on a restart may begin, for every case in the window: the same moment.
  private static let openings: [(Window, Timestamp, Timestamp)] = [
    // 23 November 2026 is a Monday.
    (office, Timestamp(2026, 11, 23, 8, 59), Timestamp(2026, 11, 23, 9)),
    (office, Timestamp(2026, 11, 23, 9), Timestamp(2026, 11, 23, 9)),
    (office, Timestamp(2026, 11, 23, 16, 59), Timestamp(2026, 11, 23, 16, 59)),
    (office, Timestamp(2026, 11, 23, 17), Timestamp(2026, 11, 24, 9)),
    (office, Timestamp(2026, 11, 27, 17), Timestamp(2026, 11, 30, 9)),
    // On Monday after clocks were set, nine o'clock is eight in UTC.
    (office, Timestamp(2026, 3, 27, 17), Timestamp(2026, 3, 30, 8)),
    // Over midnight, the day is the one on which it began.
    (friday, Timestamp(2026, 11, 27, 21, 59), Timestamp(2026, 11, 27, 22)),
    (friday, Timestamp(2026, 11, 28, 3, 59), Timestamp(2026, 11, 28, 3, 59)),
    (friday, Timestamp(2026, 11, 28, 4), Timestamp(2026, 12, 4, 22)),
    (friday, Timestamp(2026, 11, 27, 3), Timestamp(2026, 11, 27, 22)),
    // London, 01:30-02:30. The night without 01:00 to 02:00: it begins at 02:00, an hour late by UTC.
    (night, Timestamp(2026, 3, 29, 0, 30), Timestamp(2026, 3, 29, 1)),
    (night, Timestamp(2026, 3, 29, 1, 29), Timestamp(2026, 3, 29, 1, 29)),
    (night, Timestamp(2026, 3, 29, 1, 30), Timestamp(2026, 3, 30, 0, 30)),
    // The night with 01:00 to 02:00 twice: 01:30 to 02:00, 01:30 to 02:30.
    (night, Timestamp(2026, 10, 25, 0, 29), Timestamp(2026, 10, 25, 0, 30)),
    (night, Timestamp(2026, 10, 25, 0, 59), Timestamp(2026, 10, 25, 0, 59)),
    (night, Timestamp(2026, 10, 25, 1), Timestamp(2026, 10, 25, 1, 30)),
    (night, Timestamp(2026, 10, 25, 2, 29), Timestamp(2026, 10, 25, 2, 29)),
    (night, Timestamp(2026, 10, 25, 2, 30), Timestamp(2026, 10, 26, 1, 30)),
    // Berlin, 01:30-02:30. The night without 02:00 to 03:00: it ends at 02:00.
    (berlinNight, Timestamp(2026, 3, 29, 0, 59), Timestamp(2026, 3, 29, 0, 59)),
    (berlinNight, Timestamp(2026, 3, 29, 1), Timestamp(2026, 3, 29, 23, 30)),
    // The night with 02:00 to 03:00 twice: 01:30 to 02:30, and 02:00 to 02:30 again.
    (berlinNight, Timestamp(2026, 10, 25, 0, 29), Timestamp(2026, 10, 25, 0, 29)),
    (berlinNight, Timestamp(2026, 10, 25, 0, 30), Timestamp(2026, 10, 25, 1)),
    (berlinNight, Timestamp(2026, 10, 25, 1, 29), Timestamp(2026, 10, 25, 1, 29)),
    (berlinNight, Timestamp(2026, 10, 25, 1, 30), Timestamp(2026, 10, 26, 0, 30)),
    // What would begin inside the gap begins at its end.
    (inTheGap, Timestamp(2026, 3, 29, 0, 59), Timestamp(2026, 3, 29, 1)),
    (inTheGap, Timestamp(2026, 3, 29, 2, 59), Timestamp(2026, 3, 29, 2, 59)),
    (inTheGap, Timestamp(2026, 3, 29, 3), Timestamp(2026, 3, 30, 0, 15)),
    // A day that was skipped has no window.
    (
      Window(days: Weekdays(number: 4), from: 0, to: 1_440, zone: .apia), Timestamp(2011, 12, 28),
      Timestamp(2012, 1, 5, 10)
    ),
  ]

  @Test(arguments: openings)
  func `a window opens`(_ window: Window, _ now: Timestamp, _ opens: Timestamp) {
    let closure = Timetable(windows: [window], freezes: []).closed(at: now)
    #expect(closure?.until == (now == opens ? nil : opens))
    #expect((closure == nil) == (now == opens))
  }

  @Test func `a window ends with the last millisecond before its end`() {
    let table = Timetable(windows: [Self.office], freezes: [])
    #expect(table.closed(at: Timestamp(2026, 11, 23, 17) - .milliseconds(1)) == nil)
    #expect(
      table.closed(at: Timestamp(2026, 11, 23, 9) - .milliseconds(1))?.until == Timestamp(2026, 11, 23, 9))
  }

  @Test func `no window and no freeze is any time`() {
    #expect(Timetable.always.closed(at: Timestamp(2026, 11, 23)) == nil)
    #expect(Timetable.always.closed(at: Timestamp(milliseconds: .min)) == nil)
  }

  @Test func `of several windows of a rule the next counts`() {
    let table = Timetable(windows: [Self.office, Self.friday], freezes: [])
    #expect(table.closed(at: Timestamp(2026, 11, 27, 17))?.until == Timestamp(2026, 11, 27, 22))
    #expect(table.closed(at: Timestamp(2026, 11, 28, 5))?.until == Timestamp(2026, 11, 30, 9))
  }

  // MARK: Freezes

  private static func days(_ first: (Int, Int, Int), _ last: (Int, Int, Int), _ zone: TimeZoneRules) -> Freeze
  {
    Freeze(
      from: .day(CivilDate(year: first.0, month: first.1, day: first.2)),
      through: .day(CivilDate(year: last.0, month: last.1, day: last.2)), zone: zone)
  }

  private static let bounds: [(Freeze, Timestamp, Timestamp)] = [
    (days((2026, 12, 20), (2027, 1, 2), .london), Timestamp(2026, 12, 20), Timestamp(2027, 1, 3)),
    (days((2026, 7, 1), (2026, 7, 1), .london), Timestamp(2026, 6, 30, 23), Timestamp(2026, 7, 1, 23)),
    // A day without midnight begins with what comes after it; one whose midnight comes twice has both.
    (days((2026, 3, 8), (2026, 3, 8), .havana), Timestamp(2026, 3, 8, 5), Timestamp(2026, 3, 9, 4)),
    (days((2026, 11, 1), (2026, 11, 1), .havana), Timestamp(2026, 11, 1, 4), Timestamp(2026, 11, 2, 5)),
    (days((2026, 10, 31), (2026, 10, 31), .havana), Timestamp(2026, 10, 31, 4), Timestamp(2026, 11, 1, 5)),
    // In an hour that comes twice it begins the first and ends the second time.
    (
      Freeze(
        from: .minute(90, of: CivilDate(year: 2026, month: 10, day: 25)),
        through: .minute(100, of: CivilDate(year: 2026, month: 10, day: 25)), zone: .london),
      Timestamp(2026, 10, 25, 0, 30), Timestamp(2026, 10, 25, 1, 40)
    ),
    // The day that never was takes no time.
    (days((2011, 12, 30), (2011, 12, 30), .apia), Timestamp(2011, 12, 30, 10), Timestamp(2011, 12, 30, 10)),
  ]

  @Test(arguments: bounds)
  func `a freeze has its bounds`(_ freeze: Freeze, _ begins: Timestamp, _ ends: Timestamp) {
    #expect(freeze.begins == begins)
    #expect(freeze.ends == ends)
  }

  @Test func `a freeze is stronger than a window, and the window counts again after it`() {
    let freeze = Self.days((2026, 12, 21), (2027, 1, 1), .london)
    let table = Timetable(windows: [Self.office], freezes: [freeze])
    let closure = table.closed(at: Timestamp(2026, 12, 22, 12))
    #expect(closure == Closure(until: Timestamp(2027, 1, 4, 9), cause: .freeze(freeze)))
    // Outside the window before it, too.
    #expect(table.closed(at: Timestamp(2026, 12, 18, 18))?.until == Timestamp(2027, 1, 4, 9))
    #expect(table.closed(at: Timestamp(2026, 12, 18, 18))?.cause == .windows([Self.office]))
  }

  @Test func `freezes that touch are one`() {
    let table = Timetable(
      windows: [],
      freezes: [
        Self.days((2026, 12, 24), (2026, 12, 26), .utc), Self.days((2026, 12, 20), (2026, 12, 23), .utc),
      ])
    #expect(table.closed(at: Timestamp(2026, 12, 21))?.until == Timestamp(2026, 12, 27))
    #expect(table.closed(at: Timestamp(2026, 12, 27)) == nil)
  }

  @Test func `what is frozen for more than two years has no end`() {
    let table = Timetable(windows: [], freezes: [Self.days((2026, 1, 1), (2030, 1, 1), .utc)])
    let closure = table.closed(at: Timestamp(2026, 12, 21))
    #expect(closure?.until == nil)
    #expect(closure?.reason == "frozen (2026-01-01..2030-01-01 UTC): no time within two years is free")
  }

  // MARK: Several rules

  @Test func `where several rules lead to a target, all of their windows must be open`() {
    let afternoon = Window(days: .everyDay, from: 900, to: 1_200, zone: .utc)
    let table = Timetable(windows: [Self.office], freezes: [])
      .merged(with: Timetable(windows: [afternoon], freezes: []))
    #expect(table.closed(at: Timestamp(2026, 11, 23, 12))?.until == Timestamp(2026, 11, 23, 15))
    #expect(table.closed(at: Timestamp(2026, 11, 23, 15)) == nil)
    #expect(table.closed(at: Timestamp(2026, 11, 27, 17))?.until == Timestamp(2026, 11, 30, 15))
    #expect(table.closed(at: Timestamp(2026, 11, 23, 12))?.cause == .windows([afternoon]))
  }

  @Test func `where they can never agree, the first one's windows count, and all freezes`() {
    let weekend = Window(days: Weekdays(rawValue: 0x60), from: 0, to: 1_440, zone: .london)
    let freeze = Self.days((2026, 11, 24), (2026, 11, 24), .london)
    let first = Timetable(windows: [Self.office], freezes: [])
    let second = Timetable(windows: [weekend], freezes: [freeze])
    #expect(first.merged(with: second).closed(at: Timestamp(2026, 11, 23, 12)) == nil)
    #expect(
      first.merged(with: second).closed(at: Timestamp(2026, 11, 23, 17))?.until == Timestamp(2026, 11, 25, 9))
    #expect(
      second.merged(with: first).closed(at: Timestamp(2026, 11, 23, 12))?.until == Timestamp(2026, 11, 28))
  }

  @Test func `a rule without windows agrees to everything, and the same list twice is one`() {
    let office = Timetable(windows: [Self.office], freezes: [])
    #expect(office.merged(with: .always) == office)
    #expect(Timetable.always.merged(with: office) == office)
    #expect(office.merged(with: office) == office)
  }

  // MARK: Words

  @Test func `a record says what is waited for, and until when`() {
    let now = Timestamp(2026, 11, 28, 12)
    #expect(
      Timetable(windows: [Self.office], freezes: []).closed(at: now)?.reason
        == "outside its window (Mon..Fri 09:00-17:00 Europe/London): waits until 2026-11-30T09:00:00.000Z")
    let many = (0..<5).map { Window(days: Weekdays(number: 0), from: $0, to: 100, zone: .utc) }
    #expect(
      Timetable(windows: many, freezes: []).closed(at: now)?.reason
        == "outside its window (Mon 00:00-01:40 UTC or Mon 00:01-01:40 UTC or Mon 00:02-01:40 UTC or 2 more): "
        + "waits until 2026-11-30T00:00:00.000Z")
    let frozen = Timetable(windows: [], freezes: [Self.days((2026, 11, 28), (2026, 11, 28), .london)])
    #expect(
      frozen.closed(at: now)?.reason
        == "frozen (2026-11-28 Europe/London): waits until 2026-11-29T00:00:00.000Z")
  }
}
