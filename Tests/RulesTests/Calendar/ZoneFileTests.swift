// SPDX-License-Identifier: Apache-2.0

import Core
import Testing

@testable import Rules

struct ZoneFileTests {
  private func read(_ bytes: [UInt8]) throws(ZoneFileError) -> TimeZoneRules {
    try TimeZoneRules(name: "X", zoneFile: bytes)
  }

  private func refusal(_ bytes: [UInt8]) -> String? {
    do throws(ZoneFileError) {
      _ = try read(bytes)
      return nil
    } catch {
      return error.message
    }
  }

  private let transitions = [
    TimeZoneRules.Transition(at: 1_774_746_000, offset: 3_600),
    TimeZoneRules.Transition(at: 1_792_890_000, offset: 0),
  ]

  @Test(arguments: [0x00, 0x32, 0x33, 0x34] as [UInt8], [true, false])
  func `every version is read, with and without a filled first block`(_ version: UInt8, _ isFat: Bool) throws
  {
    var file = CompiledZone.london
    (file.version, file.isFat) = (version, isFat)
    let zone = try read(file.bytes)
    #expect(zone.transitions == transitions && zone.offsetBefore == 0)
    #expect((zone.afterwards == nil) == (version == 0))
  }

  @Test func `a file that is cut off anywhere is refused`() {
    for isFat in [true, false] {
      var file = CompiledZone.london
      file.isFat = isFat
      let bytes = file.bytes
      for length in 0..<bytes.count {
        #expect(refusal(Array(bytes.prefix(length))) != nil, "\(length) bytes")
      }
    }
  }

  @Test func `sizes that no file can have are refused`() {
    for count in 0..<6 {
      var bytes = CompiledZone.london.bytes
      for index in 0..<4 { bytes[20 + count * 4 + index] = 0xFF }
      #expect(refusal(bytes) == "it is cut off")
    }
    #expect(refusal([UInt8](repeating: 0, count: 1 << 20)) == "it has more than 64 KiB")
  }

  private static let refused: [(CompiledZone, String)] = [
    (CompiledZone(version: 0x61), "it is of no version"),
    (CompiledZone(leapSeconds: 1), "it counts leap seconds, which UTC does not"),
    (CompiledZone(offsets: []), "it has no local time type"),
    (CompiledZone(offsets: [93_600]), "an offset of 93600 seconds is none that there can be"),
    (CompiledZone(offsets: [-90_000]), "an offset of -90000 seconds is none that there can be"),
    (CompiledZone(transitions: [(5, 0), (5, 0)]), "its transitions are not in order"),
    (CompiledZone(transitions: [(Int.min, 0)]), "its transitions are not in order"),
    (CompiledZone(transitions: [(5, 1)]), "a transition is of no type"),
    (CompiledZone(footer: ""), "its last line is cut off"),
    (CompiledZone(footer: "\nUTC0"), "its last line is cut off"),
    (CompiledZone(footer: "\nX0\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC25\n"), "its last line is not understood"),
    (CompiledZone(footer: "\n<ABC0\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC0DEF\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC0DEF,M3.5.0\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC0DEF,M13.5.0,M3.5.0\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC0DEF,M3.5.0/168,M3.5.0\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC0DEF,M3.5.0,M4.5.0x\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC0DEF,J0,J1\n"), "its last line is not understood"),
    (CompiledZone(footer: "\nABC0DEF,0,99999999999999999999\n"), "its last line is not understood"),
  ]

  @Test(arguments: refused)
  func `what cannot be is refused, and it is said what it is`(_ file: CompiledZone, _ message: String) {
    #expect(refusal(file.bytes) == message)
  }

  private static let footers: [(String, YearlyOffsets?)] = [
    ("", nil), ("CET-1", YearlyOffsets(standard: 3_600, daylight: nil)),
    ("<+0545>-5:45", YearlyOffsets(standard: 20_700, daylight: nil)),
    ("<-0330>+3:30:30", YearlyOffsets(standard: -12_630, daylight: nil)),
    (
      "GMT0BST,M3.5.0/1,M10.5.0",
      yearly(0, 3_600, .weekday(0, week: 5, month: 3), 3_600, .weekday(0, week: 5, month: 10), 7_200)
    ),
    (
      "IST-1GMT0,M10.5.0,M3.5.0/1",
      yearly(3_600, 0, .weekday(0, week: 5, month: 10), 7_200, .weekday(0, week: 5, month: 3), 3_600)
    ),
    (
      "<-02>2<-01>,M3.5.0/-1,M10.5.0/0:00:01",
      yearly(-7_200, -3_600, .weekday(0, week: 5, month: 3), -3_600, .weekday(0, week: 5, month: 10), 1)
    ),
    ("XXX3EDT4,0/0,J365/167", yearly(-10_800, -14_400, .ordinal(0), 0, .julian(365), 601_200)),
  ]

  private static func yearly(
    _ standard: Int, _ summer: Int, _ begins: YearlyOffsets.Day, _ beginsAt: Int, _ ends: YearlyOffsets.Day,
    _ endsAt: Int
  ) -> YearlyOffsets {
    YearlyOffsets(
      standard: standard,
      daylight: YearlyOffsets.Daylight(
        offset: summer, begins: YearlyOffsets.Change(day: begins, seconds: beginsAt),
        ends: YearlyOffsets.Change(day: ends, seconds: endsAt)))
  }

  @Test(arguments: footers)
  func `the last line says what happens every year`(_ line: String, _ offsets: YearlyOffsets?) throws {
    #expect(try read(CompiledZone(footer: "\n\(line)\n").bytes).afterwards == offsets)
  }
}
