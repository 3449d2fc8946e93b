// SPDX-License-Identifier: Apache-2.0

/// How to reach the instance metadata service (IMDS) of an EC2 instance.
public struct MetadataSettings: Sendable, Hashable {
  /// True where `AWS_EC2_METADATA_DISABLED` says to leave it alone.
  public let isDisabled: Bool
  /// Without a slash at its end.
  public let endpoint: String
  /// True where a service that hands out no session token must not be used.
  public let requiresToken: Bool
  /// For one request. AWS's tools wait 1 s: elsewhere than on an instance nobody answers.
  public let timeout: Duration
  /// How often each request is tried; 1 where nothing is set.
  public let attempts: Int

  init(_ lookup: SettingLookup) throws(ConfigurationFailure) {
    isDisabled = try lookup.flag("AWS_EC2_METADATA_DISABLED", nil) ?? false
    requiresToken = try lookup.flag("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled") ?? false
    timeout = .seconds(
      try lookup.number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", in: 1...60) ?? 1)
    attempts =
      try lookup.number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", in: 1...20) ?? 1
    let named = try lookup.url(["AWS_EC2_METADATA_SERVICE_ENDPOINT"], "ec2_metadata_service_endpoint")
    endpoint = if let named { named } else { try Self.standardEndpoint(lookup) }
  }

  private static func standardEndpoint(_ lookup: SettingLookup) throws(ConfigurationFailure) -> String {
    let mode = lookup.text(["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"], "ec2_metadata_service_endpoint_mode")
    switch mode?.text.lowercased() {
    case "ipv6": return "http://[fd00:ec2::254]"
    case nil, "ipv4": return "http://169.254.169.254"
    default:
      throw ConfigurationFailure(
        "\(mode?.place ?? "the mode") is neither ipv4 nor ipv6; write one of the two")
    }
  }
}
