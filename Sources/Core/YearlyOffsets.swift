// SPDX-License-Identifier: Apache-2.0

/// What a zone does every year, for ever: the form that POSIX gives to the variable `TZ`, with which a zone's file ends.
public struct YearlyOffsets: Hashable, Sendable {
  /// A day of every year.
  public enum Day: Hashable, Sendable {
    /// A weekday of a month, 0 for Sunday; the first to the fourth, and 5 for the last.
    case weekday(Int, week: Int, month: Int)
    /// A day from 1 to 365 of a year without 29 February.
    case julian(Int)
    /// A day from 0 to 365 of the year as it is.
    case ordinal(Int)
  }

  /// When clocks are set.
  public struct Change: Hashable, Sendable {
    /// On this day.
    public var day: Day
    /// So many seconds after its midnight, by the clocks as they went before; as few as -167 hours, as many as 167.
    public var seconds: Int

    /// A change with both its parts.
    public init(day: Day, seconds: Int) {
      self.day = day
      self.seconds = seconds
    }
  }

  /// The other offset of a year.
  public struct Daylight: Hashable, Sendable {
    /// Seconds that are added to UTC while it holds.
    public var offset: Int
    /// When it begins, by standard time.
    public var begins: Change
    /// When it ends, by its own time.
    public var ends: Change

    /// Daylight-saving time with all its parts.
    public init(offset: Int, begins: Change, ends: Change) {
      self.offset = offset
      self.begins = begins
      self.ends = ends
    }
  }

  /// Seconds that are added to UTC.
  public var standard: Int
  /// Where clocks are set twice a year.
  public var daylight: Daylight?

  /// Yearly offsets with both their parts.
  public init(standard: Int, daylight: Daylight?) {
    self.standard = standard
    self.daylight = daylight
  }

  func stretch(at second: Int) -> TimeZoneRules.Stretch {
    var stretch = TimeZoneRules.Stretch(offset: standard, end: nil)
    guard let daylight else { return stretch }
    let year = CivilDate(daysSinceEpoch: floorDivide(second + standard, 86_400)).year
    var latest = Int.min
    func consider(_ at: Int, _ offset: Int) {
      if at > second {
        stretch.end = min(stretch.end ?? at, at)
      } else if at >= latest {
        (latest, stretch.offset) = (at, offset)
      }
    }
    // A change may be so many hours away from its day that it falls into the year before or after. Where one year's end and
    // the next one's beginning are the same instant, as with daylight-saving time all year round, the later year's counts.
    for year in year - 2...year + 2 {
      consider(daylight.begins.second(in: year) - standard, daylight.offset)
      consider(daylight.ends.second(in: year) - daylight.offset, standard)
    }
    return stretch
  }
}

extension YearlyOffsets.Change {
  /// The local time of the change in a year, as seconds since the Unix epoch.
  func second(in year: Int) -> Int { daysSinceEpoch(in: year) * 86_400 + seconds }

  private func daysSinceEpoch(in year: Int) -> Int {
    let firstOfYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
    switch day {
    case .julian(let number): return firstOfYear + number - (CivilDate.isLeap(year) && number >= 60 ? 0 : 1)
    case .ordinal(let number): return firstOfYear + number
    case .weekday(let weekday, let week, let month):
      let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
      // 1970-01-01 was a Thursday, which is 4 from Sunday.
      let weekdayOfFirst = first + 4 - 7 * floorDivide(first + 4, 7)
      let ofMonth = (weekday - weekdayOfFirst + 7) % 7 + 7 * (week - 1)
      return first + (ofMonth < CivilDate.days(inMonth: month, of: year) ? ofMonth : ofMonth - 7)
    }
  }
}
