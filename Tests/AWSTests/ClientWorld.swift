// SPDX-License-Identifier: Apache-2.0
// The world of the client's tests: scripted answers, and an AWS that checks dates and keys.

import Core
import Foundation
import Platform

@testable import AWS

/// Gives its answers one after another, and then no more.
final class Script: HTTPTransport {
  enum Reply: Sendable {
    case answer(Int, String, [(name: String, value: String)])
    case failure(TransportFailure.Kind, mayHaveArrived: Bool)
  }

  private let state: Locked<(replies: ArraySlice<Reply>, sent: [HTTPRequest])>

  init(_ replies: [Reply]) { state = Locked((replies[...], [])) }

  var sent: [HTTPRequest] { state.withLock { $0.sent } }
  var left: Int { state.withLock { $0.replies.count } }

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    let reply = state.withLock { state in
      state.sent.append(request)
      return state.replies.popFirst()
    }
    switch reply {
    case .answer(let status, let body, let headers):
      return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    case .failure(let kind, let mayHaveArrived):
      throw TransportFailure(kind: kind, message: "scripted", mayHaveArrived: mayHaveArrived)
    case nil:
      throw TransportFailure(kind: .unusable, message: "the script is over", mayHaveArrived: false)
    }
  }
}

extension Script.Reply {
  static func ok(_ body: String) -> Self { .answer(200, body, []) }

  static func error(
    _ code: String, status: Int = 400, message: String = "", _ headers: [(name: String, value: String)] = []
  ) -> Self {
    .answer(status, #"{"__type":"com.amazonaws.x#\#(code)","message":"\#(message)"}"#, headers)
  }

  static let emptyPage = ok(#"{"Parameters":[]}"#)
  static let throttled = error("ThrottlingException", message: "Rate exceeded")
  static let broken = answer(503, "", [])
}

/// An AWS that accepts one key at a time, and signatures of the last five minutes by its own clock.
final class StrictAWS: HTTPTransport {
  private let time: StillTime
  private let offset: Duration
  private let key: Locked<String>
  private let gate: Locked<(missing: Int, waiting: [CheckedContinuation<Void, Never>])>
  private let log = Locked<(served: Int, dates: [String])>((0, []))

  init(
    _ time: StillTime, ahead offset: Duration = .zero, accepts key: String = "KEY", waitsFor count: Int = 1
  ) {
    self.time = time
    self.offset = offset
    self.key = Locked(key)
    gate = Locked((count, []))
  }

  /// Holds the first calls until so many are there as it waits for.
  private func waitForOthers() async {
    await withCheckedContinuation { continuation in
      let released = gate.withLock { gate in
        gate.missing -= 1
        gate.waiting.append(continuation)
        guard gate.missing <= 0 else { return [CheckedContinuation<Void, Never>]() }
        defer { gate.waiting = [] }
        return gate.waiting
      }
      for waiting in released { waiting.resume() }
    }
  }

  /// How many calls were accepted.
  var served: Int { log.withLock { $0.served } }
  /// The date of each call that arrived.
  var dates: [String] { log.withLock { $0.dates } }

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    await waitForOthers()
    let now = time.now() + offset
    let date = request.header("X-Amz-Date") ?? ""
    log.withLock { $0.dates.append(date) }
    let headers: [(name: String, value: String)] = [("Date", httpDate(now))]
    func refuse(_ code: String) -> HTTPResponse {
      HTTPResponse(status: 400, headers: headers, body: Array(#"{"__type":"\#(code)"}"#.utf8))
    }
    let accepted = key.withLock { $0 }
    guard request.header("Authorization")?.contains("Credential=\(accepted)/") == true else {
      return refuse("ExpiredTokenException")
    }
    let oldest = SigningTime(now - .seconds(300)).text
    let newest = SigningTime(now + .seconds(300)).text
    guard (oldest...newest).contains(date) else { return refuse("InvalidSignatureException") }
    log.withLock { $0.served += 1 }
    return HTTPResponse(status: 200, headers: headers, body: Array(#"{"Parameters":[]}"#.utf8))
  }
}

/// Hands out keys in their order; the next one when the last was given up.
final class KeyRing: CredentialsProvider {
  private let state: Locked<(keys: [String], invalidations: Int)>

  init(_ keys: String...) { state = Locked((keys, 0)) }

  var invalidations: Int { state.withLock { $0.invalidations } }

  func credentials() async throws(CredentialsFailure) -> Credentials {
    let key = state.withLock { $0.keys.first }
    guard let key else { throw CredentialsFailure(message: "no key is left", isTransient: false) }
    return Credentials(
      accessKeyID: key, secretAccessKey: "s3cr3t-access-key", sessionToken: "s3cr3t-session-token",
      expiration: nil)
  }

  func invalidate() async {
    state.withLock {
      $0.invalidations += 1
      if $0.keys.count > 1 { $0.keys.removeFirst() }
    }
  }
}

let testLimits = HTTPLimits(
  connect: .seconds(3), silence: .seconds(10), total: .seconds(30), responseBytes: 8 << 20)

let noOverrides = EndpointOptions(overrides: .none, usesFIPS: false, usesDualStack: false)

/// A client whose own rates are out of the way.
func client(
  _ transport: any HTTPTransport, time: StillTime = StillTime(), credentials: KeyRing = KeyRing("KEY"),
  maxAttempts: Int = 3, perSecond: Double = 1_000_000, region: String = "eu-west-1"
) throws -> AWSClient {
  try AWSClient(
    region: region, credentials: credentials, transport: transport, time: time, endpoints: noOverrides,
    userAgent: "rollwatch/0.1.0", seed: 7, maxAttempts: maxAttempts,
    limits: ClientLimits(
      exchange: testLimits, parametersPerSecond: perSecond, secretsPerSecond: perSecond))
}

extension AWSClient {
  func firstParameters() async throws(AWSFailure) -> ParameterPage {
    try await describeParameters(filters: [], nextToken: nil)
  }

  func restartOne() async throws(AWSFailure) -> ServiceDescription {
    try await updateService(cluster: "c", service: "s", restart: "R1")
  }
}

/// The failure that the body ends in.
func caught<T>(_ body: () async throws(AWSFailure) -> T) async -> AWSFailure? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error
  }
}

/// `Mon, 23 Nov 2026 12:00:00 GMT`
func httpDate(_ time: Timestamp) -> String {
  let formatter = DateFormatter()
  formatter.locale = Locale(identifier: "en_US_POSIX")
  formatter.timeZone = TimeZone(secondsFromGMT: 0)
  formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
  return formatter.string(from: Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000))
}
