// SPDX-License-Identifier: Apache-2.0

import Core
import Platform

/// One call of an operation, ready to be sent to wherever the service is.
struct Call: Sendable {
  let service: AWSServiceName
  let operation: String
  let body: [UInt8]
  /// False where a second arrival would do the work twice.
  let isRepeatable: Bool
  /// Further words of the user agent, for CloudTrail.
  var comment: String?
  /// Makes every attempt wait for its turn.
  var limiter: RateLimiter?
  /// Texts in the body that no message may repeat.
  var secrets: [String] = []

  /// As failures name it: `ssm:DescribeParameters`.
  var name: String { "\(service.signingName):\(operation)" }

  /// The headers of the service's protocol.
  var headers: [(name: String, value: String)] {
    switch service.wire {
    case .json(let version, let target):
      [("Content-Type", "application/x-amz-json-\(version)"), ("X-Amz-Target", "\(target).\(operation)")]
    case .query:
      [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
    case .rest:
      []
    }
  }

  /// A failure of this call that no answer of AWS's explains.
  func failure(
    _ kind: AWSFailure.Kind, _ message: String, mayHaveTakenEffect: Bool
  ) -> AWSFailure {
    AWSFailure(
      kind: kind, operation: name, code: nil, message: message, requestID: nil, status: nil,
      mayHaveTakenEffect: mayHaveTakenEffect, attempts: 0)
  }
}

/// A success.
struct Answer: Sendable {
  let status: Int
  let body: [UInt8]
  /// AWS's clock when it answered, whole seconds.
  let serverTime: Timestamp?
  let requestID: String?
  let attempts: Int

  init(_ response: HTTPResponse, attempts: Int) {
    status = response.status
    body = response.body
    serverTime = response.date
    requestID = ErrorAnswer.requestID(response)
    self.attempts = attempts
  }

  /// The failure of an answer that does not say what it should.
  func malformed(_ call: Call, _ message: String) -> AWSFailure {
    AWSFailure(
      kind: .malformedAnswer, operation: call.name, code: nil, message: message, requestID: requestID,
      status: status, mayHaveTakenEffect: true, attempts: attempts)
  }
}
