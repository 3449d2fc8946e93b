// SPDX-License-Identifier: Apache-2.0

import Core
import Platform
import Testing

@testable import AWS

struct STSClientTests {
  private let role = RoleRequest(
    roleARN: "arn:aws:iam::222222222222:role/roll watch", sessionName: "rollwatch", externalID: "a+b&c",
    durationSeconds: 900)

  private func client(_ script: Script) throws -> STSClient {
    try STSClient(
      region: "eu-west-1", transport: script, time: StillTime(), endpoints: noOverrides,
      userAgent: "rollwatch/0.1.0", seed: 7, maxAttempts: 3, limits: testLimits)
  }

  private func answer(_ operation: String, expiration: String = "2026-11-23T06:26:48Z") -> Script.Reply {
    .ok(
      """
      <\(operation)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(operation)Result><Credentials>
      <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s3cr3t/+x</SecretAccessKey><SessionToken>t0ken==</SessionToken>
      <Expiration>\(expiration)</Expiration></Credentials></\(operation)Result></\(operation)Response>
      """)
  }

  @Test func `a role is assumed with a signed form`() async throws {
    let script = Script([answer("AssumeRole", expiration: "2026-11-23T06:26:48.705857Z")])
    let credentials = try await client(script).assumeRole(role, as: KeyRing("KEY"))
    #expect(
      credentials
        == Credentials(
          accessKeyID: "ASIA1", secretAccessKey: "s3cr3t/+x", sessionToken: "t0ken==",
          expiration: timestamp(internetTime: "2026-11-23T06:26:48.705Z")))
    let request = try #require(script.sent.first)
    #expect(request.url == "https://sts.eu-west-1.amazonaws.com/")
    #expect(request.header("Content-Type") == "application/x-www-form-urlencoded; charset=utf-8")
    #expect(request.header("Authorization")?.contains("/eu-west-1/sts/aws4_request") == true)
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Froll%20watch"
        + "&RoleSessionName=rollwatch&DurationSeconds=900&ExternalId=a%2Bb%26c")
  }

  @Test func `a web identity is its own proof`() async throws {
    let script = Script([
      .answer(
        400, "<ErrorResponse><Error><Code>IDPCommunicationError</Code></Error></ErrorResponse>", []),
      answer("AssumeRoleWithWebIdentity"),
    ])
    let credentials = try await client(script).assumeRoleWithWebIdentity(role, token: "web.t0ken")
    #expect(credentials.accessKeyID == "ASIA1" && script.sent.count == 2)
    let request = try #require(script.sent.last)
    #expect(request.header("Authorization") == nil && request.header("X-Amz-Date") == nil)
    #expect(String(decoding: request.body, as: UTF8.self).hasSuffix("&WebIdentityToken=web.t0ken"))
  }

  @Test func `a refusal repeats neither the token nor more than AWS's words`() async throws {
    let script = Script([
      .answer(
        400,
        "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>No: web.t0ken.long</Message></Error>"
          + "</ErrorResponse>", [])
    ])
    let client = try client(script)
    await #expect(
      throws: CredentialsFailure(
        message: "sts:AssumeRoleWithWebIdentity: InvalidIdentityToken: No: [withheld]", isTransient: false)
    ) { try await client.assumeRoleWithWebIdentity(role, token: "web.t0ken.long") }
  }

  @Test func `an outage is transient, a denial is not`() async throws {
    let broken = try client(Script([.broken, .broken, .broken]))
    let denied = try client(Script([.error("AccessDenied", status: 403)]))
    await #expect { try await broken.assumeRole(role, as: KeyRing("KEY")) } throws: {
      ($0 as? CredentialsFailure)?.isTransient == true
    }
    await #expect { try await denied.assumeRole(role, as: KeyRing("KEY")) } throws: {
      ($0 as? CredentialsFailure)?.isTransient == false
    }
  }

  @Test(
    arguments: [
      "", "{}", "<AssumeRoleResponse/>", "<html><body>hello</body></html>",
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId></Credentials>"
        + "</AssumeRoleResult></AssumeRoleResponse>",
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A&#10;B</AccessKeyId>"
        + "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        + "<Expiration>2026-11-23T06:26:48Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
    ])
  func `an answer without whole credentials is refused`(_ body: String) async throws {
    let client = try client(Script([.ok(body)]))
    await #expect(throws: CredentialsFailure.self) { try await client.assumeRole(role, as: KeyRing("KEY")) }
  }

  @Test func `the caller's identity is read`() async throws {
    let body = """
      <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>\
      <UserId>AKIAI</UserId><Account>123456789012</Account><Arn>arn:aws:sts::123456789012:user/moto</Arn>\
      </GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>
      """
    let identity = try await AWSTests.client(Script([.ok(body)])).getCallerIdentity()
    #expect(
      identity
        == CallerIdentity(
          account: "123456789012", arn: "arn:aws:sts::123456789012:user/moto", userID: "AKIAI"))
  }
}
