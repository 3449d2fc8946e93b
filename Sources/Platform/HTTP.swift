// SPDX-License-Identifier: Apache-2.0
// What travels over HTTP, and the one protocol that carries it: libcurl in the daemon, memory in a simulation.

/// One HTTP request, complete: the transport adds no header of its own but `Host` and `Content-Length`.
public struct HTTPRequest: Sendable {
  /// `GET`, `POST` or `PUT`.
  public var method: String
  /// An absolute `http` or `https` URL, already percent-encoded.
  public var url: String
  /// Header fields in order; names as they are to be sent.
  public var headers: [(name: String, value: String)]
  /// The body, empty for none.
  public var body: [UInt8]
  /// True for a call that must not arrive twice. libcurl by itself sends a POST again when a kept connection is
  /// closed before the first byte of the answer, so such a call gets a connection of its own.
  public var mustNotRepeat: Bool
  /// True for addresses that no proxy can reach (instance metadata, container credentials).
  public var bypassesProxy: Bool
  /// The limits of this one exchange.
  public var limits: HTTPLimits

  /// A request with all its parts.
  public init(
    method: String, url: String, headers: [(name: String, value: String)], body: [UInt8], mustNotRepeat: Bool,
    bypassesProxy: Bool, limits: HTTPLimits
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.mustNotRepeat = mustNotRepeat
    self.bypassesProxy = bypassesProxy
    self.limits = limits
  }
}

/// How long an exchange may take and how much it may bring.
public struct HTTPLimits: Sendable, Hashable {
  /// Until the connection, TLS included, stands.
  public var connect: Duration
  /// Without a byte in either direction.
  public var silence: Duration
  /// For the whole exchange.
  public var total: Duration
  /// The largest body accepted, in bytes, after decoding.
  public var responseBytes: Int

  /// Limits with all their parts.
  public init(connect: Duration, silence: Duration, total: Duration, responseBytes: Int) {
    self.connect = connect
    self.silence = silence
    self.total = total
    self.responseBytes = responseBytes
  }
}

/// One HTTP answer, whatever its status.
public struct HTTPResponse: Sendable {
  /// The status code.
  public var status: Int
  /// Header fields in the order of arrival.
  public var headers: [(name: String, value: String)]
  /// The whole body.
  public var body: [UInt8]

  /// An answer with all its parts.
  public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first field of that name, compared without regard to case.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// Why there is no answer.
public struct TransportFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong.
  public enum Kind: Sendable, Hashable {
    /// The name did not resolve, or nobody listens there.
    case unreachable
    /// The peer's certificate, name or protocol version was not accepted.
    case tls
    /// One of the request's time limits passed.
    case timedOut
    /// The connection ended before the answer was complete.
    case cut
    /// The body is larger than the request allows.
    case tooLarge
    /// The task that waited was cancelled.
    case cancelled
    /// The URL, proxy or option cannot work; trying again is of no use.
    case unusable
  }

  /// What went wrong.
  public var kind: Kind
  /// The transport's own words, with no header, credential or body in them.
  public var message: String
  /// False where it is certain that no byte of the request has left: nothing can have taken effect.
  public var mayHaveArrived: Bool

  /// A failure with all its parts.
  public init(kind: Kind, message: String, mayHaveArrived: Bool) {
    self.kind = kind
    self.message = message
    self.mayHaveArrived = mayHaveArrived
  }

  /// The message alone.
  public var description: String { message }
}

/// Carries one request to its answer. Implementations are safe to call from any task, and return soon after
/// the calling task is cancelled.
public protocol HTTPTransport: Sendable {
  /// Sends the request and waits for the whole answer. A status of 400 or 500 is an answer, not a failure.
  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse
}
