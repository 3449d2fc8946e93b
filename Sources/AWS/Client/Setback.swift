// SPDX-License-Identifier: Apache-2.0

import Core
import Platform

/// One attempt that failed, and what could make the next one succeed.
struct Setback: Error, Sendable {
  enum Cure: Sendable, Hashable {
    /// Nothing that a program can do.
    case none
    /// Time; the server may have said how much. A time limit that passed costs more.
    case pause(hint: Duration?, isTimeout: Bool)
    /// Other credentials than those that were used.
    case otherCredentials(Credentials)
    /// The time on AWS's clock, which is known only now.
    case clock
  }

  var failure: AWSFailure
  let cure: Cure

  init(_ failure: AWSFailure, cure: Cure) {
    self.failure = failure
    self.cure = cure
  }

  /// No answer.
  init(_ transport: TransportFailure, of call: Call) {
    let kind: AWSFailure.Kind
    let cure: Cure
    switch transport.kind {
    case .unreachable, .cut: (kind, cure) = (.unreachable, .pause(hint: nil, isTimeout: false))
    case .timedOut: (kind, cure) = (.unreachable, .pause(hint: nil, isTimeout: true))
    case .tls: (kind, cure) = (.unreachable, .none)
    case .tooLarge: (kind, cure) = (.malformedAnswer, .none)
    case .cancelled: (kind, cure) = (.cancelled, .none)
    case .unusable: (kind, cure) = (.invalid, .none)
    }
    let message = foreignText(transport.message, without: call.secrets)
    self.init(call.failure(kind, message, mayHaveTakenEffect: transport.mayHaveArrived), cure: cure)
  }

  /// Nil for a success. `isClockWrong` where the request was signed with a time that the host may refuse.
  init?(
    _ response: HTTPResponse, of call: Call, signedWith credentials: Credentials?, now: Timestamp,
    isClockWrong: Bool
  ) {
    if (200..<300).contains(response.status) { return nil }
    let error = ErrorAnswer(response)
    let kind = AWSFailure.Kind(code: error.code, status: response.status)
    let secrets = call.secrets + [credentials?.secretAccessKey, credentials?.sessionToken].compactMap(\.self)
    let words = error.message.map { foreignText($0, without: secrets) } ?? ""
    let isRefusal = (400..<500).contains(response.status) && response.status != 408
    let failure = AWSFailure(
      kind: kind, operation: call.name, code: error.code,
      message: words.isEmpty ? Self.words(status: response.status, code: error.code) : words,
      requestID: error.requestID, status: response.status,
      mayHaveTakenEffect: kind != .throttled && !isRefusal, attempts: 0)
    self.init(
      failure,
      cure: Self.cure(
        kind, error.code, response, credentials: credentials, now: now, isClockWrong: isClockWrong))
  }

  private static func words(status: Int, code: String?) -> String {
    code == nil ? "answered with status \(status) and no AWS error" : "no further words, status \(status)"
  }

  private static func cure(
    _ kind: AWSFailure.Kind, _ code: String?, _ response: HTTPResponse, credentials: Credentials?,
    now: Timestamp, isClockWrong: Bool
  ) -> Cure {
    if let code, let credentials {
      if isClockWrong, clockCodes.contains(code) { return .clock }
      if credentialsCodes.contains(code) { return .otherCredentials(credentials) }
    }
    guard kind == .throttled || kind == .transient else { return .none }
    return .pause(hint: hint(response, now: now), isTimeout: false)
  }

  /// How long the server wants to be left alone: `x-amz-retry-after` in milliseconds, or `Retry-After` in
  /// seconds or as a date.
  private static func hint(_ response: HTTPResponse, now: Timestamp) -> Duration? {
    if let text = response.header("x-amz-retry-after"), let milliseconds = Int32(text), milliseconds >= 0 {
      return .milliseconds(milliseconds)
    }
    guard let text = response.header("retry-after") else { return nil }
    if let seconds = Int32(text) { return seconds >= 0 ? .seconds(seconds) : nil }
    // By its own clock where it gave it, so that ours does not matter.
    let serverNow = response.date ?? now
    return timestamp(httpDate: text).map { max($0 - serverNow, .zero) }
  }
}
