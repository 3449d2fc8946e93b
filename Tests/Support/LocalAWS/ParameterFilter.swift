// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html

/// One of the filters of `DescribeParameters`; all of a request's filters have to match.
struct ParameterFilter: Sendable {
  private enum Comparison { case equals, beginsWith, contains, below, directlyBelow }

  private let key: String
  private let comparison: Comparison
  private let values: [String]

  /// The filters of a request, `ParameterFilters` or the deprecated `Filters`.
  static func read(_ input: JSON) throws(APIError) -> [Self] {
    let modern = input["ParameterFilters"]?.array ?? []
    let deprecated = input["Filters"]?.array ?? []
    guard modern.isEmpty || deprecated.isEmpty else {
      throw .validation("You can use either Filters or ParameterFilters in a single request.")
    }
    var filters: [Self] = []
    for filter in modern { filters.append(try Self(filter)) }
    for filter in deprecated { filters.append(try Self(deprecated: filter)) }
    return filters
  }

  private init(_ filter: JSON) throws(APIError) {
    key = filter["Key"]?.string ?? ""
    values = (filter["Values"]?.array ?? []).compactMap(\.string)
    guard key.hasPrefix("tag:") || ["Name", "Type", "KeyId", "Path", "Tier", "DataType"].contains(key) else {
      throw APIError(
        "InvalidFilterKey",
        "The following filter key is not valid: \(key). "
          + "Valid filter keys include: [Path, Name, Type, KeyId, Tier, DataType].")
    }
    guard values.count <= 50 else {
      throw .validation(
        "1 validation error detected: Value at 'parameterFilters.1.member.values' failed to "
          + "satisfy constraint: Member must have length less than or equal to 50")
    }
    let option = filter["Option"]?.string
    comparison = try Self.comparison(key, option)
    guard !values.isEmpty || key.hasPrefix("tag:") else {
      throw APIError(
        "InvalidFilterValue", "The following filter values are missing: null for filter key \(key)")
    }
    if key == "Path", let wrong = values.first(where: { !$0.hasPrefix("/") }) {
      throw .validation(
        "The parameter doesn't meet the parameter name requirements. The parameter name must "
          + "begin with a forward slash \"/\". Value: \(wrong)")
    }
  }

  private init(deprecated filter: JSON) throws(APIError) {
    key = filter["Key"]?.string ?? ""
    values = (filter["Values"]?.array ?? []).compactMap(\.string)
    comparison = key == "Name" ? .beginsWith : .equals
    guard ["Name", "Type", "KeyId"].contains(key) else {
      throw APIError("InvalidFilterKey", "The following filter key is not valid: \(key).")
    }
  }

  private static func comparison(_ key: String, _ option: String?) throws(APIError) -> Comparison {
    switch (key, option) {
    case ("Path", nil), ("Path", "OneLevel"): return .directlyBelow
    case ("Path", "Recursive"): return .below
    case ("Name", "Contains"): return .contains
    case (_, nil), (_, "Equals"): return .equals
    case (_, "BeginsWith") where key != "Path": return .beginsWith
    default:
      throw APIError("InvalidFilterOption", "The following filter option is not valid: \(option ?? "").")
    }
  }

  func matches(_ parameter: Parameter) -> Bool {
    if key.hasPrefix("tag:") {
      guard let tag = parameter.tags[String(key.dropFirst(4))] else { return false }
      return values.isEmpty || values.contains { compare(tag, $0) }
    }
    let subject: String? =
      switch key {
      case "Type": parameter.type
      case "KeyId": parameter.keyID
      case "Tier": parameter.tier
      case "DataType": parameter.dataType
      default: parameter.name
      }
    guard let subject else { return false }
    return values.contains { compare(subject, $0) }
  }

  private func compare(_ subject: String, _ value: String) -> Bool {
    switch comparison {
    case .equals: subject == value
    case .beginsWith: subject.hasPrefix(value)
    case .contains: subject.contains(value)
    case .below: subject.hasPrefix(Self.directory(value)) || value == "/"
    case .directlyBelow: Self.directlyBelow(subject, value)
    }
  }

  private static func directory(_ path: String) -> String { path.hasSuffix("/") ? path : path + "/" }

  private static func directlyBelow(_ name: String, _ path: String) -> Bool {
    let directory = directory(path)
    let rest = name.hasPrefix(directory) ? name.dropFirst(directory.count) : path == "/" ? name[...] : nil
    return rest.map { !$0.isEmpty && !$0.contains("/") } ?? false
  }
}
