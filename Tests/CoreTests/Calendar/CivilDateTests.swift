// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct CivilDateTests {
  @Test func `a date and its number of days are each other's inverse`() {
    for days in stride(from: -1_000_000, through: 1_000_000, by: 7) {
      let date = CivilDate(daysSinceEpoch: days)
      guard date.daysSinceEpoch == days, 1...12 ~= date.month,
        1...CivilDate.days(inMonth: date.month, of: date.year) ~= date.day
      else {
        Issue.record("day \(days) is \(date), which is day \(date.daysSinceEpoch)")
        return
      }
    }
  }

  @Test func `dates are ordered`() {
    #expect(CivilDate(year: 2026, month: 12, day: 31) < CivilDate(year: 2027, month: 1, day: 1))
    #expect(CivilDate(year: 2026, month: 2, day: 28) < CivilDate(year: 2026, month: 3, day: 1))
  }

  @Test(arguments: [
    (2026, 11, 23, "Mon"), (1970, 1, 1, "Thu"), (1969, 12, 31, "Wed"), (2000, 2, 29, "Tue"),
    (2026, 3, 29, "Sun"),
  ])
  func `a day has its weekday`(year: Int, month: Int, day: Int, name: String) {
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    #expect(Weekdays(daysSinceEpoch: days).description == name)
  }

  @Test(arguments: [
    ([0, 1, 2, 3, 4], "Mon..Fri"), ([5, 6], "Sat,Sun"), ([0, 2, 4, 5, 6], "Mon,Wed,Fri..Sun"), ([3], "Thu"),
  ])
  func `weekdays are written as in rules`(numbers: [Int], text: String) {
    #expect(Weekdays(numbers.map(Weekdays.init(number:))).description == text)
  }
}
