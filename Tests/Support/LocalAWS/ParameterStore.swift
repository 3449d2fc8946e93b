// SPDX-License-Identifier: Apache-2.0
// Parameter Store of one account and Region: https://docs.aws.amazon.com/systems-manager/latest/APIReference/

import Core

/// The parameters of one place. Names are kept sorted, so that a page begins with a binary search.
struct ParameterStore: SimulatedService {
  private let place: Place
  private var parameters: [String: Parameter] = [:]
  private var names: [String] = []
  /// True where a filter thins pages out instead of gathering full ones, as AWS has been seen to do: pages may
  /// then be empty and still have a next one.
  var thinsPages = false

  init(place: Place) { self.place = place }

  mutating func advance(to now: Timestamp) {}

  mutating func perform(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    switch call.operation {
    case "PutParameter": try put(call, at: now)
    case "DeleteParameter": try delete(call)
    case "DeleteParameters": try deleteSeveral(call)
    case "LabelParameterVersion": try label(call)
    case "AddTagsToResource": try tag(call)
    case "RemoveTagsFromResource": try untag(call)
    case "ListTagsForResource": try listTags(call)
    case "DescribeParameters": try describe(call)
    default: throw .unknownOperation(call.operation)
    }
  }

  /// Adds parameters quickly, as if `user` had put each of them once at `now`.
  mutating func seed(_ seeded: [String], by user: String, at now: Timestamp) {
    for name in seeded where parameters[name] == nil {
      parameters[name] = fresh(name, type: "SecureString", by: user, at: now)
      names.append(name)
    }
    names.sort()
  }

  // MARK: Changing

  private mutating func put(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let name = try call.require("Name")
    _ = try call.require("Value")
    try Self.check(name: name)
    let tags = call.input["Tags"]?.array ?? []
    if !tags.isEmpty, call.flag("Overwrite") {
      throw .validation(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with "
          + "tags, please remove overwrite flag. To update tags for an existing parameter, please use "
          + "AddTagsToResource or RemoveTagsFromResource.")
    }
    let type = try call.text("Type")
    var parameter: Parameter
    if let existing = parameters[name] {
      parameter = try overwritten(existing, call)
    } else {
      guard let type else {
        throw .validation("A parameter type is required when you create a parameter.")
      }
      parameter = fresh(name, type: type, by: call.caller.arn, at: now)
      insert(name)
    }
    parameter.type = type ?? parameter.type
    parameter.keyID = parameter.type == "SecureString" ? try call.text("KeyId") ?? "alias/aws/ssm" : nil
    parameter.description = try call.text("Description") ?? parameter.description
    parameter.allowedPattern = try call.text("AllowedPattern") ?? parameter.allowedPattern
    parameter.tier = try call.text("Tier") ?? parameter.tier
    parameter.dataType = try call.text("DataType") ?? parameter.dataType
    parameter.lastModified = now
    parameter.lastModifiedBy = call.caller.arn
    parameter.tags.merge(Tags.read(tags)) { $1 }
    parameters[name] = parameter
    return ["Version": .integer(Int64(parameter.version)), "Tier": .string(parameter.tier)]
  }

  private func overwritten(_ existing: Parameter, _ call: Call) throws(APIError) -> Parameter {
    guard call.flag("Overwrite") else {
      throw APIError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the "
          + "overwrite option in the request to true.")
    }
    var parameter = existing
    parameter.version += 1
    let oldest = parameter.version - 100
    if oldest >= 1, let label = parameter.labels.first(where: { $0.value == oldest })?.key {
      throw APIError(
        "ParameterMaxVersionLimitExceeded",
        "You attempted to create a new version of "
          + "\(parameter.name) by calling the PutParameter API with the overwrite flag. Version \(oldest), the oldest "
          + "version, can't be deleted because it has a label associated with it: \(label).")
    }
    return parameter
  }

  private func fresh(_ name: String, type: String, by user: String, at now: Timestamp) -> Parameter {
    let path = name.hasPrefix("/") ? String(name.dropFirst()) : name
    return Parameter(
      name: name, arn: place.arn("ssm", "parameter/\(path)"), type: type,
      keyID: type == "SecureString" ? "alias/aws/ssm" : nil, lastModified: now, lastModifiedBy: user,
      description: nil, allowedPattern: nil, version: 1, tier: "Standard", dataType: "text", tags: [:],
      labels: [:])
  }

  private mutating func insert(_ name: String) { names.insert(name, at: place(of: name)) }

  private mutating func remove(_ name: String) -> Bool {
    guard parameters.removeValue(forKey: name) != nil else { return false }
    names.remove(at: place(of: name))
    return true
  }

  /// The index of the first name that does not sort before `name`.
  private func place(of name: String) -> Int {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      if names[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func delete(_ call: Call) throws(APIError) -> JSON {
    let name = try call.require("Name")
    guard remove(name) else { throw Self.notFound(name) }
    return [:]
  }

  private mutating func deleteSeveral(_ call: Call) throws(APIError) -> JSON {
    let names = try call.list("Names")
    let deleted = names.filter { remove($0) }
    return [
      "DeletedParameters": .strings(deleted),
      "InvalidParameters": .strings(names.filter { !deleted.contains($0) }),
    ]
  }

  private mutating func label(_ call: Call) throws(APIError) -> JSON {
    let name = try call.require("Name")
    guard var parameter = parameters[name] else { throw Self.notFound(name) }
    let version = call.input["ParameterVersion"]?.integer ?? parameter.version
    guard version >= 1, version > parameter.version - 100, version <= parameter.version else {
      throw APIError(
        "ParameterVersionNotFound",
        "Systems Manager could not find version \(version) of \(name). "
          + "Verify the version and try again.")
    }
    for label in try call.list("Labels") { parameter.labels[label] = version }
    parameters[name] = parameter
    return ["InvalidLabels": [], "ParameterVersion": .integer(Int64(version))]
  }

  private mutating func tag(_ call: Call) throws(APIError) -> JSON {
    let name = try taggedName(call)
    parameters[name]?.tags.merge(Tags.read(call.input["Tags"]?.array ?? [])) { $1 }
    return [:]
  }

  private mutating func untag(_ call: Call) throws(APIError) -> JSON {
    let name = try taggedName(call)
    for key in try call.list("TagKeys") { parameters[name]?.tags[key] = nil }
    return [:]
  }

  private func listTags(_ call: Call) throws(APIError) -> JSON {
    ["TagList": Tags.written(parameters[try taggedName(call)]?.tags ?? [:])]
  }

  private func taggedName(_ call: Call) throws(APIError) -> String {
    let name = try call.require("ResourceId")
    guard parameters[name] != nil else {
      throw APIError(
        "InvalidResourceId", "The resource ID is not valid. Verify that you entered the correct ID.")
    }
    return name
  }

  // MARK: Listing

  private func describe(_ call: Call) throws(APIError) -> JSON {
    let size = try call.pageSize("MaxResults", in: 1...50, default: 50)
    let filters = try ParameterFilter.read(call.input)
    guard !call.flag("Shared") else { return ["Parameters": []] }
    let asked = call.input["ParameterFilters"] ?? call.input["Filters"]
    let scope = "DescribeParameters \(place) \(asked?.text ?? "")"
    var index = 0
    if let token = try call.text("NextToken") {
      guard let cursor = PageToken.read(token, scope: scope) else {
        throw APIError("InvalidNextToken", "The specified token is not valid.")
      }
      index = place(of: cursor)
    }
    var page: [JSON] = []
    let end = thinsPages ? min(names.count, index + size) : names.count
    while index < end, page.count < size {
      if let parameter = parameters[names[index]], filters.allSatisfy({ $0.matches(parameter) }) {
        page.append(parameter.described)
      }
      index += 1
    }
    return .present([
      "Parameters": .array(page),
      "NextToken": index < names.count ? .string(PageToken.make(scope: scope, cursor: names[index])) : nil,
    ])
  }

  // MARK: Rules of names

  private static func notFound(_ name: String) -> APIError {
    APIError("ParameterNotFound", "Parameter \(name) not found.")
  }

  private static func check(name: String) throws(APIError) {
    let permitted = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "/"):
        true
      default: false
      }
    }
    guard permitted else {
      throw .validation(
        "Parameter name: can't be prefixed with \"ssm\" (case-insensitive) and can only contain "
          + "the following symbols and letters: a-zA-Z0-9_.-")
    }
    let first = name.split(separator: "/").first?.lowercased() ?? ""
    guard !first.hasPrefix("aws"), !first.hasPrefix("ssm") else {
      throw APIError("ValidationException", "No access to reserved parameter name: \(name).")
    }
    let levels = name.split(separator: "/").count
    guard levels <= 15 else {
      throw APIError("HierarchyLevelLimitExceededException", "The hierarchy depth \(levels) is above 15.")
    }
    guard levels <= 1 || name.hasPrefix("/") else {
      throw .validation("Parameter name must be a fully qualified name.")
    }
  }
}

/// Tags in the form most services share: `[{"Key": …, "Value": …}]`.
enum Tags {
  static func read(_ list: [JSON], key: String = "Key", value: String = "Value") -> [String: String] {
    var tags: [String: String] = [:]
    for tag in list {
      if let name = tag[key]?.string { tags[name] = tag[value]?.string ?? "" }
    }
    return tags
  }

  static func written(_ tags: [String: String], key: String = "Key", value: String = "Value") -> JSON {
    .array(
      tags.sorted { $0.key < $1.key }
        .map { .object([JSON.Member(key, .string($0.key)), JSON.Member(value, .string($0.value))]) })
  }
}
