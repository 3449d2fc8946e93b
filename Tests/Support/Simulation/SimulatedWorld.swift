// SPDX-License-Identifier: Apache-2.0
// Time that passes only when nobody has anything left to do. Every job of the code under test runs on the calling thread, in
// the order in which jobs became ready; when none is ready the clock jumps to the next timer. So a day of waiting takes no
// time, every run of the same seed is the same to the last job, and a deadlock is seen at once.

public import Core
public import Platform

/// An executor and its clocks.
///
/// Everything inherits it that is structured: child tasks, groups, default actors. A `Task {}` would escape.
public final class SimulatedWorld: TaskExecutor, TimeSource {
  private struct Timer {
    var due: Duration
    var number: Int
    var continuation: CheckedContinuation<Bool, Never>
  }

  private struct Content {
    var jobs: [UnownedJob] = []
    var timers: [Timer] = []
    var elapsed = Duration.zero
    var wallOffset: Duration
    var count = 0
    var cancelled: Set<Int> = []
  }

  private let content: Locked<Content>

  /// A world in which it is now `start`.
  public init(start: Timestamp) {
    content = Locked(Content(wallOffset: start - Timestamp(milliseconds: 0)))
  }

  // MARK: Time

  /// The wall clock: it goes with the steady one, but can be set.
  public func now() -> Timestamp {
    content.withLock { Timestamp(milliseconds: 0) + $0.wallOffset + $0.elapsed }
  }

  /// The steady clock.
  public func elapsed() -> Duration { content.withLock { $0.elapsed } }

  /// Sets the wall clock forward or back.
  public func step(by duration: Duration) { content.withLock { $0.wallOffset += duration } }

  /// Waits in simulated time.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    let number = content.withLock { content in
      content.count += 1
      return content.count
    }
    let hasPassed = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isCancelled = content.withLock { content in
          if content.cancelled.remove(number) != nil || Task.isCancelled { return true }
          content.timers.append(
            Timer(due: content.elapsed + max(.zero, duration), number: number, continuation: continuation))
          return false
        }
        if isCancelled { continuation.resume(returning: false) }
      }
    } onCancel: {
      let timer = content.withLock { content -> Timer? in
        guard let index = content.timers.firstIndex(where: { $0.number == number }) else {
          content.cancelled.insert(number)
          return nil
        }
        return content.timers.remove(at: index)
      }
      timer?.continuation.resume(returning: false)
    }
    content.withLock { _ = $0.cancelled.remove(number) }
    if !hasPassed { throw CancellationError() }
  }

  // MARK: Jobs

  /// Takes a job that has become ready.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    content.withLock { $0.jobs.append(job) }
  }

  /// Nothing is ready and nothing is timed, and yet the work is not done: everybody waits for everybody.
  public struct Deadlock: Error {
    /// When it came to that.
    public let at: Timestamp
  }

  /// Runs the work to its end and returns what it returned.
  public func run<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) throws(Deadlock) -> Result
  {
    let result = Locked<Result?>(nil)
    let task = Task(executorPreference: self) {
      let value = await work()
      result.withLock { $0 = value }
    }
    while true {
      if let job = nextJob() {
        job.runSynchronously(on: asUnownedTaskExecutor())
      } else if let value = result.withLock({ $0 }) {
        return value
      } else if !advance() {
        task.cancel()
        throw Deadlock(at: now())
      }
    }
  }

  private func nextJob() -> UnownedJob? {
    content.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
  }

  private func advance() -> Bool {
    let timer = content.withLock { content -> Timer? in
      let timers = content.timers
      let first = timers.indices.min {
        (timers[$0].due, timers[$0].number) < (timers[$1].due, timers[$1].number)
      }
      guard let first else { return nil }
      let timer = content.timers.remove(at: first)
      content.elapsed = max(content.elapsed, timer.due)
      return timer
    }
    timer?.continuation.resume(returning: true)
    return timer != nil
  }
}
