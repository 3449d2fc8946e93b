// SPDX-License-Identifier: Apache-2.0

import JSON

@testable import Core
@testable import Rules

/// A zone that can be read has an offset at every instant, its clocks go on, and a window in it opens.
func checkTimeZone(_ bytes: [UInt8]) throws {
  let zone: TimeZoneRules
  do { zone = try TimeZoneRules(name: "X", zoneFile: bytes) } catch {
    return try expectLine(error.message, atMost: 200)
  }
  let now = fuzzStart.secondsSinceEpoch
  let begins = [Int.min / 1_000, -(1 << 59), 0, now, 4_000_000_000, 1 << 59, Int.max / 1_000]
  for second in begins + zone.transitions.prefix(50).flatMap({ [$0.at - 1, $0.at] }) {
    let stretch = zone.stretch(at: second)
    try expect(TimeZoneRules.offsets.contains(stretch.offset), "\(stretch) at \(second)")
    try expect(stretch.end.map { $0 > second } ?? true, "\(stretch) at \(second)")
    try expect(
      zone.stretch(at: (stretch.end ?? second + 1) - 1).offset == stretch.offset, "\(stretch) at \(second)")
  }
  for second in [0, now] + zone.transitions.suffix(20).map(\.at) where abs(second) < 1 << 40 {
    try checkClock(zone, second)
    let table = Timetable(
      windows: [Window(days: Weekdays(number: 2), from: 1_380, to: 120, zone: zone)],
      freezes: [
        Freeze(
          from: .day(CivilDate(daysSinceEpoch: 20_780)), through: .day(CivilDate(daysSinceEpoch: 20_790)),
          zone: zone)
      ])
    guard let closure = table.closed(at: Timestamp(second: second)), let until = closure.until else {
      continue
    }
    try expect(until > Timestamp(second: second) && table.closed(at: until) == nil, "\(closure.reason)")
  }
}

/// What the clock shows at an instant it shows then.
private func checkClock(_ zone: TimeZoneRules, _ second: Int) throws {
  let moment = zone.moment(localSecond: second + zone.stretch(at: second).offset)
  let isShown = moment.first <= Timestamp(second: second) && Timestamp(second: second) <= moment.last
  try expect(isShown, "\(second) is \(moment)")
  for local in [second - 3_600, second, second + 3_600] {
    let moment = zone.moment(localSecond: local)
    try expect(moment.first <= moment.last, "local \(local) is \(moment)")
  }
}

/// What is read is the same after it was written and read again, and what is not read is refused in few words.
func checkWindows(_ bytes: [UInt8]) throws {
  let scratch = ScratchFiles()
  let reader = CalendarReader(zones: ZoneFiles(directory: scratch.home))
  let texts = parts(bytes, 2).map { String(decoding: $0, as: UTF8.self) }
  var findings = Findings()
  func windows(_ text: String) -> [Window] {
    node(text, &findings).map { reader.windows($0, &findings) } ?? []
  }
  func freezes(_ text: String) -> [Freeze] {
    node(text, &findings).map { reader.freezes($0, &findings) } ?? []
  }
  for window in windows(texts[0]) {
    try expect((0..<1_440).contains(window.from) && (0...1_440).contains(window.to), "\(window)")
    try expect(!window.days.isEmpty && windows("\(window)") == [window], "\(window)")
    let table = Timetable(windows: [window], freezes: [])
    if let closure = table.closed(at: fuzzStart) {
      try expect(closure.until.map { table.closed(at: $0) == nil } ?? false, closure.reason)
    }
  }
  for freeze in freezes(texts[1]) {
    try expect(freeze.begins < freeze.ends && freezes("\(freeze)") == [freeze], "\(freeze)")
  }
  for mistake in findings.all {
    try expectWords(mistake.message, atMost: 1_000)
    try expect(mistake.column >= 1 && mistake.column <= bytes.count * 6 + 2, "nowhere: \(mistake)")
  }
}

/// The text as a YAML file of its own, where YAML can hold it.
private func node(_ text: String, _ findings: inout Findings) -> YAMLNode? {
  YAMLNode.read(SourceFile(path: "", bytes: Array(JSONValue.string(text).line.utf8)), &findings)
}
