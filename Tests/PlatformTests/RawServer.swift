// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform

/// A server on a bare socket of 127.0.0.1, for what a well-behaved one never does. Every connection has a thread that
/// runs the test's script; every request that arrived whole is remembered.
final class RawServer: Sendable {
  struct Arrival: Sendable {
    /// Counted from 1 in the order in which connections were accepted.
    var connection: Int
    /// The request line and the header fields, as they came.
    var head: String
    var body: String
  }

  let port: Int
  private let listener: Int32
  private let arrived = Locked<[Arrival]>([])
  /// Each request as it arrives.
  let arrivals: AsyncStream<Arrival>
  private let continuation: AsyncStream<Arrival>.Continuation

  /// Serves until it is released.
  init(_ script: @escaping @Sendable (Connection) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 256) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    precondition(isListening, "cannot listen on 127.0.0.1")
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    (arrivals, continuation) = AsyncStream.makeStream()
    let (arrived, continuation) = (arrived, continuation)
    Thread.detachNewThread { @Sendable in
      var number = 0
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0 else { return }
        number += 1
        let connection = Connection(socket: socket, number: number) { arrival in
          arrived.withLock { $0.append(arrival) }
          continuation.yield(arrival)
        }
        Thread.detachNewThread { @Sendable in
          script(connection)
          connection.close()
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
  }

  var url: String { "http://127.0.0.1:\(port)/" }
  var requests: [Arrival] { arrived.withLock { $0 } }

  /// One accepted connection.
  final class Connection: Sendable {
    let number: Int
    private let socket: Int32
    private let isOpen = Locked(true)
    private let remember: @Sendable (Arrival) -> Void

    init(socket: Int32, number: Int, remember: @escaping @Sendable (Arrival) -> Void) {
      self.socket = socket
      self.number = number
      self.remember = remember
    }

    /// The next whole request, or nothing where the peer closed.
    @discardableResult
    func read() -> Arrival? {
      var bytes: [UInt8] = []
      while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
        guard let byte = readByte() else { return nil }
        bytes.append(byte)
      }
      let head = String(decoding: bytes, as: UTF8.self)
      let length = head.firstMatch(of: /(?i)content-length: *(\d+)/).flatMap { Int($0.1) } ?? 0
      var body = [UInt8](repeating: 0, count: length)
      guard length == 0 || recv(socket, &body, length, Int32(MSG_WAITALL)) == length else {
        return nil
      }
      let arrival = Arrival(connection: number, head: head, body: String(decoding: body, as: UTF8.self))
      remember(arrival)
      return arrival
    }

    /// Waits until the peer sends a byte, which is dropped, or closes: false then.
    @discardableResult
    func waitForPeer() -> Bool { readByte() != nil }

    func write(_ text: String) {
      let bytes = Array(text.utf8)
      _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// A whole answer with a length.
    func answer(_ body: String, status: String = "200 OK", fields: String = "") {
      write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Answers every request on the connection with its number.
    func serve() {
      while read() != nil { answer("connection \(number)") }
    }

    func close() {
      isOpen.withLock { isOpen in
        if isOpen { Glibc.close(socket) }
        isOpen = false
      }
    }

    /// Ends the connection as a crash does: with a reset.
    func reset() {
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
      close()
    }

    private func readByte() -> UInt8? {
      var byte: UInt8 = 0
      return recv(socket, &byte, 1, 0) == 1 ? byte : nil
    }
  }
}
