// SPDX-License-Identifier: Apache-2.0

/// HTTP over libcurl: one thread that drives every exchange, connections that are kept, HTTP/2 where TLS offers it.
///
/// Proxies are taken from the environment by libcurl's rules, certificates are always verified, redirects are answers like any
/// other (a signature is good for one address only).
public final class CurlTransport: HTTPTransport {
  private enum State {
    /// With a thread of its own from the first request on.
    case idle
    case running(EventLoop)
    /// On somebody else's thread.
    case guest(EventLoop)
    case closed
  }

  private let caBundle: String?
  private let state: Locked<State>

  /// A transport that trusts the system's certificate authorities, or those in the PEM file `caBundle` alone
  /// (`AWS_CA_BUNDLE`). Without a loop it has a thread of its own.
  public init(caBundle: String?, on loop: EventLoop?) {
    self.caBundle = caBundle
    state = Locked(loop.map(State.guest) ?? .idle)
  }

  deinit { close() }

  /// Sends the request and waits for the whole answer; see `HTTPTransport`.
  public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    let exchange = try CurlExchange(request, caBundle: caBundle)
    let loop = try loop()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { loop.start(exchange, whenEnded: $0) }
    } onCancel: {
      loop.cancel(exchange)
    }
    return try result.get()
  }

  /// Later requests fail. A thread of its own ends, with its connections, and the exchanges under way as cancelled.
  public func close() {
    let own: EventLoop? = state.withLock { state in
      defer { state = .closed }
      guard case .running(let loop) = state else { return nil }
      return loop
    }
    own?.close()
  }

  private func loop() throws(TransportFailure) -> EventLoop {
    let loop: EventLoop? = state.withLock { state in
      switch state {
      case .running(let loop), .guest(let loop): return loop
      case .closed: return nil
      case .idle:
        let loop = EventLoop()
        loop.start()
        state = .running(loop)
        return loop
      }
    }
    guard let loop else { throw .closed }
    return loop
  }
}

extension TransportFailure {
  static let closed = Self(kind: .unusable, message: "the HTTP transport was closed", mayHaveArrived: false)
}
