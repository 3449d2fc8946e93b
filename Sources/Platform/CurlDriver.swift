// SPDX-License-Identifier: Apache-2.0
// The door to the thread that owns libcurl. Other threads only put something into the inbox and wake it up.

internal import CCurl
internal import Glibc
internal import Synchronization

/// Starts the thread and hands it exchanges.
@safe final class CurlDriver: Sendable {
  /// What the thread is asked to do next.
  struct Inbox {
    var starting: [CurlExchange] = []
    var cancelled: [CurlExchange] = []
    var isClosing = false
    /// The thread has ended: nobody will look in here again, and the multi handle is gone.
    var isClosed = false

    var isEmpty: Bool { starting.isEmpty && cancelled.isEmpty && !isClosing }
  }

  private let inbox = Locked(Inbox())
  private let lastTurn = Atomic(nanoseconds(CLOCK_MONOTONIC))
  private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

  init(caBundle: String?) {
    precondition(Self.isInitialised, "libcurl cannot be initialised")
    guard let multi = unsafe curl_multi_init() else { preconditionFailure("out of memory") }
    unsafe self.multi = unsafe multi
    startThread { [self] in unsafe CurlLoop(driver: self, multi: self.multi, caBundle: caBundle).run() }
  }

  /// Process-wide, once; libcurl 7.84+ is thread-safe in this.
  private static let isInitialised = OpenSSL.isReady && curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  // MARK: From any thread

  var sinceLastTurn: Duration {
    let now = nanoseconds(CLOCK_MONOTONIC)
    return .nanoseconds(max(0, now - lastTurn.load(ordering: .relaxed)))
  }

  func start(_ exchange: CurlExchange, whenEnded continuation: CurlExchange.Continuation) {
    exchange.continuation = continuation
    let isAccepted = post { $0.starting.append(exchange) }
    if !isAccepted { exchange.end(.failure(.closed)) }
  }

  /// The flag is set before the message is posted: a cancellation that overtakes its start is seen there.
  func cancel(_ exchange: CurlExchange) {
    exchange.isCancelled.store(true, ordering: .releasing)
    _ = post { $0.cancelled.append(exchange) }
  }

  func close() {
    _ = post { $0.isClosing = true }
  }

  /// False where the driver is closing and takes nothing more. Waking up happens under the lock, so that the multi
  /// handle is still there.
  private func post(_ message: (inout Inbox) -> Void) -> Bool {
    inbox.withLock { inbox in
      guard !inbox.isClosing, !inbox.isClosed else { return false }
      let wasEmpty = inbox.isEmpty
      message(&inbox)
      if wasEmpty { unsafe curl_multi_wakeup(multi) }
      return true
    }
  }

  // MARK: From the thread

  func nextTurn(at now: Int64) -> Inbox {
    lastTurn.store(now, ordering: .relaxed)
    return inbox.withLock { inbox in
      let taken = inbox
      inbox = Inbox(isClosing: inbox.isClosing, isClosed: inbox.isClosing)
      return taken
    }
  }
}
