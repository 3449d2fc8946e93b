// SPDX-License-Identifier: Apache-2.0
// Carries a call to its answer: waits for its turn, signs it, sends it, and decides what a failed attempt
// means. A call that must not happen twice is repeated only where it is certain that nothing has happened.

import Core
import Platform

/// Sends the calls of one client in one Region.
final class CallSender: Sendable {
  private let region: String
  private let transport: any HTTPTransport
  private let time: any TimeSource
  private let endpoints: EndpointOptions
  private let userAgent: String
  private let maxAttempts: Int
  private let limits: HTTPLimits
  private let memory: Locked<Memory>

  /// What one call teaches the next.
  private struct Memory {
    var generator: SeededGenerator
    var skew = ClockSkew()
    var signatures: [AWSServiceName: SignatureV4] = [:]
    var quotas: [AWSServiceName: RetryQuota] = [:]
    var rates: [AWSServiceName: AdaptiveRate] = [:]
  }

  init(
    region: String, transport: any HTTPTransport, time: any TimeSource, endpoints: EndpointOptions,
    userAgent: String, seed: UInt64, maxAttempts: Int, limits: HTTPLimits
  ) throws(ConfigurationFailure) {
    guard isRegion(region) else {
      throw ConfigurationFailure(
        "\"\(printable(region))\" is not a Region; write its name alone, such as eu-west-1")
    }
    precondition(maxAttempts >= 1, "a call needs an attempt")
    self.region = region
    self.transport = transport
    self.time = time
    self.endpoints = endpoints
    self.userAgent = userAgent
    self.maxAttempts = maxAttempts
    self.limits = limits
    memory = Locked(Memory(generator: SeededGenerator(seed: seed)))
  }

  /// The answer to a call, signed with what `provider` has; not signed without one.
  func send(_ call: Call, as provider: (any CredentialsProvider)?) async throws(AWSFailure) -> Answer {
    var progress = Progress()
    while true {
      do {
        try await waitForTurn(call)
        let credentials = try await credentials(of: provider, for: call)
        progress.sent += 1
        let response = try await exchange(call, signedWith: credentials)
        recordSuccess(call.service, lastCost: progress.lastCost)
        return Answer(response, attempts: progress.sent)
      } catch {
        progress.mayHaveTakenEffect = progress.mayHaveTakenEffect || error.failure.mayHaveTakenEffect
        try await prepareNext(after: error, of: call, as: provider, &progress)
      }
    }
  }

  /// How far a call is.
  private struct Progress {
    var sent = 0
    var lastCost: Int?
    var mayHaveTakenEffect = false
    var hasOtherCredentials = false
    var hasOtherClock = false

    func failed(_ setback: Setback) -> AWSFailure {
      var failure = setback.failure
      failure.attempts = sent
      failure.mayHaveTakenEffect = mayHaveTakenEffect
      return failure
    }
  }

  // MARK: One attempt

  private func waitForTurn(_ call: Call) async throws(Setback) {
    do {
      let now = time.elapsed()
      let delay = memory.withLock { $0.rates[call.service, default: AdaptiveRate()].reserve(at: now) }
      if delay > .zero { try await time.sleep(for: delay) }
      // The last wait of all, so that nothing comes between the turn and the call: the spacing is what is promised.
      try await call.limiter?.wait()
    } catch {
      throw Setback(cancelled(call), cure: .none)
    }
  }

  private func credentials(
    of provider: (any CredentialsProvider)?, for call: Call
  ) async throws(Setback) -> Credentials? {
    do {
      return try await provider?.credentials()
    } catch {
      let kind: AWSFailure.Kind = error.isTransient ? .transient : .credentials
      throw Setback(call.failure(kind, error.message, mayHaveTakenEffect: false), cure: .none)
    }
  }

  private func exchange(
    _ call: Call, signedWith credentials: Credentials?
  ) async throws(Setback) -> HTTPResponse {
    let url = endpoints.url(of: call.service, in: region) + "/"
    let correction = memory.withLock { $0.skew.correction(for: url) }
    var request = request(call, url: url)
    if let credentials {
      signature(of: call.service).sign(&request, with: credentials, at: time.now() + correction)
    }
    let response: HTTPResponse
    do {
      response = try await transport.send(request)
    } catch {
      throw Setback(error, of: call)
    }
    let isClockWrong = learnClock(from: response, of: url, used: correction)
    let setback = Setback(
      response, of: call, signedWith: credentials, now: time.now(), isClockWrong: isClockWrong)
    learnRate(call.service, isThrottled: setback?.failure.kind == .throttled)
    if let setback { throw setback }
    return response
  }

  private func signature(of service: AWSServiceName) -> SignatureV4 {
    memory.withLock { memory in
      if let known = memory.signatures[service] { return known }
      let new = SignatureV4(region: region, service: service.signingName)
      memory.signatures[service] = new
      return new
    }
  }

  private func request(_ call: Call, url: String) -> HTTPRequest {
    let agent = call.comment.map { "\(userAgent) \($0)" } ?? userAgent
    return HTTPRequest(
      method: "POST", url: url, headers: call.headers + [("User-Agent", agent)], body: call.body,
      mustNotRepeat: !call.isRepeatable, bypassesProxy: false, limits: limits)
  }

  /// True where the request was signed with a time that the host may refuse.
  private func learnClock(from response: HTTPResponse, of url: String, used: Duration) -> Bool {
    let now = time.now()
    let date = response.date
    return memory.withLock { memory in
      memory.skew.observe(date: date, host: url, now: now)
      return memory.skew.differs(from: used, for: url)
    }
  }

  private func learnRate(_ service: AWSServiceName, isThrottled: Bool) {
    let now = time.elapsed()
    memory.withLock {
      $0.rates[service, default: AdaptiveRate()].record(isThrottled: isThrottled, at: now)
    }
  }

  // MARK: Between attempts

  /// Returns where another attempt shall be made, and throws where this was the last.
  private func prepareNext(
    after setback: Setback, of call: Call, as provider: (any CredentialsProvider)?, _ progress: inout Progress
  ) async throws(AWSFailure) {
    guard call.isRepeatable || !setback.failure.mayHaveTakenEffect else { throw progress.failed(setback) }
    switch setback.cure {
    case .none:
      throw progress.failed(setback)
    case .clock:
      guard !progress.hasOtherClock else { throw progress.failed(setback) }
      progress.hasOtherClock = true
    case .otherCredentials(let used):
      guard let provider, !progress.hasOtherCredentials else { throw progress.failed(setback) }
      progress.hasOtherCredentials = true
      // Another call may have been refused before and renewed them already.
      if (try? await provider.credentials()) == used { await provider.invalidate() }
    case .pause(let hint, let isTimeout):
      guard let delay = delay(call, &progress, hint: hint, isTimeout: isTimeout) else {
        throw progress.failed(setback)
      }
      do {
        try await time.sleep(for: delay)
      } catch {
        throw progress.failed(Setback(cancelled(call), cure: .none))
      }
    }
  }

  /// How long to wait, where there is an attempt left and quota for it.
  private func delay(
    _ call: Call, _ progress: inout Progress, hint: Duration?, isTimeout: Bool
  ) -> Duration? {
    guard progress.sent < maxAttempts else { return nil }
    let attempt = progress.sent
    let cost = RetryQuota.cost(isTimeout: isTimeout)
    let delay: Duration? = memory.withLock { memory in
      let random = Double.random(in: 0..<1, using: &memory.generator)
      guard let delay = Backoff.delay(afterAttempt: attempt, random: random, hint: hint),
        memory.quotas[call.service, default: RetryQuota()].take(cost)
      else { return nil }
      return delay
    }
    if delay != nil { progress.lastCost = cost }
    return delay
  }

  private func recordSuccess(_ service: AWSServiceName, lastCost: Int?) {
    memory.withLock { $0.quotas[service, default: RetryQuota()].succeed(lastCost: lastCost) }
  }

  private func cancelled(_ call: Call) -> AWSFailure {
    call.failure(.cancelled, "cancelled", mayHaveTakenEffect: false)
  }
}
