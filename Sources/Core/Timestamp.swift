// SPDX-License-Identifier: Apache-2.0

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, the resolution of AWS's own timestamps.
///
/// `Core` never asks what time it is; every `Timestamp` is handed in.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
  /// Milliseconds since the Unix epoch.
  public var milliseconds: Int64

  /// A timestamp so many milliseconds after the Unix epoch.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Decodes the bare number of milliseconds.
  public init(from decoder: any Decoder) throws {
    milliseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  /// Encodes the bare number of milliseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }

  /// The earlier of two timestamps sorts first.
  public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  /// The timestamp `duration` later; parts of a millisecond are dropped.
  public static func + (left: Self, duration: Duration) -> Self {
    Self(milliseconds: left.milliseconds + duration.milliseconds)
  }

  /// The timestamp `duration` earlier; parts of a millisecond are dropped.
  public static func - (left: Self, duration: Duration) -> Self {
    Self(milliseconds: left.milliseconds - duration.milliseconds)
  }

  /// The time from `right` to `left`, negative where `left` is the earlier.
  public static func - (left: Self, right: Self) -> Duration {
    .milliseconds(left.milliseconds - right.milliseconds)
  }
}

extension Duration {
  /// Whole milliseconds, parts of one dropped.
  public var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC with milliseconds, as in every record: `2026-11-23T04:19:53.120Z`.
  public var description: String {
    let days = floorDivide(milliseconds, 86_400_000)
    // Not by way of the product, which the earliest day of the type would overflow.
    let millisecondOfDay = (milliseconds % 86_400_000 + 86_400_000) % 86_400_000
    let (year, month, day) = Self.civil(daysSinceEpoch: days)
    let second = millisecondOfDay / 1_000
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
      + "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
      + ".\(padded(millisecondOfDay % 1_000, 3))Z"
  }

  /// The Gregorian date of a day, by Howard Hinnant's `civil_from_days`: years run from March, so that the
  /// leap day is a year's last, and 400-year eras repeat exactly.
  private static func civil(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
  value / divisor - (value % divisor < 0 ? 1 : 0)
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
