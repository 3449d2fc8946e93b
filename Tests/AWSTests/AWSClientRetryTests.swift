// SPDX-License-Identifier: Apache-2.0

import Core
import Platform
import Testing

@testable import AWS

struct AWSClientRetryTests {
  private let time = StillTime()

  @Test(
    arguments: [
      [.throttled, .broken, .emptyPage], [.failure(.cut, mayHaveArrived: true), .emptyPage],
      [.failure(.timedOut, mayHaveArrived: true), .emptyPage],
      [.failure(.unreachable, mayHaveArrived: false), .emptyPage],
      [.answer(500, "<html>oops</html>", []), .answer(429, "", []), .emptyPage],
      [.error("RequestTimeout"), .error("InternalServerError", status: 500), .emptyPage],
    ] as [[Script.Reply]])
  func `a reading call is repeated until it succeeds`(_ replies: [Script.Reply]) async throws {
    let script = Script(replies)
    let page = try await client(script, time: time).firstParameters()
    #expect(page.parameters.isEmpty && script.sent.count == replies.count)
  }

  @Test func `after the last attempt the failure says how many there were`() async throws {
    let script = Script([.broken, .broken, .broken, .emptyPage])
    let client = try client(script, time: time)
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .transient && failure?.attempts == 3 && failure?.status == 503)
    #expect(script.sent.count == 3)
  }

  @Test func `one attempt is enough where no more are allowed`() async throws {
    let script = Script([.broken, .emptyPage])
    let client = try client(script, time: time, maxAttempts: 1)
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.attempts == 1 && script.sent.count == 1)
  }

  @Test(
    arguments: [
      .error("AccessDeniedException"), .error("ValidationException"), .error("InvalidNextToken"),
      .failure(.tls, mayHaveArrived: false), .failure(.unusable, mayHaveArrived: false),
      .failure(.tooLarge, mayHaveArrived: true), .failure(.cancelled, mayHaveArrived: true),
      .ok("<html>welcome to the hotel's network</html>"), .answer(302, "", []),
    ] as [Script.Reply])
  func `what another attempt cannot cure is not attempted again`(_ reply: Script.Reply) async throws {
    let script = Script([reply, .emptyPage])
    let client = try client(script, time: time)
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.isTransient == (failure?.kind == .unreachable) && script.sent.count == 1)
  }

  @Test func `the server's wish is waited for`() async throws {
    let script = Script([.error("SlowDown", status: 503, [("Retry-After", "7")]), .emptyPage])
    let start = time.elapsed()
    _ = try await client(script, time: time).firstParameters()
    #expect(time.elapsed() - start >= .seconds(7))
  }

  @Test func `AWS's own header counts in milliseconds and comes before Retry-After`() async throws {
    let headers: [(name: String, value: String)] = [("x-amz-retry-after", "1500"), ("Retry-After", "9")]
    let script = Script([.answer(503, "", headers), .emptyPage])
    let start = time.elapsed()
    _ = try await client(script, time: time).firstParameters()
    #expect(time.elapsed() - start == .milliseconds(1_500))
  }

  @Test(
    arguments: [
      ("Mon, 23 Nov 2026 13:00:05 GMT", "Mon, 23 Nov 2026 13:00:00 GMT", 5_000),
      ("Mon, 23 Nov 2026 12:00:05 GMT", "", 5_000), ("Mon, 23 Nov 2026 11:00:00 GMT", "", 0),
      ("soon", "", 0), ("-5", "", 0),
    ])
  func `a wish may be a date, by the server's own clock`(
    _ wish: String, _ date: String, _ milliseconds: Int64
  ) async throws {
    let script = Script([.answer(503, "", [("Retry-After", wish), ("Date", date)]), .emptyPage])
    _ = try await client(script, time: time).firstParameters()
    let waited = time.elapsed().milliseconds
    #expect((milliseconds..<max(milliseconds, 1_000) + 1).contains(waited))
  }

  @Test func `a wish of many minutes ends the call at once`() async throws {
    let script = Script([.answer(503, "", [("Retry-After", "600")]), .emptyPage])
    let client = try client(script, time: time)
    let start = time.elapsed()
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .transient && script.sent.count == 1 && time.elapsed() == start)
  }

  @Test func `an outage uses the quota up, and then every call is made once`() async throws {
    let script = Script(Array(repeating: .broken, count: 400))
    let client = try client(script, time: time)
    for _ in 0..<60 { _ = await caught { () throws(AWSFailure) in try await client.firstParameters() } }
    // 100 retries at 5 each; 60 calls.
    #expect(script.sent.count == 160)
  }

  @Test func `a client that was throttled slows down, and never below one call in two seconds`() async throws
  {
    let script = Script(Array(repeating: .throttled, count: 3) + Array(repeating: .emptyPage, count: 5))
    let client = try client(script, time: time)
    _ = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    let start = time.elapsed()
    for _ in 0..<5 { _ = try await client.firstParameters() }
    let spent = time.elapsed() - start
    #expect(spent > .seconds(2) && spent <= .seconds(10))
  }

  @Test func `a cancelled wait ends the call`() async throws {
    let lasting = StillTime(sleep: .lasts)
    let client = try client(Script([.broken, .emptyPage]), time: lasting)
    let failure = await withTaskGroup { group in
      group.addTask { await caught { () throws(AWSFailure) in try await client.firstParameters() } }
      group.cancelAll()
      return await group.next().flatMap(\.self)
    }
    #expect(failure?.kind == .cancelled)
  }
}

struct UpdateServiceRetryTests {
  private static let service =
    #"{"service":{"serviceArn":"a","serviceName":"s","clusterArn":"c","status":"ACTIVE","desiredCount":1,"#
    + #""runningCount":1,"pendingCount":0}}"#

  @Test func `the call says that it must not arrive twice, and whose restart it is`() async throws {
    let script = Script([.ok(Self.service)])
    let restarted = try await client(script).restartOne()
    #expect(restarted.name == "s" && restarted.controller == "ECS")
    let request = try #require(script.sent.first)
    #expect(request.mustNotRepeat && request.header("User-Agent") == "rollwatch/0.1.0 restart/R1")
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"cluster":"c","forceNewDeployment":true,"service":"s"}"#)
  }

  @Test(
    arguments: [
      .broken, .answer(500, "", []), .failure(.cut, mayHaveArrived: true),
      .failure(.timedOut, mayHaveArrived: true), .error("ServerException", status: 500), .ok("{}"),
      .ok(""), .answer(302, "", []),
    ] as [Script.Reply])
  func `where it may have taken effect it is never sent again`(_ reply: Script.Reply) async throws {
    let script = Script([reply, .ok(Self.service)])
    let client = try client(script)
    let failure = await caught { () throws(AWSFailure) in try await client.restartOne() }
    #expect(failure?.mayHaveTakenEffect == true && script.sent.count == 1)
  }

  @Test(
    arguments: [
      .throttled, .failure(.unreachable, mayHaveArrived: false),
      .failure(.timedOut, mayHaveArrived: false), .error("ExpiredTokenException"),
      .error("ThrottlingException", status: 503),
    ] as [Script.Reply])
  func `where it cannot have taken effect it is sent again`(_ reply: Script.Reply) async throws {
    let script = Script([reply, .ok(Self.service)])
    _ = try await client(script).restartOne()
    #expect(script.sent.count == 2)
  }

  @Test(
    arguments: [
      ("ServiceNotActiveException", AWSFailure.Kind.conflict), ("ServiceNotFoundException", .notFound),
      ("InvalidParameterException", .invalid), ("AccessDeniedException", .denied),
      ("PlatformUnknownException", .unsupported), ("NamespaceNotFoundException", .invalid),
    ])
  func `a refusal has taken no effect`(_ code: String, _ kind: AWSFailure.Kind) async throws {
    let client = try client(Script([.error(code, message: "no")]))
    let failure = await caught { () throws(AWSFailure) in try await client.restartOne() }
    #expect(failure?.kind == kind && failure?.mayHaveTakenEffect == false && failure?.message == "no")
  }
}
