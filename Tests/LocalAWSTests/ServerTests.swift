// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import LocalAWS
import LoopbackSockets
import Platform
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The server over real sockets, with Foundation's HTTP client: one that nobody here wrote.
@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
  private func withServer(
    _ faults: Fault..., body: (LocalAWSServer, Caller, URLSession) async throws -> Void
  ) async throws {
    let clock = JumpingClock(at: noon)
    var call = Caller()
    for fault in faults { call.aws.inject(fault) }
    let server = try LocalAWSServer(RunningAWS(call.aws, time: clock), port: 0)
    let session = URLSession(configuration: .ephemeral)
    defer {
      session.invalidateAndCancel()
      server.stop()
    }
    call.authority = "127.0.0.1:\(server.port)"
    try await body(server, call, session)
  }

  @Test func `a signed call over a socket is answered, and connections are kept`() async throws {
    try await withServer { server, call, session in
      for _ in 0..<3 {
        let (data, status) = try await session.send(call.request("ssm:DescribeParameters", [:]))
        #expect(status == 200)
        #expect(String(decoding: data, as: UTF8.self) == #"{"Parameters":[]}"#)
      }
      #expect(Set(server.aws.log.calls.map(\.connection)).count == 1)
    }
  }

  @Test func `an answer lost on the way has taken effect`() async throws {
    try await withServer(Fault(.cutAfter, on: "ssm:PutParameter", .next(1, after: 0))) {
      server, call, session in
      await #expect(throws: URLError.self) {
        try await session.send(call.request("ssm:PutParameter", FaultTests.put))
      }
      #expect(server.aws.log.calls.map(\.tookEffect) == [true])
    }
  }

  @Test func `a fault may hit only connections that were kept, before or after the effect`() async throws {
    let before = Fault(.cutBefore, on: "ssm:Describe*", .always, onlyOnKeptConnections: true)
    let after = Fault(.cutAfter, on: "ssm:Put*", .always, onlyOnKeptConnections: true)
    try await withServer(before, after) { server, call, _ in
      for (action, input) in [("ssm:DescribeParameters", [:]), ("ssm:PutParameter", FaultTests.put)] {
        let connection = try LoopbackConnection(to: server.port)
        #expect(connection.exchange(call.request("ssm:DescribeParameters", [:])).hasPrefix("HTTP/1.1 200"))
        #expect(connection.exchange(call.request(action, input)).isEmpty)
      }
      #expect(server.aws.log.calls.map(\.tookEffect) == [true, false, true, true])
      #expect(server.aws.log.calls.map(\.connection) == [1, 1, 2, 2])
    }
  }

  /// libcurl repeats a POST by itself where a kept connection ends before the first byte of the answer. The fault shows
  /// it: without a connection of its own, a forced deployment whose answer is lost happens twice.
  @Test(arguments: [(false, 2), (true, 1)])
  func `a call that must not repeat arrives once, though its kept connection is cut`(
    mustNotRepeat: Bool, arrivals: Int
  ) async throws {
    let fault = Fault(.cutAfter, on: "ecs:UpdateService", .next(1, after: 0), onlyOnKeptConnections: true)
    try await withServer(fault) { server, call, _ in
      server.aws.steer { aws, now in aws.seedService("c/s", desiredCount: 1, in: london, at: now) }
      let transport = CurlTransport(caBundle: nil, on: nil)
      defer { transport.close() }
      let input: JSON = ["cluster": "c", "services": ["s"]]
      _ = try await transport.send(call.request("ecs:DescribeServices", input))
      let force: JSON = ["cluster": "c", "service": "s", "forceNewDeployment": true]
      var request = call.request("ecs:UpdateService", force)
      request.mustNotRepeat = mustNotRepeat
      _ = try? await transport.send(request)
      #expect(server.aws.count(of: "ecs:UpdateService") == arrivals)
    }
  }

  @Test func `a truncated answer announces more than it brings`() async throws {
    try await withServer(Fault(.truncated(keeping: 5), on: "*", .always)) { server, call, _ in
      let connection = try LoopbackConnection(to: server.port)
      let answer = connection.exchange(call.request("ssm:DescribeParameters", [:]))
      #expect(answer.contains("Content-Length: 17\r\n"))
      #expect(answer.hasSuffix("\r\n\r\n{\"Par"))
      #expect(connection.read().isEmpty)
    }
  }

  @Test func `what is not HTTP ends the connection`() async throws {
    try await withServer { server, _, _ in
      for text in [
        "\u{16}\u{3}\u{1}\r\n\r\n", "GET /\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
      ] {
        let connection = try LoopbackConnection(to: server.port)
        #expect(connection.write(Array(text.utf8)))
        #expect(connection.read().isEmpty)
      }
      #expect(server.aws.log.total == 0)
    }
  }

  @Test func `a silent connection ends when the server does`() async throws {
    try await withServer(Fault(.silenceBefore, on: "*", .always)) { server, call, session in
      async let answer = session.send(call.request("ssm:DescribeParameters", [:]))
      while server.aws.log.total == 0 { await Task.yield() }
      server.stop()
      let status = try? await answer.1
      #expect(status == nil)
    }
  }

  @Test func `the control endpoints seed, steer and tell`() async throws {
    try await withServer { server, call, session in
      let seed: JSON = ["region": "eu-west-2", "parameters": 7, "secrets": 3, "services": 2]
      #expect(try await session.control(server, "seed", seed).1 == 200)
      let service = Estate.services(1)[0]
      let rollout: JSON = ["region": "eu-west-2", "service": .string(service), "kind": "hangs", "next": true]
      #expect(try await session.control(server, "rollout", rollout).1 == 200)
      let fault: JSON = ["operation": "ssm:*", "kind": "throttling", "next": 1]
      #expect(try await session.control(server, "fault", fault).1 == 200)
      #expect(try await session.send(call.request("ssm:DescribeParameters", [:])).1 == 400)
      let (listed, _) = try await session.send(call.request("ssm:DescribeParameters", [:]))
      #expect(try JSON(reading: Array(listed))["Parameters"]?.array?.count == 7)
      let (calls, _) = try await session.control(server, "calls", [:])
      #expect(calls["counts"] == ["ssm:DescribeParameters": 2])
      #expect(calls["calls"]?[0]?["error"] == "ThrottlingException")
    }
  }

  static let mistakes: [(name: String, input: JSON, words: String)] = [
    ("seed", [:], "region is missing, or no string"),
    ("nothing", ["region": "r"], "there is no endpoint /_local/nothing"),
    ("fault", ["operation": "*", "kind": "odd"], "there is no kind of fault odd"),
    ("rollout", ["region": "r", "service": "c/s", "kind": "hangs"], "there is no service c/s in r"),
    (
      "act", ["region": "r", "action": "ssm:DeleteParameter", "input": ["Name": "/x"]],
      "ParameterNotFound: Parameter /x not found."
    ),
  ]

  @Test(arguments: mistakes.indices)
  func `a mistake at a control endpoint is explained`(index: Int) async throws {
    let mistake = Self.mistakes[index]
    try await withServer { server, _, session in
      let (answer, status) = try await session.control(server, mistake.name, mistake.input)
      #expect(status == 400)
      #expect(answer["error"]?.string == mistake.words)
    }
  }
}

extension URLSession {
  /// Sends a request as it is and returns body and status.
  fileprivate func send(_ request: HTTPRequest) async throws -> (Data, Int) {
    let url = try #require(URL(string: request.url))
    var sent = URLRequest(url: url)
    sent.httpMethod = request.method
    sent.httpBody = Data(request.body)
    for field in request.headers { sent.setValue(field.value, forHTTPHeaderField: field.name) }
    let (data, response) = try await data(for: sent)
    return (data, (response as? HTTPURLResponse)?.statusCode ?? 0)
  }

  fileprivate func control(_ server: LocalAWSServer, _ name: String, _ input: JSON) async throws -> (
    JSON, Int
  ) {
    let limits = HTTPLimits(connect: .zero, silence: .zero, total: .zero, responseBytes: 0)
    let request = HTTPRequest(
      method: "POST", url: "\(server.url)/_local/\(name)", headers: [], body: input.bytes,
      mustNotRepeat: false,
      bypassesProxy: true, limits: limits)
    let (data, status) = try await send(request)
    return (try JSON(reading: Array(data)), status)
  }
}

extension LoopbackConnection {
  /// Sends a request and returns what comes back at once, empty where the connection ends instead.
  fileprivate func exchange(_ request: HTTPRequest) -> String {
    var head = "\(request.method) / HTTP/1.1\r\nHost: \(request.url.split(separator: "/")[1])\r\n"
    for field in request.headers { head += "\(field.name): \(field.value)\r\n" }
    head += "Content-Length: \(request.body.count)\r\n\r\n"
    guard write(Array(head.utf8) + request.body) else { return "" }
    return String(decoding: read(), as: UTF8.self)
  }
}
