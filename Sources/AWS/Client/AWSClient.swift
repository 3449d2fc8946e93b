// SPDX-License-Identifier: Apache-2.0

import JSON
public import Platform

/// What one client allows itself.
public struct ClientLimits: Sendable, Hashable {
  /// Of every exchange.
  public var exchange: HTTPLimits
  /// DescribeParameters calls a second, evenly spaced.
  public var parametersPerSecond: Double
  /// ListSecrets calls a second, evenly spaced.
  public var secretsPerSecond: Double

  /// Limits with all their parts.
  public init(exchange: HTTPLimits, parametersPerSecond: Double, secretsPerSecond: Double) {
    self.exchange = exchange
    self.parametersPerSecond = parametersPerSecond
    self.secretsPerSecond = secretsPerSecond
  }
}

/// The calls that rollwatch makes, in one Region with one identity. Each is one function in a file of its
/// own.
///
/// Every call throws an `AWSFailure` and no other error. Calls that may be made twice are repeated as AWS's
/// SDKs do by default; `updateService` only where nothing has happened.
public final class AWSClient: Sendable {
  /// The Region of every call.
  public let region: String
  let parametersLimiter: RateLimiter
  let secretsLimiter: RateLimiter
  /// Of DescribeServices: 20 a second are granted to the whole account in a Region, with a burst of 100.
  let servicesLimiter: RateLimiter
  /// Of the calls about service deployments: 20 a second, with a burst of 50.
  let serviceDeploymentsLimiter: RateLimiter
  /// Of each of ECS's quotas for reading three quarters, which leaves some to others in the account.
  private static let ecsCallsPerSecond = 15.0
  private let sender: CallSender
  private let credentials: any CredentialsProvider

  /// A client; it sends nothing yet.
  ///
  /// - Parameters:
  ///   - region: AWS's name of it; a configuration failure where it cannot be one.
  ///   - userAgent: names the program and its version: `rollwatch/0.1.0`.
  ///   - seed: of the jitter.
  ///   - maxAttempts: of each call, the first included; at least 1. AWS's own default is 3.
  public init(
    region: String, credentials: any CredentialsProvider, transport: any HTTPTransport, time: any TimeSource,
    endpoints: EndpointOptions, userAgent: String, seed: UInt64, maxAttempts: Int, limits: ClientLimits
  ) throws(ConfigurationFailure) {
    sender = try CallSender(
      region: region, transport: transport, time: time, endpoints: endpoints, userAgent: userAgent,
      seed: seed, maxAttempts: maxAttempts, limits: limits.exchange)
    self.region = region
    self.credentials = credentials
    parametersLimiter = RateLimiter(perSecond: limits.parametersPerSecond, time: time)
    secretsLimiter = RateLimiter(perSecond: limits.secretsPerSecond, time: time)
    servicesLimiter = RateLimiter(perSecond: Self.ecsCallsPerSecond, time: time)
    serviceDeploymentsLimiter = RateLimiter(perSecond: Self.ecsCallsPerSecond, time: time)
  }

  /// A call of a JSON service that may be repeated.
  func read<Result>(
    _ service: AWSServiceName, _ operation: String, _ request: JSONValue,
    answer: (inout JSONReader) throws(JSONFailure) -> Result
  ) async throws(AWSFailure) -> Result {
    let call = Call(service: service, operation: operation, body: request.canonical, isRepeatable: true)
    return try await send(call, answer).result
  }

  /// A call of which there may be many: waits for its turn.
  func list<Page>(
    _ service: AWSServiceName, _ operation: String, _ request: JSONValue, limiter: RateLimiter,
    page: (inout JSONReader) throws(JSONFailure) -> Page
  ) async throws(AWSFailure) -> (page: Page, answer: Answer) {
    let call = Call(
      service: service, operation: operation, body: request.canonical, isRepeatable: true, limiter: limiter)
    let (result, answer) = try await send(call, page)
    return (result, answer)
  }

  /// A call of a JSON service that must not happen twice.
  func change<Result>(
    _ service: AWSServiceName, _ operation: String, _ request: JSONValue, comment: String,
    answer: (inout JSONReader) throws(JSONFailure) -> Result
  ) async throws(AWSFailure) -> Result {
    let call = Call(
      service: service, operation: operation, body: request.canonical, isRepeatable: false, comment: comment)
    return try await send(call, answer).result
  }

  /// A call of a JSON service that changes something and may be repeated: AWS knows a repetition by its client token.
  func repeatableChange<Result>(
    _ service: AWSServiceName, _ operation: String, _ request: JSONValue, comment: String,
    answer: (inout JSONReader) throws(JSONFailure) -> Result
  ) async throws(AWSFailure) -> Result {
    let call = Call(
      service: service, operation: operation, body: request.canonical, isRepeatable: true, comment: comment)
    return try await send(call, answer).result
  }

  /// A signed call of any service.
  func send(_ call: Call) async throws(AWSFailure) -> Answer {
    try await sender.send(call, as: credentials)
  }

  private func send<Result>(
    _ call: Call, _ read: (inout JSONReader) throws(JSONFailure) -> Result
  ) async throws(AWSFailure) -> (result: Result, answer: Answer) {
    let answer = try await send(call)
    do {
      return (try JSONReader.read(answer.body, read), answer)
    } catch {
      throw answer.malformed(call, "the answer is not what \(call.operation) answers: \(error)")
    }
  }
}
