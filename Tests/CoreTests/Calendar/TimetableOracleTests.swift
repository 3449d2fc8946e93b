// SPDX-License-Identifier: Apache-2.0
// The same answers, found by looking at the clock every minute.

import Testing

@testable import Core

struct TimetableOracleTests {
  @Test(arguments: 0..<16)
  func `an opening is the first minute that a patient reader of the clock finds`(_ seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    let zones = (0..<3).map { _ in randomZone(&dice) }
    let table = (0..<Int.random(in: 1...3, using: &dice)).reduce(Timetable.always) { table, _ in
      table.merged(with: randomTimetable(zones, &dice))
    }
    // Minutes before, between and after the transitions of a week, and a fortnight for what is found.
    let first = start - 86_400
    let clocks = PatientReader(table, from: first, minutes: 21 * 1_440)
    for minute in stride(from: 0, to: 7 * 1_440, by: Int.random(in: 1...29, using: &dice)) {
      // What the reader may not say: which rule's windows count where they do not agree.
      guard clocks.agrees(within: 14 * 1_440, of: minute), let wanted = clocks.open(from: minute) else {
        continue
      }
      let now = Timestamp(second: first + minute * 60)
      let closure = table.closed(at: now)
      let found = closure == nil ? now : closure?.until
      guard found == Timestamp(second: first + wanted * 60) else {
        Issue.record("seed \(seed), \(now): \(closure?.reason ?? "open"), not \(wanted - minute) minutes")
        return
      }
    }
  }

  private let start = 1_792_000_000 / 60 * 60

  /// Offsets in quarters of an hour, several transitions in a week, none undone before it is over.
  private func randomZone(_ dice: inout SeededGenerator) -> TimeZoneRules {
    var at = start
    let transitions = (0..<6).map { _ in
      at += Int.random(in: 270...2_000, using: &dice) * 60
      return TimeZoneRules.Transition(at: at, offset: Int.random(in: -8...8, using: &dice) * 900)
    }
    return TimeZoneRules(name: "X", offsetBefore: 3_600, transitions: transitions, afterwards: nil)
  }

  private func randomTimetable(_ zones: [TimeZoneRules], _ dice: inout SeededGenerator) -> Timetable {
    let windows = (0..<Int.random(in: 0...3, using: &dice)).map { _ in
      Window(
        days: Weekdays(rawValue: UInt8.random(in: 1...0x7F, using: &dice)),
        from: Int.random(in: 0...1_439, using: &dice), to: Int.random(in: 0...1_440, using: &dice),
        zone: zones.randomElement(using: &dice) ?? .utc)
    }
    let freezes = (0..<Int.random(in: 0...2, using: &dice)).map { _ in
      let first = CivilDate(daysSinceEpoch: start / 86_400 + Int.random(in: -2...7, using: &dice))
      let last = CivilDate(daysSinceEpoch: first.daysSinceEpoch + Int.random(in: 0...2, using: &dice))
      let from = Int.random(in: 0...700, using: &dice)
      let zone = zones.randomElement(using: &dice) ?? .utc
      return Bool.random(using: &dice)
        ? Freeze(from: .day(first), through: .day(last), zone: zone)
        : Freeze(from: .minute(from, of: first), through: .minute(from + 300, of: last), zone: zone)
    }
    return Timetable(windows: windows, freezes: freezes)
  }
}

/// Looks at the clocks every minute, and writes down what it sees.
private struct PatientReader {
  /// Minutes in which a window of every rule is open.
  private let agreed: [Bool]
  /// Minutes of a freeze.
  private let frozen: [Bool]

  init(_ table: Timetable, from first: Int, minutes: Int) {
    agreed = (0..<minutes).map { minute in
      table.windows.allSatisfy { $0.contains { Self.shows($0, at: first + minute * 60) } }
    }
    let freezes = table.freezes.map { Self.frozenMinutes($0, from: first, count: minutes) }
    frozen = (0..<minutes).map { minute in freezes.contains { $0.contains(minute) } }
  }

  func open(from minute: Int) -> Int? { (minute..<agreed.count).first { agreed[$0] && !frozen[$0] } }

  func agrees(within minutes: Int, of minute: Int) -> Bool {
    agreed[minute...(minute + minutes)].contains(true)
  }

  private static func local(_ zone: TimeZoneRules, _ second: Int) -> (day: Int, minute: Int) {
    let minute = (second + zone.offset(at: Timestamp(second: second))) / 60
    return (minute / 1_440, minute % 1_440)
  }

  private static func shows(_ window: Window, at second: Int) -> Bool {
    let (day, minute) = local(window.zone, second)
    let isOn = window.days.contains(Weekdays(daysSinceEpoch: day))
    let wasOn = window.days.contains(Weekdays(daysSinceEpoch: day - 1))
    return window.to > window.from
      ? isOn && minute >= window.from && minute < window.to
      : isOn && minute >= window.from || wasOn && minute < window.to
  }

  /// From the first minute whose clock shows the beginning or later, to the last whose clock shows what is before the end.
  private static func frozenMinutes(_ freeze: Freeze, from first: Int, count: Int) -> Range<Int> {
    let begins = number(freeze.first, wholeDay: 0)
    let ends = number(freeze.last, wholeDay: 1_440)
    let shown = (0..<count).map { minute in
      let (day, minute) = local(freeze.zone, first + minute * 60)
      return day * 1_440 + minute
    }
    let from = shown.firstIndex { $0 >= begins } ?? count
    let to = shown.lastIndex { $0 < ends } ?? -1
    return from..<max(from, to + 1)
  }

  private static func number(_ edge: Freeze.Edge, wholeDay: Int) -> Int {
    switch edge {
    case .day(let date): date.daysSinceEpoch * 1_440 + wholeDay
    case .minute(let minute, let date): date.daysSinceEpoch * 1_440 + minute
    }
  }
}
