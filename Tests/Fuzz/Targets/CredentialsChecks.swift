// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform
import Simulation

@testable import AWS

func checkTokens(_ bytes: [UInt8]) throws {
  let world = SimulatedWorld(start: fuzzStart)
  let transport = Parrot(response: HTTPResponse(status: 200, headers: [], body: bytes))
  let client = try STSClient(
    region: "eu-west-2", transport: transport, time: world, endpoints: standardEndpoints,
    userAgent: "rollwatch/0", seed: 1, maxAttempts: 1, limits: exchangeLimits)
  let role = RoleRequest(
    roleARN: "arn:aws:iam::222222222222:role/r", sessionName: "s", externalID: nil, durationSeconds: nil)
  let source = AssumedRole(role, source: OneKey(), tokens: client)
  try checkCredentials(from: source, in: world)

  let aws = try AWSClient(
    region: "eu-west-2", credentials: OneKey(), transport: transport, time: world,
    endpoints: standardEndpoints,
    userAgent: "rollwatch/0", seed: 1, maxAttempts: 1,
    limits: ClientLimits(exchange: exchangeLimits, parametersPerSecond: 1, secretsPerSecond: 1))
  let failure = try world.run { () -> AWSFailure? in
    do throws(AWSFailure) { _ = try await aws.getCallerIdentity() } catch { return error }
    return nil
  }
  if let failure { try expectLine("\(failure)", atMost: 4_000) }
}

/// The first part is what hands out credentials, the second what renews a sign-in, the third the sign-in's file.
func checkCredentials(_ bytes: [UInt8]) throws {
  let world = SimulatedWorld(start: fuzzStart)
  let parts = parts(bytes, 3)
  try checkCredentials(from: Document(bytes: parts[0]), in: world)

  let scratch = ScratchFiles()
  let cache = SignInCache(home: scratch.home, name: "s")
  try scratch.write(parts[2].isEmpty ? standardSignIn : parts[2], to: cache.path)
  let portal = Portal(credentials: parts[0], renewal: parts[1])
  let center = IdentityCenter(
    try settings.get(), cache: cache, endpoints: standardEndpoints, transport: portal, time: world)
  try checkCredentials(from: center, in: world)
}

private let settings = Result {
  let text = """
    [p]
    sso_session = s
    sso_account_id = 1
    sso_role_name = r
    [s]
    sso_region = eu-west-2
    sso_start_url = https://s
    """
  let sections = try SharedFileParser.sections(of: text, path: "config")
  let profile = SharedConfiguration.Profile(config: sections[["p"]], credentials: nil)
  guard
    let settings = try IdentityCenterSettings(
      profile, name: "p", sessions: sections.reduce(into: [:]) { $0[$1.key[0]] = $1.value })
  else { throw FuzzFinding(description: "the check itself has no settings") }
  return settings
}

/// About to end, so that it is renewed.
private let standardSignIn = Array(
  """
  {"accessToken":"t","expiresAt":"2026-11-23T05:30:00Z","clientId":"c","clientSecret":"s",
  "registrationExpiresAt":"2027-01-01T00:00:00Z","refreshToken":"r"}
  """.utf8)

/// IAM Identity Center.
private struct Portal: HTTPTransport {
  let credentials: [UInt8]
  let renewal: [UInt8]

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    HTTPResponse(status: 200, headers: [], body: request.method == "GET" ? credentials : renewal)
  }
}

private struct Document: CredentialsSource {
  let bytes: [UInt8]

  func fetch() async throws(CredentialsFailure) -> Credentials {
    try CredentialsDocument.credentials(in: bytes, from: "the test", requiresVersion: false)
  }
}

/// Whatever comes of it can be kept, and sent in a header.
private func checkCredentials(from source: any CredentialsSource, in world: SimulatedWorld) throws {
  let cached = CachedCredentials(source, time: world)
  let outcome = try world.run { () -> Result<Credentials, CredentialsFailure> in
    do throws(CredentialsFailure) {
      _ = try await cached.credentials()
      try? await world.sleep(for: .seconds(120))
      return .success(try await cached.credentials())
    } catch {
      return .failure(error)
    }
  }
  switch outcome {
  case .failure(let failure): try expectLine("\(failure)", atMost: 4_000)
  case .success(let found):
    for text in [found.accessKeyID, found.sessionToken ?? "-"] {
      try expect(isHeaderValue(text), "not fit for a header: \(text.debugDescription)")
    }
  }
}
