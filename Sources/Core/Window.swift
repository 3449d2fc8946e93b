// SPDX-License-Identifier: Apache-2.0

/// When restarts are welcome: while the clocks of a zone show a time from `from` to before `to`, on a day of `days`.
///
/// It goes by what clocks show, and so needs no rule of its own for the nights on which they are set: an hour that clocks
/// skip is in no window, a window that would begin in it begins at its end, and an hour that they show twice is in the window
/// both times.
public struct Window: Hashable, Sendable {
  /// The days on which it begins.
  public var days: Weekdays
  /// In minutes since midnight, from 0 to 1439.
  public var from: Int
  /// In minutes since midnight, up to 1440. At or before `from`, it ends on the day after the one on which it began.
  public var to: Int
  /// Whose clocks.
  public var zone: TimeZoneRules

  /// A window with all its parts.
  public init(days: Weekdays, from: Int, to: Int, zone: TimeZoneRules) {
    self.days = days
    self.from = from
    self.to = to
    self.zone = zone
  }

  /// The first second from this one on that is inside; nil where there is none up to `limit`.
  func opening(from start: Int, through limit: Int) -> Int? {
    var begin = start
    while begin <= limit {
      let stretch = zone.stretch(at: begin)
      if let local = firstInside(fromLocal: begin + stretch.offset) {
        let second = local - stretch.offset
        if stretch.end.map({ second < $0 }) ?? true { return second <= limit ? second : nil }
      }
      guard let end = stretch.end else { return nil }
      begin = end
    }
    return nil
  }

  /// The same by clocks that nobody sets.
  private func firstInside(fromLocal local: Int) -> Int? {
    let today = floorDivide(local, 86_400)
    // Yesterday's may not have ended yet, and in a week every day comes once.
    for day in today - 1...today + 7 where days.contains(Weekdays(daysSinceEpoch: day)) {
      let opens = day * 86_400 + from * 60
      let closes = day * 86_400 + (to > from ? to : to + 1_440) * 60
      if local < closes { return max(local, opens) }
    }
    return nil
  }
}

extension Window: CustomStringConvertible {
  /// As rules write it: `Mon..Fri 09:00-17:00 Europe/London`.
  public var description: String {
    (days == .everyDay ? "" : "\(days) ") + "\(clock(from))-\(clock(to)) \(zone.name)"
  }
}

/// Minutes since midnight as a clock shows them.
func clock(_ minute: Int) -> String { "\(padded(minute / 60, 2)):\(padded(minute % 60, 2))" }
