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
    let second = millisecondOfDay / 1_000
    let date = CivilDate(daysSinceEpoch: Int(days))
    let parts: [(value: Int, width: Int, end: UInt8)] = [
      (date.year, 4, UInt8(ascii: "-")), (date.month, 2, UInt8(ascii: "-")), (date.day, 2, UInt8(ascii: "T")),
      (Int(second / 3_600), 2, UInt8(ascii: ":")), (Int(second / 60 % 60), 2, UInt8(ascii: ":")),
      (Int(second % 60), 2, UInt8(ascii: ".")), (Int(millisecondOfDay % 1_000), 3, UInt8(ascii: "Z")),
    ]
    // Every call to AWS and every record has one: digit by digit takes a tenth of the time.
    var text: [UInt8] = []
    text.reserveCapacity(24)
    for part in parts {
      appendPadded(part.value, part.width, to: &text)
      text.append(part.end)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension Timestamp {
  /// Reads what `description` writes; nil for any other text.
  public init?(written text: String) {
    // A status has thousands of them: digit by digit takes a tenth of the time.
    var numbers: [Int] = []
    var rest = text.utf8[...]
    for (width, end) in [(4, "-"), (2, "-"), (2, "T"), (2, ":"), (2, ":"), (2, "."), (3, "Z")]
      as [(Int, Unicode.Scalar)]
    {
      var number = 0
      for _ in 0..<width {
        guard let digit = rest.popFirst(), 0x30...0x39 ~= digit else { return nil }
        number = number * 10 + Int(digit - 0x30)
      }
      guard rest.popFirst() == UInt8(ascii: end) else { return nil }
      numbers.append(number)
    }
    guard rest.isEmpty else { return nil }
    let days = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]).daysSinceEpoch
    let seconds = (days * 24 + numbers[3]) * 3_600 + numbers[4] * 60 + numbers[5]
    self.init(milliseconds: Int64(seconds * 1_000 + numbers[6]))
  }

  /// For people, in UTC: `2026-11-23 04:19:53`.
  public var toTheSecond: String {
    description.prefix(19).split(separator: "T").joined(separator: " ")
  }
}

extension Duration {
  /// For people, in the two largest units: `3 d 4 h`, `2 m 5 s`, `0 s`. Nothing is less than no time.
  public var inWords: String {
    let seconds = max(0, components.seconds)
    let units = [
      (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
    ]
    let first = units.firstIndex { $0.0 > 0 } ?? units.count - 1
    return units[first...].prefix(2).enumerated().filter { $0.offset == 0 || $0.element.0 > 0 }
      .map { "\($0.element.0) \($0.element.1)" }.joined(separator: " ")
  }
}
