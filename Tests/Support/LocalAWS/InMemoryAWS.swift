// SPDX-License-Identifier: Apache-2.0

import Core
public import Platform

/// A simulated AWS behind the client's own port: no socket, and every delay is a sleep on the given clock, so that
/// a day passes in the time its calls take to compute.
///
/// The URL's host does not count: as over a socket, the credential scope decides on service and Region.
public struct InMemoryAWS: HTTPTransport {
  /// The AWS behind this transport.
  public let aws: RunningAWS

  /// A transport to this AWS.
  public init(_ aws: RunningAWS) { self.aws = aws }

  /// Carries the request out on the simulated AWS, within the request's own limits.
  public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    let arrival = aws.steer { aws, now in aws.admit(request, connection: 0, isFirst: true, at: now) }
    let patience = min(request.limits.silence, request.limits.total)
    if arrival.delay > .zero {
      let due = aws.steer { _, now in now + arrival.delay }
      do throws(TransportFailure) {
        try await wait(arrival.delay, atMost: patience)
      } catch {
        aws.steer { aws, _ in aws.carryOut(arrival, notBefore: due) }
        throw error
      }
    }
    let reply = aws.steer { aws, now in aws.carryOut(arrival, at: now) }
    try await wait(reply.delay, atMost: patience - arrival.delay)
    return try await end(reply.ending, request, patience - arrival.delay - reply.delay)
  }

  private func end(
    _ ending: Reply.Ending, _ request: HTTPRequest, _ patience: Duration
  ) async throws(TransportFailure) -> HTTPResponse {
    switch ending {
    case .answer(let answer):
      guard answer.body.count <= request.limits.responseBytes else {
        throw TransportFailure(
          kind: .tooLarge, message: "the answer is larger than \(request.limits.responseBytes) bytes",
          mayHaveArrived: true)
      }
      return answer
    case .truncated, .cut:
      throw TransportFailure(
        kind: .cut, message: "the connection ended before the answer was complete", mayHaveArrived: true)
    case .silence:
      try await sleep(patience)
      throw timedOut
    }
  }

  /// Sleeps, but no longer than the client is willing to wait.
  private func wait(_ delay: Duration, atMost patience: Duration) async throws(TransportFailure) {
    if delay > .zero { try await sleep(min(delay, patience)) }
    if delay > patience { throw timedOut }
  }

  private func sleep(_ duration: Duration) async throws(TransportFailure) {
    do {
      try await aws.time.sleep(for: duration)
    } catch {
      throw TransportFailure(kind: .cancelled, message: "the call was cancelled", mayHaveArrived: true)
    }
  }

  private var timedOut: TransportFailure {
    TransportFailure(kind: .timedOut, message: "no answer within the time limit", mayHaveArrived: true)
  }
}
