// SPDX-License-Identifier: Apache-2.0

/// Which origin the configuration chooses, in the order of AWS's own tools: environment, role of the profile,
/// web identity, Identity Center, credentials file, `credential_process`, config file, container, instance.
struct CredentialsPlan: Sendable {
  let origin: CredentialsOrigin
  /// What comes before the origin and is not configured, for the error of a chain that finds nothing.
  private(set) var absent: [String] = []

  /// Chooses. An origin that is configured in part is an error, never skipped.
  init(_ configuration: AWSConfiguration) throws(ConfigurationFailure) {
    let profiles = ProfileOrigins(shared: configuration.shared, environment: configuration.environment)
    if let keys = try Self.environment(configuration.environment) {
      origin = keys
      return
    }
    absent.append("AWS_ACCESS_KEY_ID is not set")
    if let profile = try profiles.origin(of: configuration.profileName) {
      origin = profile
      return
    }
    absent.append("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
    absent.append(Self.words(configuration))
    if let container = try ContainerSettings(configuration.environment) {
      origin = .container(container)
      return
    }
    absent.append("no container credentials are offered (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, …_FULL_URI)")
    origin = .instance
  }

  private static func environment(
    _ environment: [String: String]
  ) throws(ConfigurationFailure) -> CredentialsOrigin? {
    guard nonEmpty(environment["AWS_ACCESS_KEY_ID"]) != nil else { return nil }
    guard nonEmpty(environment["AWS_SECRET_ACCESS_KEY"]) != nil else {
      throw ConfigurationFailure(
        "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY; set both or neither")
    }
    return .environment
  }

  private static func words(_ configuration: AWSConfiguration) -> String {
    let shared = configuration.shared
    let files = [shared.configPath, shared.credentialsPath].compactMap(\.self)
    guard !files.isEmpty else { return "there are no shared files, for want of a home directory" }
    return
      "the profile \"\(configuration.profileName)\" has no credentials in \(files.joined(separator: " or "))"
  }
}
