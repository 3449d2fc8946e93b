// SPDX-License-Identifier: Apache-2.0

/// HTTP over libcurl: one thread that drives every exchange, connections that are kept, HTTP/2 where TLS offers it.
///
/// Making one costs nothing; the thread starts with the first request. Proxies are taken from the environment by
/// libcurl's rules, certificates are always verified, redirects are answers like any other (a signature is good for
/// one address only).
public final class CurlTransport: HTTPTransport {
  private enum State {
    case idle
    case running(CurlDriver)
    case closed
  }

  private let caBundle: String?
  private let state = Locked(State.idle)

  /// A transport that trusts the system's certificate authorities, or those in the PEM file `caBundle` alone
  /// (`AWS_CA_BUNDLE`).
  public init(caBundle: String?) { self.caBundle = caBundle }

  deinit { close() }

  /// Sends the request and waits for the whole answer; see `HTTPTransport`.
  public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    let exchange = try CurlExchange(request)
    let driver = try driver()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { driver.start(exchange, whenEnded: $0) }
    } onCancel: {
      driver.cancel(exchange)
    }
    return try result.get()
  }

  /// How long ago the driving thread last went round its loop, which it does every second even when idle: much more
  /// means that it is stuck, and with it every request. Zero before the first request and after `close`.
  public var sinceLastTurn: Duration {
    state.withLock {
      guard case .running(let driver) = $0 else { return .zero }
      return driver.sinceLastTurn
    }
  }

  /// Ends the exchanges under way as cancelled, the connections and the thread. Later requests fail.
  public func close() {
    let driver: CurlDriver? = state.withLock { state in
      defer { state = .closed }
      guard case .running(let driver) = state else { return nil }
      return driver
    }
    driver?.close()
  }

  private func driver() throws(TransportFailure) -> CurlDriver {
    let driver: CurlDriver? = state.withLock { state in
      switch state {
      case .running(let driver): return driver
      case .closed: return nil
      case .idle:
        let driver = CurlDriver(caBundle: caBundle)
        state = .running(driver)
        return driver
      }
    }
    guard let driver else { throw .closed }
    return driver
  }
}

extension TransportFailure {
  static let closed = Self(kind: .unusable, message: "the HTTP transport was closed", mayHaveArrived: false)
}
