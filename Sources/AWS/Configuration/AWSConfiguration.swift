// SPDX-License-Identifier: Apache-2.0

/// Everything that AWS's own tools take from the environment and the shared files, resolved once at the start,
/// in their order: the environment first, then the profile.
public struct AWSConfiguration: Sendable, CustomStringConvertible, CustomReflectable {
  /// The profile in use, `default` where none is named.
  public let profileName: String
  /// `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile's `region`; nothing where none is set. The caller may
  /// then ask the instance (`InstanceMetadata.region`) and store the answer here.
  public var region: String?
  /// Where to send requests instead of the services' own addresses.
  public let endpoints: EndpointOverrides
  /// `AWS_USE_FIPS_ENDPOINT`.
  public let usesFIPS: Bool
  /// `AWS_USE_DUALSTACK_ENDPOINT`.
  public let usesDualStack: Bool
  /// `AWS_MAX_ATTEMPTS`, at least 1, the first attempt included; nothing where not set.
  public let maxAttempts: Int?
  /// `AWS_CA_BUNDLE`: a PEM file to verify servers with instead of the system's.
  public let certificateBundle: String?
  /// How to reach the instance metadata service.
  public let metadata: MetadataSettings

  let shared: SharedConfiguration
  let environment: [String: String]
  let home: String?

  /// Reads the shared files and resolves every setting. `home` is where `~/.aws` is, nothing for nowhere.
  public static func resolve(
    environment: [String: String], home: String?
  ) throws(ConfigurationFailure) -> AWSConfiguration {
    let shared = try SharedConfiguration.load(environment: environment, home: home)
    return try Self(environment: environment, home: home, shared: shared)
  }

  init(
    environment: [String: String], home: String?, shared: SharedConfiguration
  ) throws(ConfigurationFailure) {
    let named = nonEmpty(environment["AWS_PROFILE"]) ?? nonEmpty(environment["AWS_DEFAULT_PROFILE"])
    if let named, shared.profiles[named] == nil { throw shared.missingProfile(named, at: "AWS_PROFILE") }
    profileName = named ?? "default"
    let profile = shared.profiles[profileName] ?? SharedConfiguration.Profile()
    let lookup = SettingLookup(environment: environment, profile: profile)

    region = try Self.region(lookup)
    endpoints = try EndpointOverrides(lookup, services: shared.services)
    usesFIPS = try lookup.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") ?? false
    usesDualStack = try lookup.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint") ?? false
    maxAttempts = try lookup.number("AWS_MAX_ATTEMPTS", "max_attempts", in: 1...100)
    certificateBundle = lookup.text(["AWS_CA_BUNDLE"], "ca_bundle").map { expandTilde($0.text, home: home) }
    metadata = try MetadataSettings(lookup)
    (self.shared, self.environment, self.home) = (shared, environment, home)
  }

  /// How to choose among a service's addresses.
  public var endpointOptions: EndpointOptions {
    EndpointOptions(overrides: endpoints, usesFIPS: usesFIPS, usesDualStack: usesDualStack)
  }

  private static func region(_ lookup: SettingLookup) throws(ConfigurationFailure) -> String? {
    guard let found = lookup.text(["AWS_REGION", "AWS_DEFAULT_REGION"], "region") else { return nil }
    guard isRegion(found.text) else {
      throw ConfigurationFailure("\(found.place) is not a Region; write its name alone, such as eu-west-1")
    }
    return found.text
  }

  /// The profile and the Region. The environment may hold keys and is never shown.
  public var description: String { "AWSConfiguration(profile: \(profileName), region: \(region ?? "none"))" }
  /// Nothing, so that no dump can print a secret.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Whether the text can be part of a host name: it becomes one, so nothing else may get through.
func isRegion(_ text: String) -> Bool {
  (1...63).contains(text.utf8.count) && text.first != "-" && text.last != "-"
    && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D }
}

extension SharedConfiguration {
  /// The error of a profile that does not exist, with the usual reason for it where that can be seen.
  func missingProfile(_ name: String, at place: String) -> ConfigurationFailure {
    if let origin = unknownSections[name] {
      return ConfigurationFailure(
        "\(place) names the profile \"\(name)\", but \(origin) has [\(name)]; write [profile \(name)] there")
    }
    let files = [configPath, credentialsPath].compactMap(\.self).joined(separator: " nor ")
    let place = "\(place) names the profile \"\(name)\", which is "
    return ConfigurationFailure(
      place + (files.isEmpty ? "nowhere: there is no home directory" : "neither in \(files); add it")
        + ", or name one that exists")
  }
}
