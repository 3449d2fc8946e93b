// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AWS

struct ConfigurationTests {
  static let config = """
    [default]
    region = eu-west-1
    [profile work]
    region = us-east-2
    services = local
    endpoint_url = http://profile:1/
    use_fips_endpoint = TRUE
    max_attempts = 7
    ca_bundle = ~/ca.pem
    [profile bare]
    output = json
    [services local]
    ssm =
      endpoint_url = http://section:1
    secrets_manager =
      other = x
    [prod]
    region = x
    """

  private func resolve(_ environment: [String: String]) throws -> AWSConfiguration {
    let home = Home()
    try home.write(".aws/config", Self.config)
    return try home.configuration(environment)
  }

  @Test(
    arguments: [
      ([:], "eu-west-1"), (["AWS_PROFILE": "work"], "us-east-2"), (["AWS_PROFILE": "bare"], nil),
      (["AWS_DEFAULT_PROFILE": "work"], "us-east-2"),
      (["AWS_PROFILE": "bare", "AWS_DEFAULT_PROFILE": "work"], nil),
      (["AWS_DEFAULT_REGION": "b"], "b"), (["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"], "a"),
      (["AWS_REGION": "", "AWS_DEFAULT_REGION": "b"], "b"), (["AWS_REGION": ""], "eu-west-1"),
    ] as [([String: String], String?)])
  func `the Region is the environment's, then the profile's`(
    _ environment: [String: String], _ region: String?
  ) throws {
    #expect(try resolve(environment).region == region)
  }

  struct Endpoint: Sendable {
    let environment: [String: String]
    let ssm: String?
    let ecs: String?

    init(_ environment: [String: String], ssm: String?, ecs: String?) {
      (self.environment, self.ssm, self.ecs) = (environment, ssm, ecs)
    }
  }

  @Test(arguments: [
    Endpoint([:], ssm: nil, ecs: nil),
    Endpoint(["AWS_PROFILE": "work"], ssm: "http://section:1", ecs: "http://profile:1"),
    Endpoint(
      ["AWS_PROFILE": "work", "AWS_ENDPOINT_URL": "http://all/"], ssm: "http://all", ecs: "http://all"),
    Endpoint(
      ["AWS_ENDPOINT_URL_SSM": "http://own", "AWS_ENDPOINT_URL": "http://all"], ssm: "http://own",
      ecs: "http://all"),
    Endpoint(
      ["AWS_PROFILE": "work", "AWS_ENDPOINT_URL_ECS": "https://e"], ssm: "http://section:1", ecs: "https://e"),
    Endpoint(
      ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://all"], ssm: nil, ecs: nil),
    Endpoint(
      ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false", "AWS_ENDPOINT_URL": "http://all"], ssm: "http://all",
      ecs: "http://all"),
  ])
  func `endpoints are overridden in the order of AWS's tools`(_ expected: Endpoint) throws {
    let endpoints = try resolve(expected.environment).endpoints
    #expect(endpoints[.ssm] == expected.ssm)
    #expect(endpoints[.ecs] == expected.ecs)
  }

  @Test func `a service's section without an endpoint falls back to the profile's`() throws {
    #expect(try resolve(["AWS_PROFILE": "work"]).endpoints[.secretsManager] == "http://profile:1")
    #expect(AWSServiceName.secretsManager.endpointVariable == "AWS_ENDPOINT_URL_SECRETS_MANAGER")
    #expect(AWSServiceName.codeDeploy.endpointVariable == "AWS_ENDPOINT_URL_CODEDEPLOY")
    #expect(AWSServiceName.ssoOIDC.endpointVariable == "AWS_ENDPOINT_URL_SSO_OIDC")
  }

  @Test func `switches and numbers come from the environment, then the profile`() throws {
    let plain = try resolve([:])
    #expect(
      !plain.usesFIPS && !plain.usesDualStack && plain.maxAttempts == nil && plain.certificateBundle == nil)
    let work = try resolve(["AWS_PROFILE": "work", "AWS_USE_DUALSTACK_ENDPOINT": "true"])
    #expect(work.usesFIPS && work.usesDualStack && work.maxAttempts == 7)
    #expect(
      work.certificateBundle?.hasSuffix("/ca.pem") == true && work.certificateBundle?.hasPrefix("/") == true)
    let both = try resolve([
      "AWS_PROFILE": "work", "AWS_USE_FIPS_ENDPOINT": "false", "AWS_MAX_ATTEMPTS": "2",
      "AWS_CA_BUNDLE": "/x.pem",
    ])
    #expect(!both.usesFIPS && both.maxAttempts == 2 && both.certificateBundle == "/x.pem")
  }

  @Test func `the metadata service is where the settings say`() throws {
    let plain = try resolve([:]).metadata
    #expect(plain.endpoint == "http://169.254.169.254" && plain.timeout == .seconds(1) && plain.attempts == 1)
    #expect(
      try resolve(["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"]).metadata.endpoint
        == "http://[fd00:ec2::254]")
    let own = try resolve([
      "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9/",
      "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6",
      "AWS_METADATA_SERVICE_TIMEOUT": "3", "AWS_EC2_METADATA_V1_DISABLED": "true",
    ]).metadata
    #expect(own.endpoint == "http://127.0.0.1:9" && own.timeout == .seconds(3) && own.requiresToken)
  }

  @Test(
    arguments: [
      (["AWS_PROFILE": "none"], "AWS_PROFILE names the profile \"none\", which is neither in"),
      (["AWS_PROFILE": "prod"], "config:17 has [prod]; write [profile prod] there"),
      (["AWS_USE_FIPS_ENDPOINT": "1"], "AWS_USE_FIPS_ENDPOINT is neither true nor false"),
      (["AWS_MAX_ATTEMPTS": "0"], "AWS_MAX_ATTEMPTS is not a whole number from 1 to 100"),
      (["AWS_REGION": "eu-west-1 # Ireland"], "AWS_REGION is not a Region"),
      (["AWS_REGION": "evil.example/"], "AWS_REGION is not a Region"),
      (["AWS_ENDPOINT_URL": "localhost:4566"], "AWS_ENDPOINT_URL is not a URL"),
      (["AWS_ENDPOINT_URL_SSM": "http://user:pass@host"], "AWS_ENDPOINT_URL_SSM is not a URL"),
      (["AWS_ENDPOINT_URL": "http://host?x"], "AWS_ENDPOINT_URL is not a URL"),
      (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"], "neither ipv4 nor ipv6"),
    ])
  func `a setting that cannot work names itself and the cure`(
    _ environment: [String: String], _ expected: String
  ) async {
    let message = await message { try resolve(environment) }
    #expect(message.contains(expected))
    #expect(!message.contains("pass@"))
  }

  @Test func `a services section that is not there is an error`() async throws {
    let home = Home()
    let file = try home.write(".aws/config", "[default]\nservices = gone\n")
    let message = await message { try home.configuration() }
    #expect(message == "\(file):2: there is no section [services gone]; add it, or remove this line")
  }

  @Test func `no dump of a configuration shows the environment`() throws {
    let configuration = try resolve(["AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"])
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect(!dumped.contains("wJalr") && !"\(configuration)".contains("wJalr"))
  }
}
