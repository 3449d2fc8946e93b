// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One connection, accepted or made. It is closed when the last reference to it goes.
public final class LoopbackConnection: Sendable {
  private let descriptor: Int32

  init(descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Connects to a port of 127.0.0.1.
  public convenience init(to port: UInt16) throws(SocketError) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .last("socket") }
    var address = sockaddr_in(loopbackPort: port)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        connect(descriptor, general, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      let error = SocketError.last("connect to 127.0.0.1:\(port)")
      Glibc.close(descriptor)
      throw error
    }
    self.init(descriptor: descriptor)
  }

  deinit { Glibc.close(descriptor) }

  /// The next bytes, at most 64 KiB; empty at the end of the stream or after an error.
  public func read() -> [UInt8] {
    Array(unsafeUninitializedCapacity: 65_536) { buffer, count in
      var received = -1
      repeat {
        received = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      } while received < 0 && errno == EINTR
      count = max(0, received)
    }
  }

  /// Sends all bytes. False where the peer is gone.
  public func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let sent = send(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        if sent < 0 && errno == EINTR { continue }
        guard sent > 0 else { return false }
        rest = rest.dropFirst(sent)
      }
      return true
    }
  }

  /// Waits so long, or until the peer closes. True where the whole time has passed.
  public func wait(milliseconds: Int64) -> Bool {
    // POLLRDHUP, which Glibc's module map does not show: the peer will send no more.
    var entry = pollfd(fd: descriptor, events: 0x2000, revents: 0)
    var ready: Int32 = -1
    repeat {
      ready = poll(&entry, 1, Int32(clamping: milliseconds))
    } while ready < 0 && errno == EINTR
    return ready == 0
  }

  /// Ends reading and writing on both sides; a thread that waits on this connection goes on.
  public func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// Starts a thread that runs `body` and ends.
public func startThread(_ body: @escaping @Sendable () -> Void) {
  let box = Unmanaged.passRetained(ThreadBody(body))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  var thread = pthread_t()
  let failure = pthread_create(&thread, &attributes, runThreadBody, box.toOpaque())
  precondition(failure == 0, "pthread_create: \(String(cString: strerror(failure)))")
  pthread_attr_destroy(&attributes)
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let box { Unmanaged<ThreadBody>.fromOpaque(box).takeRetainedValue().run() }
  return nil
}
