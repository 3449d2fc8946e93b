// SPDX-License-Identifier: Apache-2.0
// What records and reports hold, for people.

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
