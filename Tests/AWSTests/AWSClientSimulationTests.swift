// SPDX-License-Identifier: Apache-2.0
// The client against a simulated AWS that checks signatures with code of its own, on a simulated clock.

import Core
import LocalAWS
import Platform
import Testing

@testable import AWS

private let place = Place(account: SimulatedAWS.defaultAccount, region: "eu-west-1")

/// One AWS with one user, and clients in front of it.
private struct World {
  let time = StillTime()
  let aws: RunningAWS

  init() {
    var simulated = SimulatedAWS(seed: 1)
    simulated.add(.user("rollwatch", account: place.account, accessKey: "KEY", secretKey: "s3cr3t"))
    aws = RunningAWS(simulated, time: time)
  }

  func client(
    secret: String = "s3cr3t", perSecond: Double = 1_000_000, provider: (any CredentialsProvider)? = nil
  ) throws -> AWSClient {
    try AWSClient(
      region: place.region, credentials: provider ?? OneKey(secret: secret), transport: InMemoryAWS(aws),
      time: time, endpoints: noOverrides, userAgent: "rollwatch/0.1.0", seed: 7, maxAttempts: 3,
      limits: ClientLimits(
        exchange: testLimits, parametersPerSecond: perSecond, secretsPerSecond: perSecond))
  }

  func seedParameters(_ count: Int) -> [String] {
    let names = (0..<count).map { "/app/\($0)" }
    aws.steer { aws, now in aws.seedParameters(names, in: place, at: now) }
    return names
  }

  func seedService() {
    aws.steer { aws, now in aws.seedService("c/s", desiredCount: 2, in: place, at: now) }
  }

  func inject(_ effect: Fault.Effect, on operation: String, times: Int = 1) {
    aws.steer { aws, _ in aws.inject(Fault(effect, on: operation, .next(times, after: 0))) }
  }
}

private struct OneKey: CredentialsProvider {
  let secret: String

  func credentials() async throws(CredentialsFailure) -> Credentials {
    Credentials(accessKeyID: "KEY", secretAccessKey: secret, sessionToken: nil, expiration: nil)
  }

  func invalidate() async {}
}

private func sweep(_ client: AWSClient) async throws(AWSFailure) -> [String] {
  var pages = PageGuard(operation: "ssm:DescribeParameters", pageLimit: 1_000)
  var names: [String] = []
  var token: String?
  repeat {
    let page = try await client.describeParameters(filters: [], nextToken: token)
    names += page.parameters.map(\.name)
    token = try pages.follow(page.nextToken)
  } while token != nil
  return names
}

struct AWSClientSimulationTests {
  private let world = World()

  @Test func `the calls of a sweep keep their distance, throttled or not`() async throws {
    let world = World()
    _ = world.seedParameters(500)
    world.inject(.throttling, on: "ssm:DescribeParameters", times: 3)
    let client = try world.client(perSecond: 1)
    _ = try? await sweep(client)
    _ = try await sweep(client)
    let times = world.aws.log.calls(of: "ssm:DescribeParameters").map(\.time)
    #expect(times.count > 10)
    #expect(zip(times.dropFirst(), times).allSatisfy { $0 - $1 >= .milliseconds(980) })
  }

  @Test func `a sweep sees everything once, in as few calls as can be, at its own rate`() async throws {
    let names = world.seedParameters(1_234)
    let client = try world.client(perSecond: 1)
    let found = try await sweep(client)
    #expect(found.sorted() == names.sorted() && world.aws.count(of: "ssm:DescribeParameters") == 25)
    #expect(world.time.elapsed() == .seconds(24))
  }

  @Test func `a sweep faster than the quota is slowed down and not broken off`() async throws {
    let names = world.seedParameters(1_000)
    world.aws.steer { aws, _ in aws.quotas = [.parameters: Quota(burst: 3, perSecond: 3)] }
    let client = try world.client(perSecond: 50)
    #expect(try await sweep(client).count == names.count)
    #expect(world.time.elapsed() < .seconds(60))
  }

  @Test func `secrets and their stages are listed`() async throws {
    world.aws.steer { aws, now in aws.seedSecrets(["a/x", "a/y", "b/z"], in: place, at: now) }
    let page = try await world.client().listSecrets(namePrefixes: ["a/"], nextToken: nil)
    #expect(page.secrets.map(\.name) == ["a/x", "a/y"] && page.nextToken == nil)
    #expect(page.secrets.allSatisfy { $0.versionStages.values.contains(["AWSCURRENT"]) })
  }

  @Test func `a restart makes a deployment, which can be followed`() async throws {
    world.seedService()
    let client = try world.client()
    let restarted = try await client.updateService(cluster: "c", service: "s", restart: "R1")
    let primary = try #require(restarted.deployments.first { $0.status == "PRIMARY" })
    world.time.advance(.seconds(3_600))
    let read = try await client.describeServices(cluster: "c", services: ["s"]).services
    #expect(read.first?.deployments.map(\.id) == [primary.id])
    #expect(read.first?.deployments.first?.rolloutState == "COMPLETED")
  }

  @Test(arguments: [Fault.Effect.cutAfter, .silenceAfter, .truncated(keeping: 10), .huge(bytes: 9 << 20)])
  func `an answer that is lost after the effect leaves one deployment and a doubt`(
    _ effect: Fault.Effect
  ) async throws {
    world.seedService()
    world.inject(effect, on: "ecs:UpdateService")
    let client = try world.client()
    let failure = await caught { () throws(AWSFailure) in try await client.restartOne() }
    #expect(failure?.mayHaveTakenEffect == true && world.aws.count(of: "ecs:UpdateService") == 1)
  }

  @Test func `a throttled restart is made in the end`() async throws {
    world.seedService()
    world.inject(.throttling, on: "ecs:UpdateService", times: 2)
    _ = try await world.client().restartOne()
    #expect(world.aws.count(of: "ecs:UpdateService") == 3)
  }

  @Test(
    arguments: [
      Fault.Effect.throttling, .internalError, .unavailable, .cutBefore, .cutAfter, .silenceBefore,
      .truncated(keeping: 5), .html,
    ])
  func `every call but a restart survives two faults`(_ effect: Fault.Effect) async throws {
    world.seedService()
    for operation in ["ssm:*", "secretsmanager:*", "ecs:*", "sts:*"] {
      world.inject(effect, on: operation, times: 2)
    }
    let client = try world.client()
    _ = try await client.firstParameters()
    _ = try await client.listSecrets(namePrefixes: [], nextToken: nil)
    #expect(try await client.describeServices(cluster: "c", services: ["s"]).services.count == 1)
    #expect(try await client.getCallerIdentity().account == place.account)
  }

  @Test(arguments: [Fault.Effect.wrongShape, .huge(bytes: 9 << 20)])
  func `an answer that cannot be read is malformed and not asked for again`(
    _ effect: Fault.Effect
  ) async throws {
    world.inject(effect, on: "*", times: 10)
    let client = try world.client()
    let failures = [
      await caught { () throws(AWSFailure) in _ = try await client.firstParameters() },
      await caught { () throws(AWSFailure) in
        _ = try await client.listSecrets(namePrefixes: [], nextToken: nil)
      },
      await caught { () throws(AWSFailure) in
        _ = try await client.describeServices(cluster: "c", services: ["s"])
      },
    ]
    #expect(failures.map { $0?.kind } == [.malformedAnswer, .malformedAnswer, .malformedAnswer])
    #expect(failures.map { $0?.attempts } == [1, 1, 1])
  }

  @Test func `pages without an end end in a failure`() async throws {
    _ = world.seedParameters(200)
    world.inject(.endlessPages, on: "ssm:DescribeParameters", times: 100)
    let client = try world.client()
    let failure = await caught { () throws(AWSFailure) in try await sweep(client) }
    #expect(failure?.kind == .malformedAnswer && world.aws.count(of: "ssm:DescribeParameters") < 5)
  }

  @Test(arguments: [Duration.seconds(3_600), .seconds(-3_600)])
  func `an AWS whose clock is an hour off is served after one refusal`(_ offset: Duration) async throws {
    world.aws.clockOffset = offset
    let client = try world.client()
    for _ in 0..<3 { _ = try await client.firstParameters() }
    #expect(world.aws.count(of: "ssm:DescribeParameters") == 4)
  }

  @Test func `a wrong secret is a failure of credentials and appears nowhere`() async throws {
    let client = try world.client(secret: "wr0ng-secret-key")
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .credentials && failure?.attempts == 1)
    let text = failure.map { "\($0) \(String(reflecting: $0))" } ?? ""
    #expect(!text.contains("wr0ng"))
  }

  @Test func `a missing permission is a denial`() async throws {
    let denied = Permissions.all(but: ["ssm:DescribeParameters"])
    world.aws.steer { aws, _ in
      aws.add(
        .user("rollwatch", account: place.account, accessKey: "KEY", secretKey: "s3cr3t", permissions: denied)
      )
    }
    let client = try world.client()
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .denied && failure?.code == "AccessDeniedException")
  }

  @Test func `a role's credentials sign in its own account, and are renewed when they end`() async throws {
    let other = Place(account: "222222222222", region: place.region)
    world.aws.steer { aws, now in aws.seedParameters(["/other"], in: other, at: now) }
    let tokens = try STSClient(
      region: place.region, transport: InMemoryAWS(world.aws), time: world.time, endpoints: noOverrides,
      userAgent: "rollwatch/0.1.0", seed: 7, maxAttempts: 3, limits: testLimits)
    let role = AssumedRole(
      roleARN: "arn:aws:iam::222222222222:role/rollwatch", externalID: nil, source: OneKey(secret: "s3cr3t"),
      tokens: tokens)
    let client = try world.client(provider: CachedCredentials(role, time: world.time))
    #expect(try await client.firstParameters().parameters.map(\.name) == ["/other"])
    world.time.advance(.seconds(4_000))
    #expect(try await client.firstParameters().parameters.map(\.name) == ["/other"])
    #expect(world.aws.count(of: "sts:AssumeRole") == 2)
  }
}
