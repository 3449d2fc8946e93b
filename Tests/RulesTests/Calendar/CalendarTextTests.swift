// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Testing

@testable import Rules

struct CalendarTextTests {
  /// What a key means, and what is said about it; a rule file's line with `window:` or `freeze:` in it.
  private func read(_ line: String) throws -> (windows: [Window], freezes: [Freeze], said: [String]) {
    let zones = try ZoneFolder()
    let reader = CalendarReader(zones: ZoneFiles(directory: zones.path))
    var findings = Findings()
    let root = try #require(YAMLNode.read(SourceFile(path: "", bytes: Array(line.utf8)), &findings))
    let fields = try #require(Fields(root, "the line", keys: ["window", "freeze"], &findings))
    let windows = fields["window"].map { reader.windows($0, &findings) } ?? []
    let freezes = fields["freeze"].map { reader.freezes($0, &findings) } ?? []
    let said = findings.diagnostics.all.map {
      "\($0.line):\($0.column) \($0.message)".replacing(zones.path, with: "DIR")
    }
    return (windows, freezes, said)
  }

  @Test(arguments: [
    ("Mon..Fri 09:00-17:00 Europe/London", ["Mon..Fri 09:00-17:00 Europe/London"]),
    ("\"Sat,Sun 00:00-24:00\"", ["Sat,Sun 00:00-24:00 UTC"]),
    ("'Mon..Fri,Sun 22:00-04:00 UTC'", ["Mon..Fri,Sun 22:00-04:00 UTC"]),
    ("01:30-02:30", ["01:30-02:30 UTC"]), ("Mon..Sun 01:30-02:30", ["01:30-02:30 UTC"]),
    ("Fri..Mon 23:59-00:00", ["Mon,Fri..Sun 23:59-00:00 UTC"]),
    ("Wed   00:00-00:01   UTC", ["Wed 00:00-00:01 UTC"]),
    (
      "[Mon 09:00-12:00, Tue 13:00-17:00 Europe/London]",
      ["Mon 09:00-12:00 UTC", "Tue 13:00-17:00 Europe/London"]
    ),
    ("\n  - Sat,Sun 10:00-11:00\n  - 20:00-21:00", ["Sat,Sun 10:00-11:00 UTC", "20:00-21:00 UTC"]),
  ])
  func `a window means what it says`(_ text: String, _ wanted: [String]) throws {
    let (windows, _, said) = try read("window: " + text)
    #expect(windows.map(\.description) == wanted)
    #expect(said == [])
  }

  @Test func `a window's parts`() throws {
    let window = try #require(try read("window: Fri 22:00-04:00 Europe/London").windows.first)
    #expect(window.days == Weekdays(number: 4) && window.from == 1_320 && window.to == 240)
    #expect(window.zone.transitions.count == 2)
    let day = try #require(try read("window: 00:00-24:00").windows.first)
    #expect(day.days == .everyDay && day.from == 0 && day.to == 1_440 && day.zone == .utc)
  }

  @Test(arguments: [
    ("2026-12-20..2027-01-02 Europe/London", "2026-12-20T00:00:00.000Z", "2027-01-03T00:00:00.000Z"),
    ("2026-07-01", "2026-07-01T00:00:00.000Z", "2026-07-02T00:00:00.000Z"),
    ("2026-07-01 Europe/London", "2026-06-30T23:00:00.000Z", "2026-07-01T23:00:00.000Z"),
    (
      "2026-12-24T18:00..2026-12-27T06:00 Europe/London", "2026-12-24T18:00:00.000Z",
      "2026-12-27T06:00:00.000Z"
    ),
    ("2026-12-24T18:00..2026-12-26", "2026-12-24T18:00:00.000Z", "2026-12-27T00:00:00.000Z"),
    ("2026-12-24..2026-12-24T12:00 UTC", "2026-12-24T00:00:00.000Z", "2026-12-24T12:00:00.000Z"),
    ("2028-02-29", "2028-02-29T00:00:00.000Z", "2028-03-01T00:00:00.000Z"),
  ])
  func `a freeze means what it says`(_ text: String, _ begins: String, _ ends: String) throws {
    let (_, freezes, said) = try read("freeze: " + text)
    #expect(freezes.map { "\($0.begins)" } == [begins] && freezes.map { "\($0.ends)" } == [ends])
    #expect(said == [])
  }

  private static let hours =
    "; write for instance Mon..Fri 09:00-17:00, or 00:00-24:00 for whole days, and in quotes where it stands in brackets and has a comma"

  @Test(arguments: [
    ("Mon..Fri", ["1:9 'Mon..Fri' has no hours" + hours]),
    ("[Sat,Sun 00:00-24:00]", ["1:10 'Sat' has no hours" + hours]),
    ("Monday 09:00-17:00", ["1:9 'Monday' is no day of the week; did you mean 'Mon'?"]),
    (
      "mon..xyz 09:00-17:00",
      [
        "1:9 'mon' is no day of the week; did you mean 'Mon'?",
        "1:14 'xyz' is no day of the week; the days are Mon, Tue, Wed, Thu, Fri, Sat, Sun",
      ]
    ),
    ("Mon-Fri 09:00-17:00", ["1:9 'Mon-Fri' is no range of days; write for instance Mon..Fri"]),
    ("Mon..Tue..Fri 09:00-17:00", ["1:9 'Mon..Tue..Fri' is no range of days; write for instance Mon..Fri"]),
    ("Mon..Fri,Wed 09:00-17:00", ["1:18 Wed is given twice; once is enough"]),
    (
      "Mon, Tue 09:00-17:00",
      [
        "1:13 '' is no day of the week; the days are Mon, Tue, Wed, Thu, Fri, Sat, Sun",
        "1:14 days have no spaces between them; write for instance Mon..Fri,Sun",
      ]
    ),
    ("9:00-17:00", ["1:9 '9:00' is no time of day; write two digits each, such as 09:00"]),
    (
      "09-17",
      [
        "1:9 '09' is no time of day; write two digits each, such as 09:00",
        "1:12 '17' is no time of day; write two digits each, such as 09:00",
      ]
    ),
    ("09:00-17:60", ["1:15 '17:60' is on no clock; times are from 00:00 to 24:00"]),
    ("09:00-24:01", ["1:15 '24:01' is on no clock; times are from 00:00 to 24:00"]),
    ("24:00-04:00", ["1:9 a window that begins at 24:00 begins at 00:00 of the next day; write that"]),
    ("09:00-09:00", ["1:9 it ends when it begins; a whole day is 00:00-24:00"]),
    ("09:00 - 17:00", ["1:9 '09:00' are no hours; write for instance 09:00-17:00, without spaces"]),
    ("09:00-", ["1:9 '09:00-' are no hours; write for instance 09:00-17:00, without spaces"]),
    ("09:00-17:00 Mon..Fri", ["1:21 days come before the hours; write Mon..Fri first"]),
    (
      "09:00-17:00 Europe/London please",
      ["1:35 'please' is one word too many; nothing comes after the time zone"]
    ),
    ("09:00-17:00 Europe/Londn", ["1:21 unknown time zone 'Europe/Londn'; did you mean 'Europe/London'?"]),
    (
      "Mno 9:00-17:00 ../x",
      [
        "1:9 'Mno' is no day of the week; the days are Mon, Tue, Wed, Thu, Fri, Sat, Sun",
        "1:13 '9:00' is no time of day; write two digits each, such as 09:00",
        "1:24 '../x' is no time zone; write its name, for instance Europe/London or UTC",
      ]
    ),
    ("7", ["1:9 window must be text, not '7'; quote it if it is meant so"]),
    ("[]", ["1:9 window is an empty list; give it an entry, or remove it"]),
    ("{ a: b }", ["1:9 window must be text, not a mapping"]),
  ])
  func `every mistake in a window has its place`(_ text: String, _ said: [String]) throws {
    #expect(try read("window: " + text).said == said)
  }

  @Test(arguments: [
    ("2026-02-29", ["1:9 '2026-02-29' is on no calendar: that month has 28 days"]),
    ("2026-13-01", ["1:9 '2026-13-01' is on no calendar: a year has 12 months"]),
    ("1969-12-31", ["1:9 the year 1969 is before 1970; write one of four digits"]),
    ("24.12.2026", ["1:9 '24.12.2026' is no date; write year, month and day, such as 2026-12-24"]),
    (
      "2026-12-4..x",
      [
        "1:9 '2026-12-4' is no date; write year, month and day, such as 2026-12-24",
        "1:20 'x' is no date; write year, month and day, such as 2026-12-24",
      ]
    ),
    (
      "2027-01-02..2026-12-20",
      ["1:9 '2027-01-02..2026-12-20' ends before it begins; write the earlier date first"]
    ),
    (
      "2026-12-24T18:00",
      [
        "1:9 a freeze with a time of day has an end; write for instance 2026-12-24T18:00..2026-12-27T06:00"
      ]
    ),
    (
      "2026-12-24T18:00..2026-12-24T18:00",
      [
        "1:9 '2026-12-24T18:00..2026-12-24T18:00' ends before it begins; write the earlier date first"
      ]
    ),
    (
      "2026-12-24T18:00Z..2026-12-25",
      ["1:20 '18:00Z' is no time of day; write two digits each, such as 09:00"]
    ),
    (
      "2026-12-20 .. 2027-01-02",
      [
        "1:9 '2026-12-20 .. 2027-01-02' is no range of dates; write 2026-12-20..2027-01-02, without spaces"
      ]
    ),
    (
      "2026-12-20..",
      ["1:9 '2026-12-20..' is no range of dates; write 2026-12-20..2027-01-02, without spaces"]
    ),
    (
      "2026-12-20 PST",
      [
        "1:20 unknown time zone 'PST'; write a name such as Europe/London or UTC: 'ls DIR' shows them, and abbreviations are none"
      ]
    ),
    (
      "[2026-12-20, 2026-12-32, true]",
      [
        "1:22 '2026-12-32' is on no calendar: that month has 31 days",
        "1:34 freeze must be text, not 'true'; quote it if it is meant so",
      ]
    ),
    ("'  '", ["1:10 a freeze is missing; write for instance 2026-12-20..2027-01-02"]),
  ])
  func `every mistake in a freeze has its place`(_ text: String, _ said: [String]) throws {
    #expect(try read("freeze: " + text).said == said)
  }

  @Test func `there may not be more of them than anybody needs`() throws {
    let windows = String(repeating: "00:00-01:00,", count: Limits.windows + 1)
    #expect(try read("window: [\(windows)]").said == ["1:9 window has 21 entries, more than 20; split it"])
  }

  @Test(arguments: [
    ("window", "| text | open |", 4), ("freeze", "| text | from the first moment of | to |", 3),
  ])
  func `the texts of the reference can be read`(_ key: String, _ head: String, _ count: Int) throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("rules/README.md")
    let table = try String(contentsOf: page, encoding: .utf8).components(separatedBy: head + "\n").last ?? ""
    let rows = table.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().prefix {
      !$0.isEmpty
    }
    let texts = rows.compactMap { row in row.split(separator: "`").dropFirst().first }
    #expect(texts.count == count)
    for text in texts {
      // The folder of these tests has but one zone.
      let (windows, freezes, said) = try read(
        "\(key): \(text.replacing("America/New_York", with: "Europe/London"))")
      #expect(windows.count + freezes.count == 1 && said == [], "\(text): \(said)")
    }
  }
}
