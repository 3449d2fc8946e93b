// SPDX-License-Identifier: Apache-2.0

internal import Core

/// Threads for what waits in system calls and cannot be called back. There are at most so many of them at a time, with those that nobody
/// waits for any more.
final class WaitingThreads: Sendable {
  private static let betweenTries = Duration.milliseconds(10)

  private let places: Int
  private let taken = Locked(0)

  init(atMost places: Int) { self.places = places }

  /// Does the work on a thread of its own. Nil where it has not come to its end within the limit, or the task is cancelled: it then goes
  /// on by itself, and nobody hears of it. Nil too where there is no thread to be had.
  func run<Value: Sendable>(
    within limit: Duration, on time: any TimeSource, _ work: @escaping @Sendable () -> Value
  ) async -> Value? {
    let end = time.elapsed() + limit
    guard await hasPlace(until: end, on: time) else { return nil }
    let (values, continuation) = AsyncStream<Value>.makeStream()
    let isStarted = startThreadIfPossible { [taken] in
      continuation.yield(work())
      taken.withLock { $0 -= 1 }
    }
    guard isStarted else {
      taken.withLock { $0 -= 1 }
      return nil
    }
    return await withTaskGroup(of: Value?.self) { group in
      group.addTask {
        for await value in values { return value }
        return nil
      }
      group.addTask {
        try? await time.sleep(for: end - time.elapsed())
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  private func hasPlace(until end: Duration, on time: any TimeSource) async -> Bool {
    while true {
      let isFree = taken.withLock { taken in
        guard taken < places else { return false }
        taken += 1
        return true
      }
      if isFree { return true }
      guard time.elapsed() < end, (try? await time.sleep(for: Self.betweenTries)) != nil else { return false }
    }
  }
}
