// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Glibc
internal import Synchronization

/// What the thread of an event loop does: everything in here happens on it.
@safe final class CurlLoop {
  private let loop: EventLoop
  private let multi: UnsafeMutableRawPointer
  private var active: [CurlEasy: CurlExchange] = [:]
  /// Handles that wait for their next use; they keep their TLS session caches.
  private var idle: [CurlEasy] = []
  /// No exchange can have been silent for too long before this, in nanoseconds of `CLOCK_MONOTONIC`.
  private var nextSilenceCheck = Int64.max
  /// Those who wait, the latest first.
  private var timers: [LoopTimer] = []
  /// Descriptors that are waited for, and who waits.
  private var watches: [LoopWatch] = []

  /// The thread looks round this often even where nothing happens: its poll does not notice that the machine was suspended.
  private static let longestTurn: Int64 = 1_000_000_000
  private static let keptConnections = 64

  init(loop: EventLoop, multi: UnsafeMutableRawPointer) {
    self.loop = loop
    unsafe self.multi = unsafe multi
  }

  func run() {
    unsafe check(rollwatch_set_multi_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnections))
    while true {
      repeat {
        guard take(loop.takeInbox()) else { return close() }
      } while !loop.isIdle
      var running: Int32 = 0
      unsafe check(curl_multi_perform(multi, &running))
      takeEnded()
      endSilent()
      endTimers()
      // What has ended left jobs behind, and nobody wakes up a thread that is awake.
      guard loop.isIdle else { continue }
      // libcurl's own timers end the wait sooner where they are due. Rounded up: no turn before the time.
      poll(atMost: Int32((wait + 999_999) / 1_000_000))
    }
  }

  /// False where this was the end.
  private func take(_ inbox: EventLoop.Inbox) -> Bool {
    for job in inbox.jobs { unsafe job.runSynchronously(on: loop.asUnownedTaskExecutor()) }
    inbox.starting.forEach(start)
    inbox.cancelled.forEach(cancel)
    inbox.timers.forEach(start)
    inbox.cancelledTimers.forEach(cancel)
    inbox.watches.forEach(start)
    inbox.cancelledWatches.forEach(cancel)
    return !inbox.isClosing
  }

  /// How long nothing has to be done, in nanoseconds.
  private var wait: Int64 {
    var wait = min(Self.longestTurn, nextSilenceCheck - nanoseconds(CLOCK_MONOTONIC))
    if let timer = timers.last { wait = min(wait, timer.due - nanoseconds(CLOCK_BOOTTIME)) }
    return max(0, wait)
  }

  /// Without its poll the thread is of no use to anybody; the process is started again.
  private func check(_ code: CURLMcode) {
    precondition(
      code == CURLM_OK, "libcurl cannot go on: \(unsafe String(cString: curl_multi_strerror(code)))")
  }

  // MARK: One exchange

  private func start(_ exchange: CurlExchange) {
    if exchange.isCancelled.load(ordering: .acquiring) {
      return exchange.end(.failure(exchange.failure(.cancelled, "cancelled")))
    }
    let easy = idle.popLast() ?? newHandle()
    let code = exchange.configure(easy)
    guard code == CURLE_OK else {
      exchange.end(.failure(exchange.failure(.unusable, unsafe String(cString: curl_easy_strerror(code)))))
      return recycle(easy, exchange)
    }
    unsafe check(curl_multi_add_handle(multi, easy.pointer))
    active[easy] = exchange
    exchange.easy = easy
    nextSilenceCheck = min(nextSilenceCheck, nanoseconds(CLOCK_MONOTONIC) + exchange.silence)
  }

  private func newHandle() -> CurlEasy {
    guard let easy = unsafe curl_easy_init() else { preconditionFailure("out of memory") }
    return unsafe CurlEasy(easy)
  }

  private func cancel(_ exchange: CurlExchange) {
    guard let easy = exchange.easy else { return }
    end(easy, .failure(exchange.failure(.cancelled, "cancelled")))
  }

  private func takeEnded() {
    var code = CURLE_OK
    while let pointer = unsafe rollwatch_next_done(multi, &code) {
      let easy = unsafe CurlEasy(pointer)
      guard let exchange = active[easy] else { continue }
      end(easy, exchange.result(code, easy))
    }
  }

  private func end(_ easy: CurlEasy, _ result: CurlExchange.Outcome) {
    guard let exchange = active.removeValue(forKey: easy) else { return }
    unsafe check(curl_multi_remove_handle(multi, easy.pointer))
    exchange.easy = nil
    recycle(easy, exchange)
    exchange.end(result)
  }

  private func recycle(_ easy: CurlEasy, _ exchange: CurlExchange) {
    unsafe curl_easy_reset(easy.pointer)
    exchange.freeHeaderList()
    if idle.count < Self.keptConnections {
      idle.append(easy)
    } else {
      unsafe curl_easy_cleanup(easy.pointer)
    }
  }

  // MARK: All exchanges

  /// libcurl's own limit on silence counts in whole seconds and averages over several; this one is exact. Bytes only
  /// ever postpone an end, so it is enough to look when the earliest one could be due.
  private func endSilent() {
    let now = nanoseconds(CLOCK_MONOTONIC)
    guard now >= nextSilenceCheck else { return }
    nextSilenceCheck = .max
    for (easy, exchange) in active {
      let due = exchange.silenceEnds(easy, now: now)
      if due <= now {
        end(easy, .failure(exchange.failure(.timedOut, "no byte for \(exchange.request.limits.silence)")))
      } else {
        nextSilenceCheck = min(nextSilenceCheck, due)
      }
    }
  }

  // MARK: Timers

  private func start(_ timer: LoopTimer) {
    guard !timer.isCancelled.load(ordering: .acquiring) else { return timer.end(hasPassed: false) }
    let index = timers.firstIndex { $0.due <= timer.due } ?? timers.endIndex
    timers.insert(timer, at: index)
  }

  private func cancel(_ timer: LoopTimer) {
    timers.removeAll { $0 === timer }
    timer.end(hasPassed: false)
  }

  private func endTimers() {
    guard !timers.isEmpty else { return }
    let now = nanoseconds(CLOCK_BOOTTIME)
    while let timer = timers.last, timer.due <= now {
      timers.removeLast()
      timer.end(hasPassed: true)
    }
  }

  // MARK: Descriptors

  private func start(_ watch: LoopWatch) {
    guard !watch.isCancelled.load(ordering: .acquiring) else { return watch.end(isReady: false) }
    watches.append(watch)
  }

  private func cancel(_ watch: LoopWatch) {
    watches.removeAll { $0 === watch }
    watch.end(isReady: false)
  }

  /// Waits for libcurl's sockets, its own and others' descriptors, a message to the inbox, or the time.
  private func poll(atMost milliseconds: Int32) {
    var descriptors = watches.map { watch in
      curl_waitfd(fd: watch.descriptor, events: watch.event.bits, revents: 0)
    }
    unsafe check(curl_multi_poll(multi, &descriptors, UInt32(descriptors.count), milliseconds, nil))
    // libcurl shows a descriptor that has failed, or whose other end is gone, as readable.
    guard descriptors.contains(where: { $0.revents != 0 }) else { return }
    let ready = zip(watches, descriptors).filter { $0.1.revents != 0 }.map(\.0)
    watches = zip(watches, descriptors).filter { $0.1.revents == 0 }.map(\.0)
    for watch in ready { watch.end(isReady: true) }
  }

  private func close() {
    timers.forEach(cancel)
    watches.forEach(cancel)
    for (easy, exchange) in active {
      end(easy, .failure(exchange.failure(.cancelled, "the HTTP transport was closed")))
    }
    for easy in idle { unsafe curl_easy_cleanup(easy.pointer) }
    unsafe check(curl_multi_cleanup(multi))
  }
}

extension LoopWatch.Event {
  fileprivate var bits: Int16 {
    switch self {
    case .readable: Int16(CURL_WAIT_POLLIN)
    case .writable: Int16(CURL_WAIT_POLLOUT)
    }
  }
}
