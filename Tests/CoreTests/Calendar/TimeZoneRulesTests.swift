// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct TimeZoneRulesTests {
  private static let offsets: [(TimeZoneRules, Timestamp, Int)] = [
    (.utc, Timestamp(2026, 7, 1), 0),
    (.london, Timestamp(2026, 3, 29, 0, 59), 0), (.london, Timestamp(2026, 3, 29, 1), 3_600),
    (.london, Timestamp(2026, 10, 25, 0, 59), 3_600), (.london, Timestamp(2026, 10, 25, 1), 0),
    (.berlin, Timestamp(2050, 7, 1), 7_200), (.berlin, Timestamp(2050, 12, 31, 23, 59), 3_600),
    (.sydney, Timestamp(2026, 1, 1), 39_600), (.sydney, Timestamp(2026, 7, 1), 36_000),
    (.apia, Timestamp(2011, 12, 30, 9, 59), -36_000), (.apia, Timestamp(2011, 12, 30, 10), 50_400),
  ]

  @Test(arguments: offsets)
  func `an instant has one offset`(zone: TimeZoneRules, time: Timestamp, offset: Int) {
    #expect(zone.offset(at: time) == offset)
  }

  private static let moments: [(TimeZoneRules, CivilDate, Int, LocalMoment)] = [
    (.utc, CivilDate(year: 2026, month: 7, day: 1), 60, .once(Timestamp(2026, 7, 1, 1))),
    // Clocks skip 01:00 to 02:00; 01:00 itself is not shown, 02:00 is.
    (.london, CivilDate(year: 2026, month: 3, day: 29), 59, .once(Timestamp(2026, 3, 29, 0, 59))),
    (.london, CivilDate(year: 2026, month: 3, day: 29), 60, .never(skippedAt: Timestamp(2026, 3, 29, 1))),
    (.london, CivilDate(year: 2026, month: 3, day: 29), 119, .never(skippedAt: Timestamp(2026, 3, 29, 1))),
    (.london, CivilDate(year: 2026, month: 3, day: 29), 120, .once(Timestamp(2026, 3, 29, 1))),
    // Clocks show 01:00 to 02:00 twice.
    (.london, CivilDate(year: 2026, month: 10, day: 25), 59, .once(Timestamp(2026, 10, 24, 23, 59))),
    (
      .london, CivilDate(year: 2026, month: 10, day: 25), 60,
      .twice(Timestamp(2026, 10, 25, 0), Timestamp(2026, 10, 25, 1))
    ),
    (.london, CivilDate(year: 2026, month: 10, day: 25), 120, .once(Timestamp(2026, 10, 25, 2))),
    // A whole day that was not.
    (.apia, CivilDate(year: 2011, month: 12, day: 30), 720, .never(skippedAt: Timestamp(2011, 12, 30, 10))),
    (.apia, CivilDate(year: 2011, month: 12, day: 31), 0, .once(Timestamp(2011, 12, 30, 10))),
    (.havana, CivilDate(year: 2026, month: 3, day: 8), 0, .never(skippedAt: Timestamp(2026, 3, 8, 5))),
    (
      .havana, CivilDate(year: 2026, month: 11, day: 1), 0,
      .twice(Timestamp(2026, 11, 1, 4), Timestamp(2026, 11, 1, 5))
    ),
  ]

  @Test(arguments: moments)
  func `a local time is shown once, twice or never`(
    zone: TimeZoneRules, date: CivilDate, minute: Int, moment: LocalMoment
  ) {
    #expect(zone.moment(date, minute: minute) == moment)
  }

  @Test func `daylight-saving time all year round has no winter`() {
    // "XXX3EDT4,0/0,J365/23": RFC 8536, section 3.3.1.
    let always = YearlyOffsets(
      standard: -10_800,
      daylight: YearlyOffsets.Daylight(
        offset: -14_400, begins: YearlyOffsets.Change(day: .ordinal(0), seconds: 0),
        ends: YearlyOffsets.Change(day: .julian(365), seconds: 82_800)))
    let zone = TimeZoneRules(name: "X", offsetBefore: 0, transitions: [], afterwards: always)
    for hour in 0..<20_000 { #expect(zone.offset(at: Timestamp(2027, 1, 1, hour)) == -14_400) }
  }

  @Test(arguments: [(2027, 3, 1), (2028, 2, 29)])
  func `the sixtieth day from 1 is 1 March in every year, and from 0 in no leap year`(
    year: Int, month: Int, day: Int
  ) {
    let firstOfMarch = CivilDate(year: year, month: 3, day: 1).daysSinceEpoch * 86_400
    #expect(YearlyOffsets.Change(day: .julian(60), seconds: 0).second(in: year) == firstOfMarch)
    let wanted = CivilDate(year: year, month: month, day: day).daysSinceEpoch * 86_400
    #expect(YearlyOffsets.Change(day: .ordinal(59), seconds: 0).second(in: year) == wanted)
  }

  @Test(arguments: [Int64.min, .max])
  func `the bounds of time have an offset too`(milliseconds: Int64) {
    for zone in [TimeZoneRules.utc, .london, .apia] {
      #expect(TimeZoneRules.offsets.contains(zone.offset(at: Timestamp(milliseconds: milliseconds))))
    }
  }
}
