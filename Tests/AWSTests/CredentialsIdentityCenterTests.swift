// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform
import Testing

@testable import AWS

/// The two services of IAM Identity Center: the portal takes the current access token, the token service takes
/// each refresh token once.
private final class Portal: Sendable {
  struct State {
    var accessToken = "access-1"
    var refreshToken = "refresh-1"
    var renewals = 0
    var renewalStatus = 200
    var portalStatus = 200
    var expiration: Int64 = 1_795_467_600_000
    var expiresIn: Int64 = 3_600
  }

  let state = Locked(State())

  func answer(_ request: HTTPRequest) throws(TransportFailure) -> HTTPResponse {
    state.withLock { state in
      switch (request.method, request.url) {
      case (
        "GET",
        "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?account_id=111122223333&role_name=dev%2Bops"
      ):
        guard state.portalStatus == 200 else { return response(state.portalStatus, "{\"message\":\"no\"}") }
        guard request.header("x-amz-sso_bearer_token") == state.accessToken else { return response(401) }
        return response(
          200,
          """
          {"roleCredentials":{"accessKeyId":"ASIAS","secretAccessKey":"s3cr3t","sessionToken":"t0ken",
          "expiration":\(state.expiration)}}
          """)
      case ("POST", "https://oidc.eu-west-1.amazonaws.com/token"):
        let fields = (try? JSONDecoder().decode([String: String].self, from: Data(request.body))) ?? [:]
        let wanted = [
          "grantType": "refresh_token", "clientId": "id", "clientSecret": "cs3cr3t",
          "refreshToken": state.refreshToken,
        ]
        guard state.renewalStatus == 200, fields == wanted else {
          return response(state.renewalStatus == 200 ? 400 : state.renewalStatus)
        }
        state.renewals += 1
        state.accessToken = "access-\(state.renewals + 1)"
        state.refreshToken = "refresh-\(state.renewals + 1)"
        return response(
          200,
          "{\"accessToken\":\"\(state.accessToken)\",\"expiresIn\":\(state.expiresIn),\"refreshToken\":\"\(state.refreshToken)\"}"
        )
      default: return response(404)
      }
    }
  }
}

struct CredentialsIdentityCenterTests {
  private let home: Home
  private let time = StillTime("2026-11-23T12:00:00Z")
  private let portal = Portal()
  private let transport: MemoryTransport

  init() throws {
    home = Home()
    transport = MemoryTransport { [portal] request throws(TransportFailure) in try portal.answer(request) }
    try home.write(
      ".aws/config",
      """
      [default]
      sso_session = corp
      sso_account_id = 111122223333
      sso_role_name = dev+ops
      [profile old]
      sso_start_url = https://corp.example/start
      sso_region = eu-west-1
      sso_account_id = 111122223333
      sso_role_name = dev+ops
      [sso-session corp]
      sso_start_url = https://corp.example/start
      sso_region = eu-west-1
      """)
  }

  private func cachePath(_ name: String) -> String { SignInCache(home: home.path, name: name).path }

  private func signIn(
    _ name: String = "corp", until end: String, registrationUntil: String = "2027-01-01T00:00:00Z"
  ) throws {
    let text = """
      {"startUrl":"https://corp.example/start","region":"eu-west-1","accessToken":"access-1","expiresAt":"\(end)",
      "clientId":"id","clientSecret":"cs3cr3t","registrationExpiresAt":"\(registrationUntil)","refreshToken":"refresh-1"}
      """
    try home.write(String(cachePath(name).dropFirst(home.path.count + 1)), text)
  }

  private func chain(_ environment: [String: String] = [:]) throws -> CredentialsChain {
    try AWSTests.chain(home.configuration(environment), transport, time: time)
  }

  @Test func `the cache file has the name that AWS's tools give it`() {
    #expect(
      SignInCache(home: "/h", name: "my-sso").path
        == "/h/.aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json")
  }

  @Test func `a sign-in that lasts gives the role's credentials`() async throws {
    try signIn(until: "2026-11-23T12:16:00Z")
    let credentials = try await chain().credentials()
    #expect(credentials.accessKeyID == "ASIAS" && credentials.sessionToken == "t0ken")
    #expect(credentials.expiration == Timestamp(milliseconds: 1_795_467_600_000))
    #expect(transport.sent.count == 1)
  }

  @Test func `a sign-in is renewed 15 minutes before its end and written back for its owner alone`()
    async throws
  {
    try signIn(until: "2026-11-23T12:14:00Z")
    _ = try await chain().credentials()
    #expect(portal.state.withLock { $0.renewals } == 1)
    let path = cachePath("corp")
    let saved = try JSONDecoder().decode(
      [String: String].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(saved["accessToken"] == "access-2" && saved["refreshToken"] == "refresh-2")
    #expect(
      saved["expiresAt"] == "2026-11-23T13:00:00Z" && saved["registrationExpiresAt"] == "2027-01-01T00:00:00Z"
    )
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/.aws/sso/cache").count == 1)
  }

  @Test func `a renewed sign-in is used even where it cannot be written`() async throws {
    try signIn(until: "2026-11-23T12:14:00Z")
    let chain = try chain()
    _ = try await chain.credentials()
    try signIn(until: "2026-11-23T12:14:00Z")
    time.advance(.seconds(50 * 60))
    await chain.invalidate()
    #expect(try await chain.credentials().accessKeyID == "ASIAS")
    #expect(portal.state.withLock { $0.refreshToken } == "refresh-3")
  }

  @Test func `a sign-in that cannot be renewed is used while it lasts`() async throws {
    try signIn(until: "2026-11-23T12:01:00Z")
    portal.state.withLock { $0.renewalStatus = 400 }
    #expect(try await chain().credentials().accessKeyID == "ASIAS")
    portal.state.withLock { $0.renewalStatus = 503 }
    #expect(try await chain().credentials().accessKeyID == "ASIAS")
  }

  @Test func `after its end a person has to sign in again, and is told how`() async throws {
    try signIn(until: "2026-11-23T11:59:00Z")
    portal.state.withLock { $0.renewalStatus = 400 }
    let refused = await message { try await chain().credentials() }
    #expect(
      refused.contains("the sign-in ended at 2026-11-23T11:59:00.000Z; run aws sso login --profile default"))
    try signIn(until: "2026-11-23T11:59:00Z", registrationUntil: "2026-11-23T11:00:00Z")
    #expect(await message { try await chain().credentials() }.contains("run aws sso login"))
    #expect(!refused.contains("cs3cr3t") && !refused.contains("access-1"))
  }

  @Test func `a renewal that fails for now is not taken for a sign-in that is over`() async throws {
    try signIn(until: "2026-11-23T11:59:00Z")
    portal.state.withLock { $0.renewalStatus = 503 }
    await #expect { try await chain().credentials() } throws: { error in
      (error as? CredentialsFailure)?.isTransient == true
    }
  }

  @Test func `an older profile's sign-in is found by its URL and not renewed`() async throws {
    try signIn("https://corp.example/start", until: "2026-11-23T12:05:00Z")
    #expect(try await chain(["AWS_PROFILE": "old"]).credentials().accessKeyID == "ASIAS")
    #expect(portal.state.withLock { $0.renewals } == 0)
  }

  @Test func `without a sign-in, with a broken or a refused one, the cure is to sign in`() async throws {
    #expect(
      await message { try await chain().credentials() }.contains(
        "there is no sign-in at \(cachePath("corp"))"))
    try home.write(String(cachePath("corp").dropFirst(home.path.count + 1)), "{\"accessToken\":1}")
    #expect(await message { try await chain().credentials() }.contains("run aws sso login"))
    try signIn(until: "2026-11-23T14:00:00Z")
    portal.state.withLock { $0.accessToken = "other" }
    #expect(await message { try await chain().credentials() }.contains("no longer accepts the sign-in"))
  }

  @Test(arguments: [(403, false), (429, true), (500, true)])
  func `the portal's refusal is final, its trouble is not`(_ status: Int, _ isTransient: Bool) async throws {
    try signIn(until: "2026-11-23T14:00:00Z")
    portal.state.withLock { $0.portalStatus = status }
    await #expect { try await chain().credentials() } throws: { error in
      (error as? CredentialsFailure)?.isTransient == isTransient
    }
  }

  /// Found by fuzzing: reckoning with them overflowed, and ended the process.
  @Test(arguments: [Int64.min, -1, 253_402_300_800_000, .max])
  func `an end beyond all time is no answer`(_ expiration: Int64) async throws {
    try signIn(until: "2026-11-23T14:00:00Z")
    portal.state.withLock { $0.expiration = expiration }
    let refused = await message { try await chain().credentials() }
    #expect(refused.contains("answered without credentials"))
  }

  @Test(arguments: [Int64.min, 0, 1 << 40, .max])
  func `a renewal for longer than a year, or for no time, is none`(_ seconds: Int64) async throws {
    try signIn(until: "2026-11-23T12:01:00Z")
    portal.state.withLock { $0.expiresIn = seconds }
    // This portal takes the old token no more, having given a new one.
    #expect(await message { try await chain().credentials() }.contains("run aws sso login"))
    let saved = try String(contentsOfFile: cachePath("corp"), encoding: .utf8)
    #expect(saved.contains("access-1"), "what cannot be is not written back")
  }
}
