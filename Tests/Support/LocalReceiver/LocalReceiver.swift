// SPDX-License-Identifier: Apache-2.0

import LoopbackSockets
import Platform

/// A webhook on 127.0.0.1 that answers each request as it is told to.
public final class LocalReceiver: Sendable {
  /// One request.
  public struct Arrival: Sendable {
    /// The request line and the header fields, as they came.
    public var head: String
    /// The whole body.
    public var body: [UInt8]

    /// The first field of that name.
    public func header(_ name: String) -> String? {
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        .map { String($0.dropFirst(name.count + 2)) }
    }
  }

  /// What comes back.
  public enum Answer: Sendable {
    /// A whole answer.
    case status(Int, fields: String = "", body: String = "")
    /// The connection is closed without a byte.
    case cut
    /// Nothing comes.
    case silence
  }

  private let listener: LoopbackListener
  private let arrived = Locked<[Arrival]>([])

  /// Answers the requests, counted from 1.
  public convenience init(port: UInt16 = 0, _ answer: @escaping @Sendable (Int) -> Answer) throws {
    try self.init(port: port, answering: { _, number in answer(number) })
  }

  /// Answers the requests by what is in them; they are counted from 1.
  public init(port: UInt16 = 0, answering answer: @escaping @Sendable (Arrival, Int) -> Answer) throws {
    let listener = try LoopbackListener(port: port)
    self.listener = listener
    let arrived = arrived
    startThread {
      while let connection = listener.accept() {
        startThread { Self.serve(connection, arrived, answer) }
      }
    }
  }

  deinit { listener.close() }

  /// The port it listens on.
  public var port: UInt16 { listener.port }
  /// A URL with a path that is as secret as those of chat services.
  public var url: String { "http://127.0.0.1:\(listener.port)/hooks/T0/SECRETPATH" }
  /// What has come, in order.
  public var arrivals: [Arrival] { arrived.withLock { $0 } }

  private static func serve(
    _ connection: LoopbackConnection, _ arrived: Locked<[Arrival]>, _ answer: (Arrival, Int) -> Answer
  ) {
    var bytes: [UInt8] = []
    while let request = next(connection, &bytes) {
      let number = arrived.withLock { arrived in
        arrived.append(request)
        return arrived.count
      }
      switch answer(request, number) {
      case .cut: return connection.shutDown()
      case .silence:
        _ = connection.wait(milliseconds: 60_000)
        return
      case .status(let status, let fields, let body):
        guard
          connection.write(
            Array("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)".utf8))
        else { return }
      }
    }
  }

  private static func next(_ connection: LoopbackConnection, _ bytes: inout [UInt8]) -> Arrival? {
    while true {
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        var arrival = Arrival(head: String(decoding: bytes[..<end.lowerBound], as: UTF8.self), body: [])
        let length = arrival.header("content-length").flatMap { Int($0) } ?? 0
        if bytes.count >= end.upperBound + length {
          arrival.body = Array(bytes[end.upperBound..<end.upperBound + length])
          bytes.removeFirst(end.upperBound + length)
          return arrival
        }
      }
      let more = connection.read()
      guard !more.isEmpty else { return nil }
      bytes += more
    }
  }
}
