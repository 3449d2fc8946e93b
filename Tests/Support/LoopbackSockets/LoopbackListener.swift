// SPDX-License-Identifier: Apache-2.0
// The little of POSIX that a test server needs. Everything blocks; `close` from another thread ends it.

import Glibc
import Synchronization

/// A system call that failed.
public struct SocketError: Error, Sendable, CustomStringConvertible {
  /// The call.
  public var call: String
  /// The value of `errno`.
  public var number: Int32

  /// The call and the system's words.
  public var description: String { "\(call): \(String(cString: strerror(number)))" }

  static func last(_ call: String) -> Self { Self(call: call, number: errno) }
}

/// A socket that listens on 127.0.0.1.
public final class LoopbackListener: Sendable {
  /// The port, also where any was asked for.
  public let port: UInt16
  private let descriptor: Int32
  private let isClosed = Atomic(false)

  /// Listens on this port; 0 for any that is free.
  public init(port: UInt16) throws(SocketError) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .last("socket") }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in(loopbackPort: port)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        bind(descriptor, general, size) == 0 && listen(descriptor, 512) == 0
          && getsockname(descriptor, general, &size) == 0
      }
    }
    guard bound else {
      let error = SocketError.last("listen on 127.0.0.1:\(port)")
      Glibc.close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.port = UInt16(bigEndian: address.sin_port)
  }

  deinit { Glibc.close(descriptor) }

  /// Waits for the next connection; nil once the listener is closed.
  public func accept() -> LoopbackConnection? {
    while !isClosed.load(ordering: .acquiring) {
      let accepted = Glibc.accept(descriptor, nil, nil)
      if accepted >= 0 { return LoopbackConnection(descriptor: accepted) }
      // Out of descriptors is no reason to end: others will be closed.
      if errno == EMFILE || errno == ENFILE { usleep(1_000) }
    }
    return nil
  }

  /// Ends `accept`, now and for ever.
  public func close() {
    isClosed.store(true, ordering: .releasing)
    shutdown(descriptor, Int32(SHUT_RDWR))
  }
}

extension sockaddr_in {
  /// A port of 127.0.0.1.
  init(loopbackPort port: UInt16) {
    self.init()
    sin_family = sa_family_t(AF_INET)
    sin_port = port.bigEndian
    sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  }
}
