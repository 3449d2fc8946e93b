// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Platform
import Testing

struct FaultTests {
  static let put: JSON = ["Name": "/a", "Value": "1", "Type": "String"]

  @Test(arguments: [
    (Fault.Effect.throttling, "ThrottlingException"), (.internalError, "InternalServerError"),
    (.accessDenied, "com.amazon.coral.service#AccessDeniedException"),
  ])
  func `an injected error has no effect`(effect: Fault.Effect, name: String) {
    var call = Caller()
    call.aws.inject(Fault(effect, on: "ssm:Put*", .next(1, after: 0)))
    #expect(call.error("ssm:PutParameter", Self.put) == name)
    #expect(call("ssm:PutParameter", Self.put)?["Version"] == 1)
  }

  @Test func `an error after the effect hides that there was one`() {
    var call = Caller()
    call.aws.inject(
      Fault(.errorAfter(status: 500, code: "InternalServerError", message: ""), on: "*", .next(1, after: 0)))
    #expect(call.error("ssm:PutParameter", Self.put) == "InternalServerError")
    #expect(call.error("ssm:PutParameter", Self.put) == "ParameterAlreadyExists")
    #expect(call.aws.log.calls.map(\.tookEffect) == [true, false])
  }

  @Test func `a fault may wait for its call`() {
    var call = Caller()
    call.aws.inject(Fault(.throttling, on: "ssm:DescribeParameters", .next(1, after: 2)))
    let errors = (0..<4).map { _ in call.error("ssm:DescribeParameters") }
    #expect(errors == [nil, nil, "ThrottlingException", nil])
  }

  @Test func `chance comes from the seed`() {
    func errors(seed: UInt64) -> [Bool] {
      var call = Caller(seed: seed)
      call.aws.inject(Fault(.throttling, on: "*", .probability(0.5)))
      return (0..<64).map { _ in call.error("ssm:DescribeParameters") != nil }
    }
    #expect(errors(seed: 1) == errors(seed: 1))
    #expect(errors(seed: 1) != errors(seed: 2))
  }

  @Test func `endless pages name the same next page for ever`() {
    var call = Caller()
    call.aws.seedParameters(["/a", "/b"], in: london, at: noon)
    call.aws.inject(Fault(.endlessPages, on: "ssm:DescribeParameters", .always))
    let first = call("ssm:DescribeParameters", ["MaxResults": 1])
    let token = first?["NextToken"] ?? ""
    #expect(call("ssm:DescribeParameters", ["MaxResults": 1, "NextToken": token]) == first)
  }

  @Test(arguments: [(Fault.Effect.html, 502), (.wrongShape, 200), (.huge(bytes: 100_000), 200)])
  func `strange bodies come with their status`(effect: Fault.Effect, expected: Int) {
    var call = Caller()
    call.aws.inject(Fault(effect, on: "*", .always))
    #expect(status(call.reply("ssm:DescribeParameters")) == expected)
  }

  @Test func `a token bucket refuses what comes too fast, by account and Region`() {
    var call = Caller()
    call.aws.quotas = [.parameters: QuotaCategory.parameters.awsDefault]
    let errors = (0..<5).map { _ in call.error("ssm:DescribeParameters") }
    #expect(errors == [nil, nil, nil, "ThrottlingException", "ThrottlingException"])
    #expect(call.error("ssm:PutParameter", Self.put) == "ThrottlingException")
    call.now = noon + .milliseconds(334)
    #expect(call.error("ssm:DescribeParameters") == nil)
    call.region = "us-east-1"
    #expect(call.error("ssm:DescribeParameters") == nil)
  }

  @Test func `every call is in the log with who, where and what became of it`() {
    var call = Caller()
    _ = call("ssm:PutParameter", Self.put)
    _ = call.error("ssm:PutParameter", Self.put)
    let log = call.aws.log
    #expect(log.counts == ["ssm:PutParameter": 2])
    #expect(log.calls.map(\.status) == [200, 400])
    #expect(log.calls.last?.error == "ParameterAlreadyExists")
    #expect(log.calls.first?.place == london)
    #expect(log.calls.first?.accessKey == call.accessKey)
    #expect(log.calls.first?.time == noon)
  }
}

struct InMemoryTests {
  private let clock = JumpingClock(at: noon)

  private func start(_ faults: Fault...) -> (RunningAWS, Caller) {
    var call = Caller()
    for fault in faults { call.aws.inject(fault) }
    return (RunningAWS(call.aws, time: clock), call)
  }

  @Test func `a call is answered without time passing`() async throws {
    let (aws, call) = start()
    let answer = try await InMemoryAWS(aws).send(call.request("ssm:DescribeParameters", [:]))
    #expect(answer.status == 200)
    #expect(answer.header("date") == "Mon, 23 Nov 2026 12:00:00 GMT")
    #expect(clock.elapsed() == .zero)
  }

  @Test(arguments: [
    (Fault.Effect.cutBefore, TransportFailure.Kind.cut, false, 0),
    (.cutAfter, .cut, true, 0), (.truncated(keeping: 3), .cut, true, 0),
    (.silenceBefore, .timedOut, false, 10), (.silenceAfter, .timedOut, true, 10),
    (.delayAfter(.seconds(11)), .timedOut, true, 10),
    (.huge(bytes: 2 << 20), .tooLarge, true, 0),
  ])
  func `a fault of the connection reaches the client as one`(
    effect: Fault.Effect, kind: TransportFailure.Kind, tookEffect: Bool, seconds: Int
  ) async throws {
    let (aws, call) = start(Fault(effect, on: "*", .always))
    let request = call.request("ssm:PutParameter", FaultTests.put)
    let failure = await #expect(throws: TransportFailure.self) { try await InMemoryAWS(aws).send(request) }
    #expect(failure?.kind == kind)
    #expect(aws.log.calls.map(\.tookEffect) == [tookEffect])
    #expect(clock.elapsed() == .seconds(seconds))
  }

  @Test func `a delay that the client bears is a sleep`() async throws {
    let (aws, call) = start(
      Fault(.delayBefore(.seconds(2)), on: "*", .always), Fault(.delayAfter(.seconds(3)), on: "*", .always))
    let answer = try await InMemoryAWS(aws).send(call.request("ssm:DescribeParameters", [:]))
    #expect(answer.status == 200)
    #expect(clock.elapsed() == .seconds(5))
  }

  @Test func `a delayed call takes effect although its client has given up`() async throws {
    let (aws, call) = start(Fault(.delayBefore(.seconds(60)), on: "ssm:PutParameter", .always))
    let request = call.request("ssm:PutParameter", FaultTests.put)
    await #expect(throws: TransportFailure.self) { try await InMemoryAWS(aws).send(request) }
    #expect(aws.log.calls.map(\.tookEffect) == [false])
    clock.advance(by: .seconds(50))
    let later = call.request("ssm:DescribeParameters", [:])
    let answer = try await InMemoryAWS(aws).send(later)
    let listed = try JSON(reading: answer.body)
    #expect(listed["Parameters"]?.array?.count == 1)
  }

  @Test func `AWS's clock may differ from the client's`() async throws {
    let (aws, call) = start()
    aws.clockOffset = .seconds(3_600)
    let answer = try await InMemoryAWS(aws).send(call.request("ssm:DescribeParameters", [:]))
    #expect(answer.header("x-amzn-errortype") == "InvalidSignatureException")
    #expect(answer.header("date") == "Mon, 23 Nov 2026 13:00:00 GMT")
  }
}
