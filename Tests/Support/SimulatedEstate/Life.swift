// SPDX-License-Identifier: Apache-2.0
// One life of the process, and how it may end: at any append, before or after it is durable; at any call, before it leaves or
// while it is under way; at any turn of the loop. From then on nothing that the dying code does reaches anybody.

import Core
import Daemon
import Platform

/// Decides when the process dies.
final class Life: Sendable {
  /// Where it may die.
  enum Moment: Hashable, Sendable {
    case beforeAppend
    case afterAppend
    case beforeCall(changes: Bool)
    case duringCall(changes: Bool)
    case turn
  }

  private let fate: Locked<(moment: Moment?, left: Int, isOver: Bool)>

  /// A life that ends at the given moment, when it has come so often; without a moment, one that only a signal ends.
  init(endsAt moment: Moment?, times: Int) { fate = Locked((moment, times, false)) }

  /// A life of random length.
  convenience init(_ dice: inout Dice) {
    let changes = dice.chance(70)
    switch dice.pick(1...7) {
    case 1: self.init(endsAt: .beforeAppend, times: dice.pick(1...15))
    case 2: self.init(endsAt: .afterAppend, times: dice.pick(1...15))
    case 3: self.init(endsAt: .beforeCall(changes: changes), times: dice.pick(1...(changes ? 3 : 40)))
    case 4: self.init(endsAt: .duringCall(changes: changes), times: dice.pick(1...(changes ? 3 : 40)))
    case 5: self.init(endsAt: .turn, times: dice.pick(1...900))
    default: self.init(endsAt: nil, times: 0)
    }
  }

  var isOver: Bool { fate.withLock { $0.isOver } }

  /// The life comes by this moment. False once it is over.
  func passes(_ moment: Moment) -> Bool {
    fate.withLock { fate in
      guard !fate.isOver else { return false }
      if moment == fate.moment {
        fate.left -= 1
        fate.isOver = fate.left <= 0
      }
      return !fate.isOver
    }
  }

  /// A day that calms down has no more deaths.
  func becomesImmortal() { fate.withLock { $0.moment = nil } }

  static let death = Failure(kind: .permanent, reason: "the process has died", mayHaveTakenEffect: false)
}

/// The network as a mortal process sees it.
struct MortalTransport: HTTPTransport {
  let life: Life
  let inner: any HTTPTransport
  /// Told of every call that leaves, with its operation.
  let sees: @Sendable (_ operation: String, HTTPRequest) -> Void

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    // GitHub's are told by their paths.
    let operation = request.headers.first { $0.name.lowercased() == "x-amz-target" }?.value ?? request.url
    let changes = operation.restarts
    guard life.passes(.beforeCall(changes: changes)) else { throw Self.gone }
    sees(operation, request)
    // Dying now leaves the call in AWS's hands.
    _ = life.passes(.duringCall(changes: changes))
    let response = try await inner.send(request)
    guard !life.isOver else { throw Self.gone }
    return response
  }

  private static let gone = TransportFailure(
    kind: .cut, message: "the process has died", mayHaveArrived: true)
}

extension String {
  /// True for the operations that restart something.
  var restarts: Bool {
    ["UpdateService", "CreateDeployment", "RunTask", "dispatches"].contains(
      String(split(whereSeparator: { ".:/".contains($0) }).last ?? ""))
  }
}

/// The journal as a mortal process sees it.
struct MortalLog: DurableLog {
  let life: Life
  let inner: any DurableLog

  func append(_ step: Step) throws(Failure) {
    guard life.passes(.beforeAppend) else { throw Life.death }
    try inner.append(step)
    guard life.passes(.afterAppend) else { throw Life.death }
  }
}

/// Ends a life at a turn of the loop.
struct MortalReporter: Reporter {
  let life: Life

  func recorded(_ records: [Record]) {}
  func alive(_ summary: Engine.Summary, isReady: Bool) throws(Failure) {
    guard life.passes(.turn) else { throw Life.death }
  }
  func reloading() {}
  func reloaded() {}
  func stopping() {}
}
