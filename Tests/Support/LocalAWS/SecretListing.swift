// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html

import Core

/// Where a secret stands in a sorted listing, and where a page goes on.
struct SecretPosition: Comparable, Sendable {
  private let number: Int64
  private let text: String
  private let serial: Int

  /// The position of a secret under one of the values of `SortBy`.
  init(of secret: Secret, sortedBy key: String) {
    number = key == "last-changed-date" ? secret.changedAt.milliseconds : 0
    text = key == "name" ? secret.name : ""
    serial = secret.serial
  }

  /// Reads what `cursor` wrote.
  init?(cursor: String) {
    let fields = cursor.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, let number = Int64(fields[0]), let serial = Int(fields[1]) else { return nil }
    (self.number, self.serial, text) = (number, serial, String(fields[2]))
  }

  var cursor: String { "\(number) \(serial) \(text)" }

  static func < (left: Self, right: Self) -> Bool {
    (left.number, left.text, left.serial) < (right.number, right.text, right.serial)
  }
}

/// One of the filters of `ListSecrets`; all have to match. Values are beginnings, and `!` before one excludes.
struct SecretFilter: Sendable {
  private static let keys = [
    "description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all",
  ]

  private let key: String
  private let values: [String]

  init(_ filter: JSON) throws(APIError) {
    key = filter["Key"]?.string ?? ""
    values = (filter["Values"]?.array ?? []).compactMap(\.string)
    guard Self.keys.contains(key) else {
      throw .validation(
        "1 validation error detected: Value '\(key)' at 'filters.1.member.key' failed to satisfy "
          + "constraint: Member must satisfy enum value set: [\(Self.keys.joined(separator: ", "))]")
    }
    guard 1...10 ~= values.count else {
      throw APIError("InvalidParameterException", "A filter has 1 to 10 values.")
    }
  }

  func matches(_ secret: Secret) -> Bool {
    let wanted = values.filter { !$0.hasPrefix("!") }
    let unwanted = values.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }
    return (wanted.isEmpty || wanted.contains { begins(secret, $0) })
      && !unwanted.contains { begins(secret, $0) }
  }

  private func begins(_ secret: Secret, _ value: String) -> Bool {
    switch key {
    case "name": secret.name.hasPrefix(value)
    case "description": Self.words(secret.description ?? "", value)
    case "tag-key": secret.tags.keys.contains { $0.hasPrefix(value) }
    case "tag-value": secret.tags.values.contains { $0.hasPrefix(value) }
    case "primary-region": secret.region.hasPrefix(value)
    case "all":
      ([secret.name, secret.description ?? ""] + secret.tags.keys + secret.tags.values)
        .contains { Self.words($0, value) }
    default: false
    }
  }

  /// Case does not count, and any word of the text may begin so.
  private static func words(_ text: String, _ value: String) -> Bool {
    let value = value.lowercased()
    return text.lowercased().split { " /_+=.@-".contains($0) }.contains { $0.hasPrefix(value) }
      || text.lowercased().hasPrefix(value)
  }
}

extension SecretStore {
  func listVersions(_ call: Call) throws(APIError) -> JSON {
    let secret = try find(call)
    let labels = secret.versionsToStages
    let shown = secret.versions.filter { labels[$0.key] != nil || call.flag("IncludeDeprecated") }
    let versions = shown.sorted { ($0.value.createdAt, $0.key) < ($1.value.createdAt, $1.key) }
    return [
      "ARN": .string(secret.arn), "Name": .string(secret.name),
      "Versions": .array(
        versions.map { id, version in
          [
            "VersionId": .string(id), "VersionStages": .strings(labels[id] ?? []),
            "CreatedDate": .time(version.createdAt),
          ]
        }),
    ]
  }

  func list(_ call: Call) throws(APIError) -> JSON {
    let size = try call.pageSize("MaxResults", in: 1...100, default: 100)
    let sortedBy = try call.text("SortBy") ?? "created-date"
    let descending = try call.text("SortOrder") == "desc"
    var filters: [SecretFilter] = []
    for filter in call.input["Filters"]?.array ?? [] { filters.append(try SecretFilter(filter)) }
    let planned = call.flag("IncludePlannedDeletion")
    let scope =
      "ListSecrets \(place) \(sortedBy) \(descending) \(planned) \(call.input["Filters"]?.text ?? "")"
    let names = self.names(sortedBy: sortedBy, descending: descending)
    var index = 0
    if let token = try call.text("NextToken") {
      guard let start = PageToken.read(token, scope: scope).flatMap(SecretPosition.init(cursor:)) else {
        throw APIError("InvalidNextTokenException", "Invalid NextToken.")
      }
      index = self.index(of: start, in: names, sortedBy: sortedBy, descending: descending)
    }
    var page: [JSON] = []
    let end = thinsPages ? min(names.count, index + size) : names.count
    while index < end, page.count < size {
      if let secret = secrets[names[index]], planned || secret.deletionDate == nil,
        filters.allSatisfy({ $0.matches(secret) })
      {
        page.append(secret.described(stagesAs: "SecretVersionsToStages"))
      }
      index += 1
    }
    let next = index < names.count ? position(of: names[index], sortedBy: sortedBy)?.cursor : nil
    return .present([
      "SecretList": .array(page),
      "NextToken": next.map { .string(PageToken.make(scope: scope, cursor: $0)) },
    ])
  }

  private func position(of name: String, sortedBy key: String) -> SecretPosition? {
    secrets[name].map { SecretPosition(of: $0, sortedBy: key) }
  }

  /// All names in the order asked for. That of creation is at hand; the others are made for each page.
  private func names(sortedBy key: String, descending: Bool) -> [String] {
    guard key != "created-date" else { return descending ? order.reversed() : order }
    let sorted = order.compactMap { name in position(of: name, sortedBy: key).map { ($0, name) } }
      .sorted { descending ? $0.0 > $1.0 : $0.0 < $1.0 }
    return sorted.map(\.1)
  }

  /// The index of the first name that does not come before `start`.
  private func index(
    of start: SecretPosition, in names: [String], sortedBy key: String, descending: Bool
  ) -> Int {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      let isBefore = position(of: names[middle], sortedBy: key).map { descending ? $0 > start : $0 < start }
      if isBefore ?? false { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
