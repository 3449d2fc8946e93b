// SPDX-License-Identifier: Apache-2.0

import Core
import Platform
import Testing

@testable import AWS

struct CredentialsChainTests {
  private let time = StillTime("2026-11-23T12:00:00Z")
  private static let off = ["AWS_EC2_METADATA_DISABLED": "true"]

  @Test func `a chain that finds nothing lists what it tried and says what to do`() async throws {
    let home = Home()
    let message = await message { try await chain(home.configuration()).credentials() }
    let files = "\(home.path)/.aws/config or \(home.path)/.aws/credentials"
    #expect(
      message == """
        no AWS credentials: AWS_ACCESS_KEY_ID is not set; AWS_WEB_IDENTITY_TOKEN_FILE is not set; the profile "default" \
        has no credentials in \(files); no container credentials are offered (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, \
        …_FULL_URI); the instance metadata service at http://169.254.169.254 did not answer: no route to host. Give the \
        machine or container a role, name a profile in AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
        """)
  }

  @Test func `a machine that is no instance may become one, a switched-off service may not`() async throws {
    let home = Home()
    let open = try chain(home.configuration())
    await #expect { try await open.credentials() } throws: {
      ($0 as? CredentialsFailure)?.isTransient == true
    }
    let closed = try chain(home.configuration(Self.off))
    await #expect { try await closed.credentials() } throws: {
      ($0 as? CredentialsFailure)?.isTransient == false
    }
  }

  @Test func `a source that is configured and fails is not passed over`() async throws {
    let home = Home()
    try home.write(".aws/config", "[default]\naws_access_key_id = A\naws_secret_access_key = s\n")
    let relative = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"]
    let keys = try await chain(home.configuration(relative)).credentials()
    #expect(keys.accessKeyID == "A")
    let transport = MemoryTransport { _ throws(TransportFailure) in response(500) }
    let container = try chain(Home().configuration(relative), transport, time: time)
    #expect(await message { try await container.credentials() }.contains("status 500"))
    #expect(transport.lines == Array(repeating: "GET http://169.254.170.2/x", count: 3))
  }

  @Test func `roles are assumed one from the other, each kept until it is due`() async throws {
    let home = Home()
    try home.write(
      ".aws/config",
      """
      [default]
      role_arn = arn:aws:iam::2:role/outer
      source_profile = inner
      [profile inner]
      role_arn = arn:aws:iam::1:role/inner
      source_profile = keys
      external_id = word
      role_session_name = deployer
      [profile keys]
      aws_access_key_id = AKIA
      aws_secret_access_key = s
      """)
    let tokens = MemoryTokens(time, externalIDs: ["arn:aws:iam::1:role/inner": "word"])
    let chain = try chain(home.configuration(), time: time, tokens: tokens)
    for _ in 0..<3 { #expect(try await chain.credentials().accessKeyID == "ASIA-outer-2") }
    #expect(
      tokens.made == [
        .init(role: "arn:aws:iam::1:role/inner", session: "deployer", by: "AKIA"),
        .init(role: "arn:aws:iam::2:role/outer", session: "rollwatch", by: "ASIA-inner-1"),
      ])
    time.advance(.seconds(51 * 60))
    #expect(try await chain.credentials().accessKeyID == "ASIA-outer-4")
  }

  @Test func `an account's role is assumed as rollwatch, with its external id`() async throws {
    let arn = "arn:aws:iam::222222222222:role/rollwatch"
    let own = try chain(
      Home().configuration(["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"]), time: time)
    let tokens = MemoryTokens(time, externalIDs: [arn: "example"])
    let role = AssumedRole(roleARN: arn, externalID: "example", source: own, tokens: tokens)
    #expect(try await CachedCredentials(role, time: time).credentials().accessKeyID == "ASIA-rollwatch-1")
    #expect(tokens.made == [.init(role: arn, session: "rollwatch", by: "AKIA")])
    let wrong = AssumedRole(roleARN: arn, externalID: nil, source: own, tokens: tokens)
    #expect(await message { try await wrong.fetch() } == "cannot assume \(arn): AccessDenied: not authorized")
  }

  @Test func `a web identity's token is read at every renewal`() async throws {
    let home = Home()
    let file = try home.write("token", "one\n")
    let tokens = MemoryTokens(time, webToken: "one")
    let environment = ["AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn:aws:iam::1:role/pod"]
    let chain = try chain(home.configuration(environment), time: time, tokens: tokens)
    #expect(try await chain.credentials().accessKeyID == "ASIA-pod-1")
    try home.write("token", "two")
    tokens.expect(webToken: "two")
    time.advance(.seconds(3_600))
    #expect(try await chain.credentials().accessKeyID == "ASIA-pod-2")
    tokens.expect(webToken: "three")
    await chain.invalidate()
    let message = await message { try await chain.credentials() }
    #expect(message.contains("with the token in \(file): InvalidIdentityToken") && !message.contains("two"))
  }

  @Test func `a token file that is not there yet is worth another attempt`() async throws {
    let environment = [
      "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/pod",
    ]
    let chain = try chain(Home().configuration(environment), time: time)
    await #expect { try await chain.credentials() } throws: { error in
      (error as? CredentialsFailure)
        == CredentialsFailure(message: "/nowhere/token: there is no such file", isTransient: true)
    }
  }

  @Test func `the instance is asked when nothing else is configured`() async throws {
    let transport = MemoryTransport { request throws(TransportFailure) in
      switch request.url.split(separator: "/").last {
      case "token": response(200, "t")
      case "security-credentials": response(200, "app")
      default: response(200, credentialsJSON("ASIAI", expires: "2026-11-23T18:00:00Z"))
      }
    }
    let chain = try chain(Home().configuration(), transport, time: time)
    #expect(try await chain.credentials().accessKeyID == "ASIAI")
  }

  @Test func `no credential is in a description or a dump`() throws {
    let credentials = Credentials(
      accessKeyID: "AKIA", secretAccessKey: "s3cr3t", sessionToken: "t0ken", expiration: nil)
    let signIn = SignIn(accessToken: "t0ken", expiresAt: "2026-11-23T18:00:00Z", clientSecret: "s3cr3t")
    for value in [credentials, signIn] as [any Sendable] {
      var text = "\(value) \(String(reflecting: value))"
      dump(value, to: &text)
      #expect(!text.contains("s3cr3t") && !text.contains("t0ken"))
    }
  }
}
