// SPDX-License-Identifier: Apache-2.0
// What the answers of all services have in common, beyond JSON itself.

import JSON

extension JSONReader {
  /// The value that `read` reads, or nil for `null`.
  mutating func optional<Value>(
    _ read: (inout JSONReader) throws(JSONFailure) -> Value
  ) throws(JSONFailure) -> Value? {
    takeNull() ? nil : try read(&self)
  }

  /// The elements of an array, each as `element` reads it.
  mutating func list<Value>(
    _ element: (inout JSONReader) throws(JSONFailure) -> Value
  ) throws(JSONFailure) -> [Value] {
    var values: [Value] = []
    try array { (json) throws(JSONFailure) in values.append(try element(&json)) }
    return values
  }

  /// The same; none for `null`.
  mutating func optionalList<Value>(
    _ element: (inout JSONReader) throws(JSONFailure) -> Value
  ) throws(JSONFailure) -> [Value] {
    takeNull() ? [] : try list(element)
  }

  mutating func optionalString() throws(JSONFailure) -> String? { takeNull() ? nil : try string() }

  mutating func count() throws(JSONFailure) -> Int {
    guard let value = Int(exactly: try integer()) else { throw JSONFailure("not an integer") }
    return value
  }

  mutating func optionalCount() throws(JSONFailure) -> Int? { takeNull() ? nil : try count() }

  mutating func time() throws(JSONFailure) -> WireTime {
    guard let time = WireTime(try number()) else { throw JSONFailure("not a time") }
    return time
  }

  mutating func optionalTime() throws(JSONFailure) -> WireTime? { takeNull() ? nil : try time() }
}

/// What a member must have been for the whole to be of use.
func required<Value>(_ value: Value?, _ name: String) throws(JSONFailure) -> Value {
  guard let value else { throw JSONFailure("\(name) is missing") }
  return value
}
