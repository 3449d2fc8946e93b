// SPDX-License-Identifier: Apache-2.0

/// Where requests go instead of to the services' own addresses.
public struct EndpointOverrides: Sendable, Hashable {
  private let urls: [AWSServiceName: String]

  /// No override for any service.
  public static let none = Self([:])

  /// The override of each service that has one: an absolute URL without a slash at its end.
  public init(_ urls: [AWSServiceName: String]) { self.urls = urls }

  /// The override for one service, if any.
  public subscript(service: AWSServiceName) -> String? { urls[service] }

  /// The order of AWS's tools: `AWS_ENDPOINT_URL_SERVICE`, `AWS_ENDPOINT_URL`, the service's `endpoint_url` in the
  /// `[services]` section that the profile names, the profile's own `endpoint_url`.
  init(_ lookup: SettingLookup, services: [String: Section]) throws(ConfigurationFailure) {
    let isIgnored = try lookup.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")
    guard isIgnored != true else {
      self = .none
      return
    }
    let section = try Self.section(lookup, services)
    var urls: [AWSServiceName: String] = [:]
    for service in AWSServiceName.allCases {
      if let url = try lookup.url([service.endpointVariable, "AWS_ENDPOINT_URL"], nil) {
        urls[service] = url
      } else if let own = section?[service.rawValue], let url = nonEmpty(own.block["endpoint_url"]) {
        urls[service] = try checkedURL(url, at: "\(own.origin): endpoint_url of \(service.rawValue)")
      } else {
        urls[service] = try lookup.url([], "endpoint_url")
      }
    }
    self.urls = urls
  }

  private static func section(
    _ lookup: SettingLookup, _ services: [String: Section]
  ) throws(ConfigurationFailure) -> Section? {
    guard let named = lookup.profile["services"] else { return nil }
    guard let section = services[named.text] else {
      throw ConfigurationFailure(
        "\(named.origin): there is no section [services \(named.text)]; add it, or remove this line")
    }
    return section
  }
}
