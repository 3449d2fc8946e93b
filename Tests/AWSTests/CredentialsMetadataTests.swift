// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform
import Testing

@testable import AWS

/// An instance metadata service that behaves: sessions, a role, a Region; version 1 only, 2 only or both.
private final class Instance: Sendable {
  struct State {
    var role: String? = "app"
    var expires = "2026-11-23T18:00:00Z"
    var tokenStatus = 200
    var tokenFailure: TransportFailure?
    var allowsVersion1 = true
    var failures = 0
    var document: String?
  }

  let state = Locked(State())

  func answer(_ request: HTTPRequest) throws(TransportFailure) -> HTTPResponse {
    let state = state.withLock { state in
      defer { if state.failures > 0 { state.failures -= 1 } }
      return state
    }
    if state.failures > 0 { return response(503) }
    let path = URL(string: request.url)?.path ?? ""
    if request.method == "PUT", path == "/latest/api/token" {
      if let failure = state.tokenFailure { throw failure }
      let isRight = request.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600"
      return response(isRight ? state.tokenStatus : 400, "t0k==")
    }
    let token = request.header("x-aws-ec2-metadata-token")
    guard token == "t0k==" || (token == nil && state.allowsVersion1) else { return response(401) }
    switch (path, state.role) {
    case ("/latest/meta-data/placement/region", _): return response(200, "eu-west-1")
    case ("/latest/meta-data/iam/security-credentials", let role?): return response(200, role)
    case ("/latest/meta-data/iam/security-credentials/app", "app"?):
      return response(200, state.document ?? credentialsJSON("ASIAI", expires: state.expires))
    default: return response(404, "<html/>")
    }
  }
}

struct CredentialsMetadataTests {
  private let time = StillTime("2026-11-23T12:00:00Z")
  private let instance = Instance()

  private func metadata(_ environment: [String: String] = [:]) throws -> (InstanceMetadata, MemoryTransport) {
    let transport = MemoryTransport { [instance] request throws(TransportFailure) in
      try instance.answer(request)
    }
    let settings = try Home().configuration(environment).metadata
    return (InstanceMetadata(settings, transport: transport, time: time, jitter: { 0.5 }), transport)
  }

  @Test func `version 2 opens a session, then asks for the role and its credentials`() async throws {
    instance.state.withLock { $0.allowsVersion1 = false }
    let (metadata, transport) = try metadata()
    let credentials = try await metadata.fetch()
    #expect(credentials.accessKeyID == "ASIAI" && credentials.secretAccessKey == "s3cr3t-ASIAI")
    #expect(credentials.sessionToken == "t0ken-ASIAI")
    #expect(credentials.expiration == timestamp(internetTime: "2026-11-23T18:00:00Z"))
    let base = "http://169.254.169.254/latest/"
    #expect(
      transport.lines == [
        "PUT \(base)api/token", "GET \(base)meta-data/iam/security-credentials/",
        "GET \(base)meta-data/iam/security-credentials/app",
      ])
    #expect(transport.sent.allSatisfy { $0.bypassesProxy && $0.limits.connect == .seconds(1) })
  }

  @Test(arguments: [403, 404, 405])
  func `version 1 is used where the service knows no sessions`(_ status: Int) async throws {
    instance.state.withLock { $0.tokenStatus = status }
    let (metadata, transport) = try metadata()
    #expect(try await metadata.fetch().accessKeyID == "ASIAI")
    #expect(transport.sent.last?.header("x-aws-ec2-metadata-token") == nil)
  }

  @Test func `version 1 is used where the session request gets no answer`() async throws {
    instance.state.withLock {
      $0.tokenFailure = TransportFailure(kind: .timedOut, message: "timed out", mayHaveArrived: true)
    }
    #expect(try await metadata().0.fetch().accessKeyID == "ASIAI")
  }

  @Test func `version 1 is not used where it is switched off`() async throws {
    instance.state.withLock { $0.tokenStatus = 403 }
    let (metadata, transport) = try metadata(["AWS_EC2_METADATA_V1_DISABLED": "true"])
    #expect(await message { try await metadata.fetch() }.contains("version 1 is switched off"))
    #expect(transport.sent.count == 1)
  }

  @Test func `switched off, it is not asked at all`() async throws {
    let (metadata, transport) = try metadata(["AWS_EC2_METADATA_DISABLED": "true"])
    #expect(await message { try await metadata.fetch() }.contains("AWS_EC2_METADATA_DISABLED"))
    #expect(transport.sent.isEmpty)
  }

  @Test func `a request is tried as often as the settings say`() async throws {
    instance.state.withLock { $0.failures = 2 }
    let (patient, transport) = try metadata(["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"])
    #expect(try await patient.fetch().accessKeyID == "ASIAI")
    #expect(transport.sent.count == 5)
    instance.state.withLock { $0.failures = 1 }
    let (plain, _) = try metadata()
    #expect(await message { try await plain.fetch() }.contains("status 503"))
  }

  @Test(
    arguments: [
      (
        "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"m\"}",
        "the error AssumeRoleUnauthorizedAccess"
      ),
      ("<html>", "did not answer with credentials in JSON"), ("{}", "without AccessKeyId"),
      ("{\"AccessKeyId\":\"A\",\"Token\":\"verysecret\"}", "without SecretAccessKey"),
    ])
  func `an answer without credentials is told, without its contents`(_ document: String, _ expected: String)
    async throws
  {
    instance.state.withLock { $0.document = document }
    let (metadata, _) = try metadata()
    let message = await message { try await metadata.fetch() }
    #expect(message.contains(expected) && !message.contains("verysecret"))
  }

  @Test func `an instance without a role is told so`() async throws {
    instance.state.withLock { $0.role = nil }
    let (metadata, _) = try metadata()
    #expect(await message { try await metadata.fetch() }.contains("attach an instance profile"))
  }

  @Test func `a role that would lead elsewhere is refused`() async throws {
    instance.state.withLock { $0.role = "../../user-data" }
    let (metadata, transport) = try metadata()
    #expect(await message { try await metadata.fetch() }.contains("named no role"))
    #expect(transport.sent.count == 2)
  }

  /// 15 minutes and a jitter of 6 from now: renewal is then wanted again in 6.
  @Test(arguments: ["2026-11-23T11:00:00Z", "2026-11-23T12:05:00Z", "2026-11-23T12:21:00Z"])
  func `old credentials that the service still hands out count for longer`(_ expires: String) async throws {
    instance.state.withLock { $0.expires = expires }
    let (metadata, _) = try metadata()
    #expect(try await metadata.fetch().expiration == timestamp(internetTime: "2026-11-23T12:21:00Z"))
  }

  @Test func `the Region is the instance's`() async throws {
    #expect(try await metadata().0.region() == "eu-west-1")
  }

  // MARK: Container

  private func container(
    _ environment: [String: String], _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse
  ) throws -> (ContainerCredentials, MemoryTransport) {
    let transport = MemoryTransport { request throws(TransportFailure) in answer(request) }
    let settings = try #require(try ContainerSettings(environment))
    let source = ContainerCredentials(
      settings: settings, environment: environment, transport: transport, time: time)
    return (source, transport)
  }

  private static func granted(_ request: HTTPRequest) -> HTTPResponse {
    response(200, credentialsJSON("ASIAC", expires: "2026-11-23T18:00:00Z"))
  }

  @Test func `a task's role is had at the relative address`() async throws {
    let both = [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?y", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://z",
    ]
    let (source, transport) = try container(both, Self.granted)
    #expect(try await source.fetch().accessKeyID == "ASIAC")
    #expect(transport.lines == ["GET http://169.254.170.2/v2/x?y"])
    #expect(
      transport.sent.first?.bypassesProxy == true && transport.sent.first?.header("Authorization") == nil)
    #expect(transport.sent.first?.header("Accept") == "application/json")
  }

  @Test func `the authorization is the file's, read each time, before the variable's`() async throws {
    let home = Home()
    let file = try home.write("token", "first\n")
    let environment = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other",
    ]
    let (source, transport) = try container(environment, Self.granted)
    _ = try await source.fetch()
    try home.write("token", "second")
    _ = try await source.fetch()
    #expect(transport.sent.map { $0.header("Authorization") } == ["first", "second"])
  }

  @Test func `a line break in the authorization is refused and not shown`() async throws {
    let environment = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nHost: b",
    ]
    let (source, transport) = try container(environment, Self.granted)
    let message = await message { try await source.fetch() }
    #expect(
      message.contains("AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line break") && !message.contains("Host"))
    #expect(transport.sent.isEmpty)
  }

  @Test func `the endpoint is asked three times, a second apart`() async throws {
    let start = time.now()
    let relative = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"]
    let (source, transport) = try container(relative) { _ in response(500, "s3cr3t") }
    let message = await message { try await source.fetch() }
    #expect(message == "the container credentials endpoint answered with status 500")
    #expect(transport.sent.count == 3 && time.now() - start == .seconds(2))
  }
}
