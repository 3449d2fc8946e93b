// SPDX-License-Identifier: Apache-2.0
// Records and times in words.

import Core
import JSON
import Platform

extension JSONValue {
  /// A member as a text that can be shown; empty where there is none.
  func text(_ key: String) -> String {
    guard let value = self[key] else { return "" }
    return (value.string ?? value.line).printable
  }

  /// A member that is a time.
  func time(_ key: String) -> Timestamp? { self[key]?.string.flatMap(Timestamp.init(written:)) }
}

extension Timestamp {
  /// Reads what `description` writes, `2026-11-23T04:19:53.120Z`; nil for any other text.
  init?(written text: String) {
    let numbers = text.split(whereSeparator: { "-T:.Z".contains($0) }).compactMap { Int($0) }
    guard text.utf8.count == 24, numbers.count == 7 else { return nil }
    let days = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]).daysSinceEpoch
    let seconds = (days * 24 + numbers[3]) * 3_600 + numbers[4] * 60 + numbers[5]
    self.init(milliseconds: Int64(seconds * 1_000 + numbers[6]))
  }

  /// `2026-11-23 04:19:53`, in UTC.
  var toTheSecond: String { description.prefix(19).split(separator: "T").joined(separator: " ") }
}

extension Duration {
  /// The two largest units: `3 d 4 h`, `2 m 5 s`, `0 s`.
  var inWords: String {
    let seconds = max(0, components.seconds)
    let units = [
      (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
    ]
    let first = units.firstIndex { $0.0 > 0 } ?? 3
    return units[first...].prefix(2).filter { $0.0 > 0 || first == 3 }.map { "\($0.0) \($0.1)" }
      .joined(separator: " ")
  }
}
