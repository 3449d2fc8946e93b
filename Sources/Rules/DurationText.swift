// SPDX-License-Identifier: Apache-2.0

internal import Core

/// What is wrong with the text of a duration, and what to write.
public struct DurationError: Error, Hashable, Sendable {
  /// One clause without the text's place.
  public let message: String
}

extension Duration {
  private static let units: [(suffix: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]

  /// Reads `500ms`, `30s`, `5m`, `1h30m`, `2d`: whole numbers, each with its unit, the larger units first.
  public init(text: String) throws(DurationError) {
    var rest = text[...]
    var sum: Int64 = 0
    var smallest = Int64.max
    guard !rest.isEmpty else { throw DurationError(message: "a duration is missing; write for instance 30s") }
    while !rest.isEmpty {
      let digits = rest.prefix { "0"..."9" ~= $0 }
      let unit = rest.dropFirst(digits.count).prefix { "a"..."z" ~= $0 }
      guard !digits.isEmpty, let count = Int64(digits) else {
        throw DurationError(
          message: "'\(text.prefix(40))' is no duration; write for instance 30s, 5m or 1h30m")
      }
      guard !unit.isEmpty || !rest.dropFirst(digits.count).isEmpty else {
        throw DurationError(
          message: "'\(text.prefix(40))' has no unit; write \(digits)s for seconds, or ms, m, h, d")
      }
      guard rest.dropFirst(digits.count).first != "." else {
        throw DurationError(
          message: "'\(text.prefix(40))' has a fraction; write whole numbers, such as 1h30m or 500ms")
      }
      guard let known = Self.units.first(where: { $0.suffix == unit }) else {
        throw DurationError(
          message: "'\(text.prefix(40))' has an unknown unit; the units are ms, s, m, h and d")
      }
      guard known.milliseconds < smallest else {
        throw DurationError(
          message: "'\(text.prefix(40))' has its units out of order; write the larger ones first")
      }
      smallest = known.milliseconds
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: known.milliseconds)
      let (total, isTooLong) = sum.addingReportingOverflow(product)
      guard !isTooLarge, !isTooLong, total <= Limits.longestDuration.milliseconds else {
        throw DurationError(message: "'\(text.prefix(40))' is longer than \(Limits.longestDuration.text)")
      }
      sum = total
      rest = rest.dropFirst(digits.count + unit.count)
    }
    self = .milliseconds(sum)
  }

  /// As rules write it: `1h30m`.
  public var text: String {
    var rest = milliseconds
    guard rest > 0 else { return "0s" }
    var text = ""
    for (suffix, size) in Self.units where rest >= size {
      text += "\(rest / size)\(suffix)"
      rest %= size
    }
    return text
  }
}
