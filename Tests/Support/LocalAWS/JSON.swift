// SPDX-License-Identifier: Apache-2.0
// The JSON that calls and answers are made of. An own type, so that an object keeps the order it was written in
// and nothing of what is tested here rests on the client's own reader.

public import Core

/// One JSON value.
public enum JSON: Sendable, Hashable {
  /// The literal `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without fraction or exponent.
  case integer(Int64)
  /// Any other number.
  case decimal(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object, in the order of its members.
  case object([Member])

  /// One name and value of an object.
  public struct Member: Sendable, Hashable {
    /// The member's name.
    public var name: String
    /// The member's value.
    public var value: JSON

    /// A member with both its parts.
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// A time as AWS's JSON protocols write it: seconds since 1970, with a fraction.
  public static func time(_ time: Timestamp) -> JSON { .decimal(Double(time.milliseconds) / 1_000) }

  /// An object of the members that have a value.
  static func present(_ members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(members.compactMap { name, value in value.map { Member(name, $0) } })
  }

  /// A list of strings.
  static func strings(_ strings: some Sequence<String>) -> JSON { .array(strings.map { .string($0) }) }

  /// The member of that name; nil where there is none, or where this is no object.
  public subscript(_ name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The element at that place; nil where there is none, or where this is no array.
  public subscript(_ index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text of a string.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The value of a whole number.
  public var integer: Int? {
    guard case .integer(let number) = self else { return nil }
    return Int(number)
  }

  /// The value of any number.
  public var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .decimal(let number): number
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// The value of `true` or `false`.
  public var bool: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The elements of an array.
  public var array: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members of an object.
  public var object: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .decimal(value) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object with its members in order.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0, $1) })
  }
}
