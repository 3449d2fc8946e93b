// SPDX-License-Identifier: Apache-2.0

/// A time without restarts: from the first moment at which the clocks of a zone show its beginning, to the last at which they
/// show its end.
public struct Freeze: Hashable, Sendable {
  /// Where it begins or ends.
  public enum Edge: Hashable, Sendable {
    /// With this whole day.
    case day(CivilDate)
    /// At this minute of a day, from 0 to 1440.
    case minute(Int, of: CivilDate)
  }

  /// With or at which it begins.
  public let first: Edge
  /// With or at which it ends.
  public let last: Edge
  /// Whose clocks.
  public let zone: TimeZoneRules
  /// The first instant in it.
  public let begins: Timestamp
  /// The first instant after it.
  public let ends: Timestamp

  /// A freeze with all its parts.
  public init(from first: Edge, through last: Edge, zone: TimeZoneRules) {
    self.first = first
    self.last = last
    self.zone = zone
    begins =
      switch first {
      case .day(let date): zone.moment(date, minute: 0).first
      case .minute(let minute, let date): zone.moment(date, minute: minute).first
      }
    ends =
      switch last {
      case .day(let date): zone.moment(date, minute: 1_440).last
      case .minute(let minute, let date): zone.moment(date, minute: minute).last
      }
  }

  func contains(_ time: Timestamp) -> Bool { begins <= time && time < ends }
}

extension Freeze: CustomStringConvertible {
  /// As rules write it: `2026-12-20..2027-01-02 Europe/London`.
  public var description: String {
    (first == last ? "\(first)" : "\(first)..\(last)") + " \(zone.name)"
  }
}

extension Freeze.Edge: CustomStringConvertible {
  /// As rules write it: `2026-12-20` or `2026-12-24T18:00`.
  public var description: String {
    switch self {
    case .day(let date): "\(date)"
    case .minute(let minute, let date): "\(date)T\(clock(minute))"
    }
  }
}
