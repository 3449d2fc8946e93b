// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Core

struct TimestampTests {
  private static let known: [(Int64, String)] = [
    (0, "1970-01-01T00:00:00.000Z"),
    (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_399_999, "2000-02-28T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (951_868_800_000, "2000-03-01T00:00:00.000Z"),
    (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
    (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
    (1_763_871_593_120, "2025-11-23T04:19:53.120Z"),
    // 1900 and 2100 are no leap years, 1600 is one.
    (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    (-11_670_998_400_000, "1600-02-29T00:00:00.000Z"),
    (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
    (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
  ]

  @Test(arguments: known)
  func `a timestamp is written as RFC 3339 in UTC with milliseconds`(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
  }

  @Test func `every day of 800 years follows the one before it`() {
    var (year, month, day) = (1_600, 1, 1)
    for number in Int64(-135_140)..<157_055 {
      let text = Timestamp(milliseconds: number * 86_400_000 + 45_296_007).description
      let wanted = "\(year)-\(padded(month))-\(padded(day))T12:34:56.007Z"
      if text != wanted {
        Issue.record("day \(number) is \(wanted), not \(text)")
        return
      }
      day += 1
      if day > length(of: month, in: year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect((year, month, day) == (2_400, 1, 2))
  }

  private func length(of month: Int, in year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  private func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  @Test(arguments: [Int64.min, .max])
  func `the bounds of the type can be written too`(milliseconds: Int64) {
    let text = Timestamp(milliseconds: milliseconds).description
    #expect(text.hasSuffix(milliseconds == .min ? "192Z" : "807Z"))
  }

  @Test(arguments: ["2026-11-23T04:19:53.120Z", "1969-12-31T23:59:59.999Z", "2028-02-29T00:00:00.000Z"])
  func `a time reads as it was written`(text: String) {
    #expect(Timestamp(written: text)?.description == text)
    #expect(Timestamp(written: String(text.dropLast())) == nil)
  }

  @Test(arguments: [
    "", "now", "2026-11-23T04:19:53.12Z", "2026-11-23 04:19:53.120Z", "2026-11-23T04:19:53.120Z ",
    "2026-11-23T04:19:53,120Z", "+026-11-23T04:19:53.120Z", "2026-11-23T04:19:53.120",
    "٢026-11-23T04:19:53.120Z",
  ])
  func `what was not written so is no time`(text: String) { #expect(Timestamp(written: text) == nil) }

  @Test func `times are compared, and moved by durations`() {
    let (one, two) = (Timestamp(milliseconds: 1_000), Timestamp(milliseconds: 2_500))
    #expect(one < two)
    #expect(two - one == .milliseconds(1_500))
    #expect(one - two == .milliseconds(-1_500))
    #expect(one + .milliseconds(1_500) == two)
    #expect(two - .seconds(1.5) == one)
  }

  @Test func `parts of a millisecond are dropped`() {
    #expect(Duration.microseconds(1_999).milliseconds == 1)
    #expect(Duration.microseconds(-1_999).milliseconds == -1)
    #expect(Duration.seconds(-90).milliseconds == -90_000)
  }

  @Test func `a timestamp is stored as its bare number`() throws {
    let data = try JSONEncoder().encode([Timestamp(milliseconds: -5)])
    #expect(String(decoding: data, as: UTF8.self) == "[-5]")
    #expect(try JSONDecoder().decode([Timestamp].self, from: data) == [Timestamp(milliseconds: -5)])
  }
}
