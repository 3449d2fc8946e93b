// SPDX-License-Identifier: Apache-2.0
// One thread for everything: libcurl's connections, the tasks that prefer it, and what they wait for. No call is handed over from
// one thread to another and back, which is a third of what a sweep would cost otherwise; and while the thread goes round, all of
// the program does.
//
// This is the door to that thread. Others only put something into its inbox and wake it up.

internal import CCurl
public import Core
internal import Glibc
internal import Synchronization

/// A thread that runs HTTP exchanges, tasks and timers, and watches descriptors.
@safe public final class EventLoop: TaskExecutor, TimeSource {
  /// What the thread is asked to do next.
  struct Inbox {
    var starting: [CurlExchange] = []
    var cancelled: [CurlExchange] = []
    var timers: [LoopTimer] = []
    var cancelledTimers: [LoopTimer] = []
    var watches: [LoopWatch] = []
    var cancelledWatches: [LoopWatch] = []
    var jobs: [UnownedJob] = []
    var isClosing = false
    /// The thread has ended: nobody will look in here again, and the multi handle is gone.
    var isClosed = false

    var isEmpty: Bool {
      starting.isEmpty && cancelled.isEmpty && timers.isEmpty && cancelledTimers.isEmpty && watches.isEmpty
        && cancelledWatches.isEmpty && jobs.isEmpty && !isClosing
    }
  }

  private let inbox = Locked(Inbox())
  private nonisolated(unsafe) let multi: UnsafeMutableRawPointer
  /// Zero until the thread runs.
  private let thread = Atomic<UInt>(0)

  /// A loop that does not run yet; what it is given waits.
  public init() {
    precondition(Self.isInitialised, "libcurl cannot be initialised")
    guard let multi = unsafe curl_multi_init() else { preconditionFailure("out of memory") }
    unsafe self.multi = unsafe multi
  }

  /// Process-wide, once; libcurl 7.84+ is thread-safe in this.
  private static let isInitialised = OpenSSL.isReady && curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Runs the loop on the calling thread until the work is done; every task of the work runs there.
  public func run(_ work: @escaping @Sendable () async -> Void) {
    Task(executorPreference: self) {
      await work()
      self.close()
    }
    run()
  }

  /// Runs the loop on a thread of its own, until it is closed.
  func start() { startThread { self.run() } }

  private func run() {
    thread.store(pthread_self(), ordering: .relaxed)
    unsafe CurlLoop(loop: self, multi: multi).run()
  }

  // MARK: From any thread

  func start(_ exchange: CurlExchange, whenEnded continuation: CurlExchange.Continuation) {
    exchange.continuation = continuation
    let isAccepted = post { $0.starting.append(exchange) }
    if !isAccepted { exchange.end(.failure(.closed)) }
  }

  /// The flag is set before the message is posted: a cancellation that overtakes its start is seen there.
  func cancel(_ exchange: CurlExchange) {
    exchange.isCancelled.store(true, ordering: .releasing)
    post { $0.cancelled.append(exchange) }
  }

  /// Ends the exchanges under way as cancelled, the connections and the thread.
  func close() { post { $0.isClosing = true } }

  /// Takes a job of a task that prefers this thread. Once closed, others run it.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isAccepted = post { $0.jobs.append(job) }
    if !isAccepted { globalConcurrentExecutor.enqueue(job) }
  }

  /// False where the loop is closing and takes nothing more. Waking up happens under the lock, so that the multi handle is
  /// still there; the thread itself is awake.
  @discardableResult
  private func post(_ message: (inout Inbox) -> Void) -> Bool {
    inbox.withLock { inbox in
      guard !inbox.isClosing, !inbox.isClosed else { return false }
      let wasEmpty = inbox.isEmpty
      message(&inbox)
      if wasEmpty, thread.load(ordering: .relaxed) != pthread_self() { unsafe curl_multi_wakeup(multi) }
      return true
    }
  }

  // MARK: Time

  /// `CLOCK_REALTIME`, to the millisecond.
  public func now() -> Timestamp { SystemClock().now() }

  /// `CLOCK_BOOTTIME`: the time since the machine started, suspended or not.
  public func elapsed() -> Duration { SystemClock().elapsed() }

  /// Waits on the same clock that `elapsed` reads; a machine that was suspended catches up within a second.
  public func sleep(for duration: Duration) async throws(CancellationError) {
    let timer = LoopTimer(due: nanoseconds(CLOCK_BOOTTIME) + duration.nanoseconds)
    let hasPassed = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        timer.continuation = continuation
        let isAccepted = post { $0.timers.append(timer) }
        if !isAccepted { timer.end(hasPassed: false) }
      }
    } onCancel: {
      timer.isCancelled.store(true, ordering: .releasing)
      post { $0.cancelledTimers.append(timer) }
    }
    if !hasPassed { throw CancellationError() }
  }

  // MARK: Descriptors

  /// Waits until a descriptor can be read, or written, without blocking. One that has failed is ready too: the next call on it
  /// says why. It must stay open until this returns.
  func wait(for event: LoopWatch.Event, on descriptor: Int32) async throws(CancellationError) {
    let watch = LoopWatch(descriptor: descriptor, event: event)
    let isReady = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        watch.continuation = continuation
        let isAccepted = post { $0.watches.append(watch) }
        if !isAccepted { watch.end(isReady: false) }
      }
    } onCancel: {
      watch.isCancelled.store(true, ordering: .releasing)
      post { $0.cancelledWatches.append(watch) }
    }
    if !isReady { throw CancellationError() }
  }

  // MARK: From the thread

  var isIdle: Bool { inbox.withLock(\.isEmpty) }

  func takeInbox() -> Inbox {
    inbox.withLock { inbox in
      let taken = inbox
      inbox = Inbox(isClosing: inbox.isClosing, isClosed: inbox.isClosing)
      return taken
    }
  }
}

/// One task that waits for its time. From its start to its end it belongs to the thread; `isCancelled` alone may be touched from
/// elsewhere.
@safe final class LoopTimer: @unchecked Sendable {
  /// In nanoseconds of `CLOCK_BOOTTIME`.
  let due: Int64
  let isCancelled = Atomic(false)
  var continuation: CheckedContinuation<Bool, Never>?

  init(due: Int64) { self.due = due }

  func end(hasPassed: Bool) {
    continuation?.resume(returning: hasPassed)
    continuation = nil
  }
}

/// One task that waits for a descriptor. From its start to its end it belongs to the thread; `isCancelled` alone may be touched
/// from elsewhere.
@safe final class LoopWatch: @unchecked Sendable {
  enum Event {
    case readable, writable
  }

  let descriptor: Int32
  let event: Event
  let isCancelled = Atomic(false)
  var continuation: CheckedContinuation<Bool, Never>?

  init(descriptor: Int32, event: Event) {
    self.descriptor = descriptor
    self.event = event
  }

  func end(isReady: Bool) {
    continuation?.resume(returning: isReady)
    continuation = nil
  }
}
