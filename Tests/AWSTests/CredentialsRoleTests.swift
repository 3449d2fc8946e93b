// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Platform
import Testing

@testable import AWS

/// The chain and the client together, against a local AWS that checks every signature.
struct CredentialsRoleTests {
  private static let role = "arn:aws:iam::222222222222:role/rollwatch"
  private static let limits = HTTPLimits(
    connect: .seconds(5), silence: .seconds(10), total: .seconds(20), responseBytes: 1 << 20)

  private let time = StillTime()
  private let running: RunningAWS
  private let home: Home

  init() throws {
    var aws = SimulatedAWS(seed: 1)
    aws.assumesUnknownRoles = false
    aws.add(.user("base", account: "111111111111", accessKey: "AKIABASE", secretKey: "s3cr3t"))
    aws.add(Role(arn: Self.role, externalID: "word", permissions: .all))
    running = RunningAWS(aws, time: time)
    home = Home()
  }

  private func client(_ config: String) throws -> (AWSClient, CredentialsChain) {
    try home.write(".aws/config", config)
    let configuration = try home.configuration()
    let transport = InMemoryAWS(running)
    let tokens = try STSClient(
      region: "eu-west-1", transport: transport, time: time, endpoints: configuration.endpointOptions,
      userAgent: "test", seed: 1, maxAttempts: 1, limits: Self.limits)
    let chain = try CredentialsChain(
      configuration: configuration, transport: transport, time: time, tokens: tokens, jitter: { 0 })
    let client = try AWSClient(
      region: "eu-west-1", credentials: chain, transport: transport, time: time,
      endpoints: configuration.endpointOptions, userAgent: "test", seed: 1, maxAttempts: 3,
      limits: ClientLimits(exchange: Self.limits, parametersPerSecond: 10, secretsPerSecond: 10))
    return (client, chain)
  }

  private func config(externalID: String, secret: String = "s3cr3t") -> String {
    """
    [default]
    role_arn = \(Self.role)
    source_profile = base
    external_id = \(externalID)
    [profile base]
    aws_access_key_id = AKIABASE
    aws_secret_access_key = \(secret)
    """
  }

  @Test func `a call is made as the role that the profile names`() async throws {
    let (client, _) = try client(config(externalID: "word"))
    let identity = try await client.getCallerIdentity()
    #expect(identity.arn == "arn:aws:sts::222222222222:assumed-role/rollwatch/rollwatch")
    _ = try await client.getCallerIdentity()
    #expect(running.count(of: "sts:AssumeRole") == 1)
    time.advance(.seconds(2 * 3_600))
    #expect(try await client.getCallerIdentity().account == "222222222222")
    #expect(running.count(of: "sts:AssumeRole") == 2)
  }

  @Test func `a role's keys that AWS refuses are replaced`() async throws {
    let (client, chain) = try client(config(externalID: "word"))
    let old = try await chain.credentials()
    running.steer { aws, _ in aws.remove(accessKey: old.accessKeyID) }
    #expect(try await client.getCallerIdentity().account == "222222222222")
    #expect(try await chain.credentials() != old)
  }

  @Test func `keys that were changed in the file are found without a restart`() async throws {
    let (client, _) = try client("[default]\naws_access_key_id = AKIABASE\naws_secret_access_key = s3cr3t\n")
    #expect(try await client.getCallerIdentity().account == "111111111111")
    running.steer { aws, _ in
      aws.remove(accessKey: "AKIABASE")
      aws.add(.user("base", account: "111111111111", accessKey: "AKIANEW", secretKey: "n3w"))
    }
    try home.write(".aws/config", "[default]\naws_access_key_id = AKIANEW\naws_secret_access_key = n3w\n")
    #expect(try await client.getCallerIdentity().arn.hasSuffix("user/base"))
  }

  @Test(arguments: [("other", "s3cr3t", "AccessDenied"), ("word", "wr0ng", "Signature")])
  func `a role that cannot be assumed is named with AWS's reason`(
    _ externalID: String, _ secret: String, _ reason: String
  ) async throws {
    let (client, _) = try client(config(externalID: externalID, secret: secret))
    let message = await message { try await client.getCallerIdentity() }
    #expect(message.contains("cannot assume \(Self.role)") && message.contains(reason))
    #expect(!message.contains("s3cr3t") && !message.contains("wr0ng"))
  }
}
