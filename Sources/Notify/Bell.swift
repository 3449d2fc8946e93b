// SPDX-License-Identifier: Apache-2.0

internal import Platform

/// Wakes the one task that waits for it. Rung while nobody waits it is not forgotten; rung twice it wakes once.
final class Bell: Sendable {
  private struct State {
    var isRung = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Locked(State())

  func ring() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      if state.waiter == nil { state.isRung = true }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Returns once it is rung, at the latest after so long, and soon after the task is cancelled.
  func wait(atMost limit: Duration?, _ time: any TimeSource) async {
    await withTaskGroup { group in
      if let limit {
        group.addTask {
          if (try? await time.sleep(for: limit)) != nil { self.ring() }
        }
      }
      await wait()
      group.cancelAll()
    }
  }

  private func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isRung = state.withLock { state in
          precondition(state.waiter == nil, "one task waits for a bell")
          defer { state.isRung = false }
          if !state.isRung { state.waiter = continuation }
          return state.isRung
        }
        if isRung { continuation.resume() }
      }
    } onCancel: {
      ring()
    }
  }
}
