// SPDX-License-Identifier: Apache-2.0
// The world of the credentials tests: a clock that is moved by hand, a home directory of one test's own, and
// the services of a machine, in memory.

import Core
import Folders
import Foundation
import Platform

@testable import AWS

/// A clock that stands still. To sleep moves it on at once, or lasts until cancelled.
final class StillTime: TimeSource {
  enum Sleep { case passes, lasts }

  private let current: Locked<Timestamp>
  private let start: Timestamp
  private let sleep: Sleep

  init(_ text: String = "2026-11-23T12:00:00Z", sleep: Sleep = .passes) {
    start = timestamp(internetTime: text) ?? Timestamp(milliseconds: 0)
    current = Locked(start)
    self.sleep = sleep
  }

  func now() -> Timestamp { current.withLock { $0 } }
  func elapsed() -> Duration { now() - start }
  func advance(_ duration: Duration) { current.withLock { $0 = $0 + duration } }

  func sleep(for duration: Duration) async throws(CancellationError) {
    if sleep == .lasts {
      // Never yields; ends when the task that waits is cancelled.
      for await _ in AsyncStream(Never.self, { _ in }) {}
    }
    if Task.isCancelled { throw CancellationError() }
    advance(duration)
  }
}

/// Somebody's home directory.
final class Home {
  private let folder = TemporaryFolder()
  var path: String { folder.path }

  init() { folder.makeFolder(".aws/sso/cache") }

  @discardableResult
  func write(_ name: String, _ text: String, permissions: Int = 0o600) throws -> String {
    try folder.write(text, to: name, permissions: permissions)
  }

  /// The configuration of a process with this home.
  func configuration(_ environment: [String: String] = [:]) throws -> AWSConfiguration {
    try AWSConfiguration.resolve(environment: environment, home: path)
  }
}

/// Hands each request to a function and remembers it.
final class MemoryTransport: HTTPTransport {
  private let requests = Locked<[HTTPRequest]>([])
  private let answer: @Sendable (HTTPRequest) throws(TransportFailure) -> HTTPResponse

  init(_ answer: @escaping @Sendable (HTTPRequest) throws(TransportFailure) -> HTTPResponse) {
    self.answer = answer
  }

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    requests.withLock { $0.append(request) }
    return try answer(request)
  }

  var sent: [HTTPRequest] { requests.withLock { $0 } }
  var lines: [String] { sent.map { "\($0.method) \($0.url)" } }

  /// A network on which nobody answers.
  static var silent: MemoryTransport {
    MemoryTransport { _ throws(TransportFailure) in
      throw TransportFailure(kind: .unreachable, message: "no route to host", mayHaveArrived: false)
    }
  }
}

extension HTTPRequest {
  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

func response(_ status: Int, _ text: String = "") -> HTTPResponse {
  HTTPResponse(status: status, headers: [], body: Array(text.utf8))
}

func credentialsJSON(_ id: String, tokenKey: String = "Token", expires: String) -> String {
  """
  {"Code":"Success","Version":1,"AccessKeyId":"\(id)","SecretAccessKey":"s3cr3t-\(id)","\(tokenKey)":"t0ken-\(id)",
   "Expiration":"\(expires)"}
  """
}

/// A security token service: it knows some roles, the external id of each and the token of a web identity.
final class MemoryTokens: SecurityTokens {
  struct Call: Equatable {
    let role: String
    let session: String
    let by: String
  }

  private let calls = Locked<[Call]>([])
  private let time: StillTime
  private let externalIDs: [String: String]
  private let webToken: Locked<String>

  init(_ time: StillTime, externalIDs: [String: String] = [:], webToken: String = "") {
    self.time = time
    self.externalIDs = externalIDs
    self.webToken = Locked(webToken)
  }

  var made: [Call] { calls.withLock { $0 } }

  func expect(webToken token: String) { webToken.withLock { $0 = token } }

  func assumeRole(
    _ role: RoleRequest, as provider: any CredentialsProvider
  ) async throws(CredentialsFailure) -> Credentials {
    let by = try await provider.credentials().accessKeyID
    guard externalIDs[role.roleARN] == role.externalID else {
      throw CredentialsFailure(message: "AccessDenied: not authorized", isTransient: false)
    }
    return issue(role, by: by)
  }

  func assumeRoleWithWebIdentity(
    _ role: RoleRequest, token: String
  ) async throws(CredentialsFailure) -> Credentials {
    guard token == webToken.withLock({ $0 }) else {
      throw CredentialsFailure(message: "InvalidIdentityToken: not ours", isTransient: false)
    }
    return issue(role, by: "web")
  }

  private func issue(_ role: RoleRequest, by: String) -> Credentials {
    let count = calls.withLock {
      $0.append(Call(role: role.roleARN, session: role.sessionName, by: by))
      return $0.count
    }
    let name = role.roleARN.split(separator: "/").last.map(String.init) ?? ""
    return Credentials(
      accessKeyID: "ASIA-\(name)-\(count)", secretAccessKey: "s3cr3t-role", sessionToken: "t0ken-role",
      expiration: time.now() + .seconds(role.durationSeconds ?? 3_600))
  }
}

/// A chain over these parts.
func chain(
  _ configuration: AWSConfiguration, _ transport: MemoryTransport = .silent, time: StillTime = StillTime(),
  tokens: MemoryTokens? = nil
) throws -> CredentialsChain {
  try CredentialsChain(
    configuration: configuration, transport: transport, time: time, tokens: tokens ?? MemoryTokens(time),
    jitter: { 0 })
}

/// The message of the failure that the body ends in; empty where it does not fail.
func message<T>(_ body: () async throws -> T) async -> String {
  do {
    _ = try await body()
    return ""
  } catch {
    return "\(error)"
  }
}
