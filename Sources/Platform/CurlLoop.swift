// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Glibc
internal import Synchronization

/// What the thread that owns libcurl does: everything in here happens on it.
@safe final class CurlLoop {
  private let driver: CurlDriver
  private let multi: UnsafeMutableRawPointer
  private let caBundle: String?
  private var active: [CurlEasy: CurlExchange] = [:]
  /// Handles that wait for their next use; they keep their TLS session caches.
  private var idle: [CurlEasy] = []
  /// No exchange can have been silent for too long before this, in nanoseconds of `CLOCK_MONOTONIC`.
  private var nextSilenceCheck = Int64.max

  /// The thread looks round this often even where nothing happens, for `sinceLastTurn`.
  private static let longestTurn: Int64 = 1_000_000_000
  private static let keptConnections = 64

  init(driver: CurlDriver, multi: UnsafeMutableRawPointer, caBundle: String?) {
    self.driver = driver
    unsafe self.multi = unsafe multi
    self.caBundle = caBundle
  }

  func run() {
    unsafe check(rollwatch_set_multi_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnections))
    while true {
      let inbox = driver.nextTurn(at: nanoseconds(CLOCK_MONOTONIC))
      inbox.starting.forEach(start)
      inbox.cancelled.forEach(cancel)
      if inbox.isClosing { return close() }
      var running: Int32 = 0
      unsafe check(curl_multi_perform(multi, &running))
      takeEnded()
      endSilent()
      let wait = min(Self.longestTurn, max(0, nextSilenceCheck - nanoseconds(CLOCK_MONOTONIC)))
      // libcurl's own timers end the wait sooner where they are due. Rounded up: no turn before the time.
      unsafe check(curl_multi_poll(multi, nil, 0, Int32((wait + 999_999) / 1_000_000), nil))
    }
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
    let code = exchange.configure(easy, caBundle: caBundle)
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

  private func close() {
    for (easy, exchange) in active {
      end(easy, .failure(exchange.failure(.cancelled, "the HTTP transport was closed")))
    }
    for easy in idle { unsafe curl_easy_cleanup(easy.pointer) }
    unsafe check(curl_multi_cleanup(multi))
  }
}
