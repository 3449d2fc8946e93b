// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Platform
import Rules

/// Those who are told what happens, and at times do not listen.
final class SimulatedReceivers: HTTPTransport {
  /// What a message meets.
  enum Fault: CaseIterable, Sendable {
    case away
    case lostAnswer
    case broken
    case throttled
    case gone
  }

  /// One is told of nearly everything at once, the other of what is bad, in digests.
  static let all = [
    Receiver(
      name: "board", channel: .webhook(.url("http://127.0.0.1/board"), key: nil),
      events: Receiver.Event.standard, digest: .zero, text: nil),
    Receiver(
      name: "pager", channel: .webhook(.url("http://127.0.0.1/pager"), key: nil),
      events: [.failure, .quarantine], digest: .seconds(60), text: nil),
  ]

  private let content: Locked<(dice: Dice, faults: [Fault])>
  private let took: @Sendable (_ receiver: String, _ records: [Int64]) -> Void

  /// Every message that comes is told of.
  init(seed: UInt64, took: @escaping @Sendable (_ receiver: String, _ records: [Int64]) -> Void) {
    content = Locked((Dice(seed: seed), []))
    self.took = took
  }

  /// Most messages meet one of these.
  func disturb(_ faults: [Fault]) { content.withLock { $0.faults = faults } }

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    let fault: Fault? = content.withLock { content in
      content.faults.isEmpty || content.dice.chance(20) ? nil : content.dice.one(of: content.faults)
    }
    switch fault {
    case .away: throw TransportFailure(kind: .unreachable, message: "nobody listens", mayHaveArrived: false)
    case .broken: return HTTPResponse(status: 500, headers: [], body: [])
    case .throttled: return HTTPResponse(status: 429, headers: [("Retry-After", "30")], body: [])
    case .gone: return HTTPResponse(status: 404, headers: [], body: [])
    case .lostAnswer, nil: break
    }
    let notices = (try? JSON(reading: request.body))?["notices"]?.array ?? []
    took(
      request.url.split(separator: "/").last.map(String.init) ?? "",
      notices.compactMap { $0["seq"]?.integer.map(Int64.init) })
    guard fault == nil else {
      throw TransportFailure(kind: .cut, message: "the answer was lost", mayHaveArrived: true)
    }
    return HTTPResponse(status: 200, headers: [], body: [])
  }
}

extension Record {
  /// What receivers are told of it, but for the good end of a restart, which may be news or not.
  var event: Receiver.Event? {
    switch entry {
    case .refused: .failure
    case .ended(let ending):
      switch ending.outcome {
      case .failed, .rolledBack, .late: .failure
      case .completed, .superseded: nil
      }
    case .held: .hold
    case .quarantined: .quarantine
    case .disappeared: .disappearance
    case .sourceFailing: .source
    case .sourceRecovered, .returned: .recovery
    case .started, .stopped, .rulesLoaded, .baseline, .changed, .planned, .released, .issued, .skipped,
      .ordered,
      .unquarantined:
      nil
    }
  }
}
