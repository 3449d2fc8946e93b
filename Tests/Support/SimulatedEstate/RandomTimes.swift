// SPDX-License-Identifier: Apache-2.0
// When the restarts of an estate are welcome, on the scale of a day that lasts an hour; and a look at the clock, to see whether
// they are.

import Core

/// Windows that come again and again, in a zone whose clocks are set that very day, and freezes of some minutes.
struct RandomTimes: Sendable {
  /// The windows of every rule that has any: rules that share a target always agree.
  private let windows: [Window]
  private let start: Timestamp
  /// No rule is closed for longer at a stretch.
  let longestClosure: Duration

  /// Those of a day that begins then; on most days none.
  init(start: Timestamp, _ dice: inout Dice) {
    self.start = start
    guard dice.chance(35) else {
      (windows, longestClosure) = ([], .zero)
      return
    }
    let zone = Self.zone(start, &dice)
    let period = dice.one(of: [10, 60])
    let length = period - dice.pick(3...period / 2)
    let first = dice.pick(0...period - 1)
    windows = stride(from: first, to: 1_440, by: period).map { from in
      Window(days: .everyDay, from: from, to: (from + length) % 1_440, zone: zone)
    }
    longestClosure = .seconds((period + Self.longestFreeze) * 60)
  }

  private static let longestFreeze = 12

  /// Clocks are set up to two times in the first hour, forward or back by as much as an hour.
  private static func zone(_ start: Timestamp, _ dice: inout Dice) -> TimeZoneRules {
    var at = Int(start.milliseconds / 1_000)
    let transitions = (0..<dice.pick(0...2)).map { _ in
      at += dice.pick(1...1_800)
      return TimeZoneRules.Transition(at: at, offset: dice.pick(-9...9) * 420)
    }
    return TimeZoneRules(name: "Simulated/Zone", offsetBefore: 0, transitions: transitions, afterwards: nil)
  }

  /// Gives most rules the windows, some a freeze, and some an end of their patience.
  func add(to rules: inout [KnownRule], _ dice: inout Dice) {
    guard !windows.isEmpty else { return }
    for index in rules.indices {
      rules[index].rule.timetable = Timetable(
        windows: dice.chance(75) ? windows : [], freezes: dice.chance(25) ? [freeze(&dice)] : [])
      if dice.chance(40) { rules[index].rule.overdue = dice.time(60...900) }
    }
  }

  private func freeze(_ dice: inout Dice) -> Freeze {
    let minute = Int(start.milliseconds / 60_000) + dice.pick(0...40)
    func edge(_ minute: Int) -> Freeze.Edge {
      .minute(minute % 1_440, of: CivilDate(daysSinceEpoch: minute / 1_440))
    }
    return Freeze(from: edge(minute), through: edge(minute + dice.pick(2...Self.longestFreeze)), zone: .utc)
  }
}

extension KnownRules {
  /// Whether a restart to which these rules lead may begin: what the clocks show is in a window of each that has any, and no
  /// freeze holds. Urgent restarts begin at any time, and those that are overdue.
  func mayBegin(_ restart: Restart, at now: Timestamp) -> Bool {
    let rules = named(restart.rules)
    let overdue = rules.compactMap(\.overdue).min()
    if rules.contains(where: \.isUrgent) || overdue.map({ restart.plannedAt + $0 <= now }) ?? false {
      return true
    }
    return rules.allSatisfy { rule in
      rule.timetable.windows.allSatisfy { $0.contains { $0.isShown(at: now) } }
        && !rule.timetable.freezes.contains { $0.begins <= now && now < $0.ends }
    }
  }
}

extension Window {
  /// The clock on the wall, without any of what the engine reckons with.
  fileprivate func isShown(at now: Timestamp) -> Bool {
    let second = Int(now.milliseconds / 1_000)
    let offset = zone.transitions.last { $0.at <= second }?.offset ?? zone.offsetBefore
    let minute = (second + offset) / 60 % 1_440
    return to > from ? from <= minute && minute < to : from <= minute || minute < to
  }
}
