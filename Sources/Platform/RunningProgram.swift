// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Glibc

/// A program that has been started. Nothing stops it but its own end, or `end`.
public final class RunningProgram: Sendable {
  /// The number of its process; after its end another may get it.
  public let processID: Int32
  private let state: Locked<State>

  private enum State {
    /// `wakeUp` is the watch's descriptor, open as long as it runs.
    case running(wakeUp: Int32, ending: Order?, waiting: [CheckedContinuation<ProgramEnding, Never>])
    case ended(ProgramEnding)
  }

  /// That it is to be ended.
  struct Order {
    var reason: ProgramEnding.Reason
    /// From SIGTERM to SIGKILL.
    var grace: Duration
  }

  init(processID: Int32, wakeUp: Int32) {
    self.processID = processID
    state = Locked(.running(wakeUp: wakeUp, ending: nil, waiting: []))
  }

  /// How it ended; nil while it runs.
  public var ending: ProgramEnding? {
    state.withLock { state in
      switch state {
      case .running: nil
      case .ended(let ending): ending
      }
    }
  }

  /// Waits for its end, however long that takes, cancelled or not.
  public func end() async -> ProgramEnding {
    await withCheckedContinuation { continuation in
      let ending: ProgramEnding? = state.withLock { state in
        switch state {
        case .running(let wakeUp, let order, let waiting):
          state = .running(wakeUp: wakeUp, ending: order, waiting: waiting + [continuation])
          return nil
        case .ended(let ending): return ending
        }
      }
      if let ending { continuation.resume(returning: ending) }
    }
  }

  /// Waits for its end. Where the limit passes, or the task is cancelled, it is ended.
  public func end(
    within limit: Duration, grace: Duration, on time: any TimeSource
  ) async -> ProgramEnding {
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        group.addTask {
          if (try? await time.sleep(for: limit)) != nil { self.end(for: .late, grace: grace) }
        }
        let ending = await end()
        group.cancelAll()
        return ending
      }
    } onCancel: {
      end(for: .cancelled, grace: grace)
    }
  }

  /// Asks all processes of its session to end, and kills after the grace those that are left. Only the first call counts.
  public func end(for reason: ProgramEnding.Reason, grace: Duration) {
    state.withLock { state in
      guard case .running(let wakeUp, nil, let waiting) = state else { return }
      state = .running(wakeUp: wakeUp, ending: Order(reason: reason, grace: grace), waiting: waiting)
      var one: UInt64 = 1
      unsafe write(wakeUp, &one, 8)
    }
  }

  // MARK: From its watch

  /// That it is to be ended, once it is.
  var order: Order? {
    state.withLock { state in
      guard case .running(_, let order, _) = state else { return nil }
      return order
    }
  }

  /// It has ended: nobody uses the watch's descriptor any more.
  func hasEnded(_ ending: ProgramEnding) {
    let waiting: [CheckedContinuation<ProgramEnding, Never>] = state.withLock { state in
      guard case .running(_, _, let waiting) = state else { return [] }
      state = .ended(ending)
      return waiting
    }
    for continuation in waiting { continuation.resume(returning: ending) }
  }
}
