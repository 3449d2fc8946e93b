// SPDX-License-Identifier: Apache-2.0

internal import Core

/// The service manager of this machine, spoken to over the system's bus; where there is none, root speaks to it directly.
///
/// libsystemd's calls wait, so each conversation is on a thread of its own.
public struct SystemdBus: Sendable {
  /// Of a call, and of a conversation with connecting. When it is over nobody waits for its thread any more, which ends by itself.
  private struct Patience {
    var call: Duration
    var conversation: Duration

    static let question = Patience(call: .seconds(10), conversation: .seconds(15))
    /// polkit, which is asked meanwhile, may have to be started first.
    static let order = Patience(call: .seconds(25), conversation: .seconds(30))
  }

  private let time: any TimeSource
  /// Units that are looked at together may be many. Orders, which take longer, keep no question waiting.
  private let questions = WaitingThreads(atMost: 8)
  private let orders = WaitingThreads(atMost: 8)

  /// The bus of this machine.
  public init(time: any TimeSource) { self.time = time }

  /// How a unit is. Everybody may ask, also for one that does not exist.
  public func state(of unit: String) async throws(BusFailure) -> UnitState {
    try await converse(.question, isOrder: false) { bus throws(BusFailure) in
      UnitState(try bus.properties(of: unit))
    }
  }

  /// Has a unit stopped, where it runs, and started, and watches that until an invocation begins that is not `invocation`; no longer
  /// than `patience`.
  public func restart(
    _ unit: String, replacing invocation: String?, patience: Duration
  ) async throws(BusFailure) -> UnitRestart {
    var allowed = Patience.order
    allowed.conversation += patience
    return try await converse(allowed, isOrder: true) { bus throws(BusFailure) in
      try bus.hearOfJobs()
      let job = try bus.queueRestart(of: unit)
      do throws(BusFailure) {
        return try bus.follow(job, of: unit, replacing: invocation, patience: patience)
      } catch {
        throw BusFailure(kind: .lost, description: error.description)
      }
    }
  }

  private func converse<Value: Sendable>(
    _ patience: Patience, isOrder: Bool,
    _ talk: @escaping @Sendable (borrowing BusConnection) throws(BusFailure) -> Value
  ) async throws(BusFailure) -> Value {
    let callLimit = UInt64(patience.call.milliseconds) * 1_000
    let threads = isOrder ? orders : questions
    let result = await threads.run(within: patience.conversation, on: time) {
      () -> Result<Value, BusFailure> in
      do throws(BusFailure) { return .success(try talk(try BusConnection(callLimit: callLimit))) } catch {
        return .failure(error)
      }
    }
    guard let result else {
      throw BusFailure(kind: isOrder ? .lost : .unreachable, description: "the system's bus does not answer")
    }
    return try result.get()
  }
}

/// What became of a restart's job.
public enum UnitRestart: Hashable, Sendable {
  /// It has begun this invocation.
  case began(String)
  /// It has ended with this result (`done`, `failed`, `dependency`, `timeout`, `canceled`…), and there is no invocation to be seen that it
  /// has begun: it has begun none, or systemd has forgotten it, as it does with units that are over and have not failed.
  case ended(job: UInt32, result: String)
  /// It goes on.
  case open
}
