// SPDX-License-Identifier: Apache-2.0

import Core
import Platform
import Testing

@testable import AWS

struct AWSClientAuthenticationTests {
  private let time = StillTime()

  @Test(arguments: [Duration.seconds(3_600), .seconds(-3_600), .seconds(600)])
  func `a clock that is wrong is corrected with one refusal`(_ ahead: Duration) async throws {
    let aws = StrictAWS(time, ahead: ahead)
    let client = try client(aws, time: time)
    for _ in 0..<3 { _ = try await client.firstParameters() }
    #expect(aws.served == 3)
    #expect(aws.dates.count == 4)
  }

  @Test func `calls that are under way together all learn the time from their own refusal`() async throws {
    let aws = StrictAWS(time, ahead: .seconds(3_600), waitsFor: 5)
    let client = try client(aws, time: time)
    let count = await withTaskGroup { group in
      for _ in 0..<5 {
        group.addTask { await caught { () throws(AWSFailure) in try await client.firstParameters() } }
      }
      return await group.reduce(into: 0) { if $1 == nil { $0 += 1 } }
    }
    #expect(count == 5 && aws.served == 5 && aws.dates.count == 10)
  }

  @Test func `calls that are refused together all go on with the new credentials`() async throws {
    let aws = StrictAWS(time, accepts: "SECOND", waitsFor: 5)
    let ring = KeyRing("FIRST", "SECOND")
    let client = try client(aws, time: time, credentials: ring)
    let count = await withTaskGroup { group in
      for _ in 0..<5 {
        group.addTask { await caught { () throws(AWSFailure) in try await client.firstParameters() } }
      }
      return await group.reduce(into: 0) { if $1 == nil { $0 += 1 } }
    }
    #expect(count == 5 && aws.served == 5)
  }

  @Test func `a clock that is put right again needs no correction any more`() async throws {
    let script = Script([
      .error("InvalidSignatureException", [("Date", "Mon, 23 Nov 2026 13:00:00 GMT")]),
      .answer(200, #"{"Parameters":[]}"#, [("Date", "Mon, 23 Nov 2026 12:00:00 GMT")]), .emptyPage,
    ])
    let client = try client(script, time: time)
    for _ in 0..<2 { _ = try await client.firstParameters() }
    #expect(
      script.sent.map { $0.header("X-Amz-Date") ?? "" } == [
        "20261123T120000Z", "20261123T130000Z", "20261123T120000Z",
      ])
  }

  @Test func `a bad signature under a right clock is final`() async throws {
    let script = Script([.error("SignatureDoesNotMatch", [("Date", httpDate(time.now()))]), .emptyPage])
    let client = try client(script, time: time)
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .credentials && script.sent.count == 1)
  }

  @Test func `a server whose clock runs wild is asked twice and no more`() async throws {
    let script = Script([
      .error("RequestExpired", [("Date", "Mon, 23 Nov 2026 13:00:00 GMT")]),
      .error("RequestExpired", [("Date", "Mon, 23 Nov 2026 14:00:00 GMT")]), .emptyPage,
    ])
    let client = try client(script, time: time)
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .credentials && failure?.attempts == 2 && script.sent.count == 2)
  }

  @Test func `expired credentials are replaced once`() async throws {
    let aws = StrictAWS(time, accepts: "SECOND")
    let ring = KeyRing("FIRST", "SECOND")
    _ = try await client(aws, time: time, credentials: ring).firstParameters()
    #expect(ring.invalidations == 1 && aws.dates.count == 2)
  }

  @Test func `credentials that AWS does not accept after all are a failure of credentials`() async throws {
    let aws = StrictAWS(time, accepts: "OTHER")
    let ring = KeyRing("FIRST")
    let client = try client(aws, time: time, credentials: ring)
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .credentials && failure?.code == "ExpiredTokenException")
    #expect(failure?.mayHaveTakenEffect == false && failure?.attempts == 2 && ring.invalidations == 1)
  }

  @Test func `wrong keys and a wrong clock together need three attempts`() async throws {
    let aws = StrictAWS(time, ahead: .seconds(3_600), accepts: "SECOND")
    _ = try await client(aws, time: time, credentials: KeyRing("FIRST", "SECOND"), maxAttempts: 1)
      .firstParameters()
    #expect(aws.served == 1)
  }

  @Test func `without credentials nothing is sent`() async throws {
    let script = Script([.emptyPage])
    let client = try client(script, time: time, credentials: KeyRing())
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .credentials && failure?.message == "no key is left")
    #expect(failure?.attempts == 0 && script.sent.isEmpty)
  }

  @Test func `no credential gets from AWS's answer into the failure`() async throws {
    let words =
      "The request signature we calculated does not match s3cr3t-access-key.\\n\\nThe Canonical String for this "
      + "request should have been\\n'POST\\n/\\nx-amz-security-token:s3cr3t-session-token'"
    let client = try client(Script([.error("SignatureDoesNotMatch", message: words)]), time: time)
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    let text = failure.map { "\($0) \(String(reflecting: $0))" } ?? ""
    #expect(!text.contains("s3cr3t") && !text.contains("Canonical"))
    #expect(failure?.message == "The request signature we calculated does not match [withheld].")
  }

  @Test func `a Region that is no host label is refused`() {
    for region in [
      "", "eu west", "evil.example/", "x@y", "-a", "a.b", "é", String(repeating: "a", count: 64),
    ] {
      #expect(throws: ConfigurationFailure.self) { try client(Script([]), region: region) }
    }
  }
}
