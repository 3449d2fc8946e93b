// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// One end of a connection between two processes of this machine, on which lines are exchanged.
public final class UnixConnection: Sendable {
  private let descriptor: Descriptor
  private let loop: EventLoop
  /// What came after the last line that was taken.
  private let rest = Locked<[UInt8]>([])

  init(descriptor: Int32, on loop: EventLoop) {
    self.descriptor = Descriptor(number: descriptor)
    self.descriptor.neverBlock()
    self.loop = loop
  }

  /// Connects to whoever listens at `path`.
  public init(to path: String, on loop: EventLoop) throws(UnixSocketFailure) {
    descriptor = try connected(to: path)
    self.loop = loop
    descriptor.neverBlock()
  }

  /// The user at the other end when it connected, as the kernel says; nil where it does not.
  public var peer: UserID? {
    // `struct ucred` of unix(7), which the C library declares for GNU's dialect only.
    var credentials: (process: pid_t, user: uid_t, group: gid_t) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard unsafe getsockopt(descriptor.number, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else {
      return nil
    }
    return UserID(number: credentials.user)
  }

  /// The next line, without its end; nil where the other end has gone, sent more than `limit` bytes without an end of line, or the
  /// task is cancelled. One task at a time reads.
  public func line(atMost limit: Int) async -> [UInt8]? {
    var bytes = rest.withLock { rest in
      defer { rest = [] }
      return rest
    }
    var searched = 0
    while true {
      if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        guard end <= limit else { return nil }
        let following = Array(bytes[(end + 1)...])
        rest.withLock { $0 = following }
        return Array(bytes[..<end])
      }
      guard bytes.count <= limit else { return nil }
      searched = bytes.count
      guard let more = await read(atMost: min(64 << 10, limit + 1 - bytes.count)), !more.isEmpty else {
        return nil
      }
      bytes += more
    }
  }

  /// Writes all of it. False where the other end has gone or the task is cancelled before all is written.
  public func write(_ bytes: [UInt8]) async -> Bool {
    var bytes = bytes[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe send(descriptor.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        guard await isReady(.writable) else { return false }
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// Empty at the end; nil where it failed or the task is cancelled.
  private func read(atMost limit: Int) async -> [UInt8]? {
    while true {
      var failure: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        let received = unsafe recv(descriptor.number, buffer.baseAddress, limit, 0)
        if received < 0 { failure = errno }
        count = max(0, received)
      }
      switch failure {
      case 0: return bytes
      case EINTR: continue
      case EAGAIN: guard await isReady(.readable) else { return nil }
      default: return nil
      }
    }
  }

  private func isReady(_ event: LoopWatch.Event) async -> Bool {
    do throws(CancellationError) { try await loop.wait(for: event, on: descriptor.number) } catch {
      return false
    }
    return true
  }
}
