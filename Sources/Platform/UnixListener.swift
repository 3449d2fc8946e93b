// SPDX-License-Identifier: Apache-2.0

// In an optimized build the kinds of sockets are found only by way of the module that brought them in first.
internal import CCurl
internal import Glibc

/// A socket in the file system on which a process can be spoken to by others of the same machine.
public final class UnixListener: Sendable {
  /// Where it is.
  public let path: String
  private let descriptor: Descriptor
  private let loop: EventLoop
  private let identity: FileIdentity

  private static let backlog: Int32 = 64

  /// Listens at `path`, open to its owner and group (0660). A socket that a dead process left behind is replaced; one that lives is
  /// not taken, and what is no socket is left alone.
  public init(path: String, on loop: EventLoop) throws(UnixSocketFailure) {
    self.path = path
    self.loop = loop
    try Self.removeDead(path)
    let address = try UnixAddress(path)
    let descriptor = try newSocket(for: path)
    descriptor.neverBlock()
    // Nobody can connect before `listen`, so the mode is right when somebody can.
    guard unsafe address.with({ unsafe bind(descriptor.number, $0, $1) }) == 0,
      unsafe chmod(path, 0o660) == 0,
      let identity = FileIdentity(path), listen(descriptor.number, Self.backlog) == 0
    else {
      throw UnixSocketFailure(systemErrorAt: path)
    }
    self.descriptor = descriptor
    self.identity = identity
  }

  deinit {
    // By now another process may have put its own there.
    if FileIdentity(path) == identity { unsafe unlink(path) }
  }

  private static func removeDead(_ path: String) throws(UnixSocketFailure) {
    guard let identity = FileIdentity(path) else { return }
    guard identity.isSocket else {
      throw UnixSocketFailure(.inUse, "\(path): is there and is no socket; remove it, or name another path")
    }
    do throws(UnixSocketFailure) { _ = try connected(to: path) } catch {
      guard error.kind == .nobodyListens else { throw error }
      unsafe unlink(path)
      return
    }
    throw UnixSocketFailure(.inUse, "\(path): another process listens there; stop it, or name another path")
  }

  /// The next one who connects; nil once the task is cancelled. Errors of a connection that came to nothing are passed over; where
  /// the process has no descriptor left it waits for one.
  public func accept() async -> UnixConnection? {
    while !Task.isCancelled {
      let accepted = Glibc.accept(descriptor.number, nil, nil)
      if accepted >= 0 { return UnixConnection(descriptor: accepted, on: loop) }
      do throws(CancellationError) {
        switch errno {
        case EINTR, ECONNABORTED: continue
        case EAGAIN: try await loop.wait(for: .readable, on: descriptor.number)
        default: try await loop.sleep(for: .seconds(1))
        }
      } catch {
        return nil
      }
    }
    return nil
  }
}

/// Tells one file from another that took its name.
private struct FileIdentity: Equatable {
  let device: dev_t
  let number: ino_t
  let isSocket: Bool

  init?(_ path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
    isSocket = status.st_mode & S_IFMT == S_IFSOCK
  }
}

/// A new connection to whoever listens at `path`.
func connected(to path: String) throws(UnixSocketFailure) -> Descriptor {
  let address = try UnixAddress(path)
  let descriptor = try newSocket(for: path)
  // Connecting waits only where many others do too.
  var limit = timeval(tv_sec: 5, tv_usec: 0)
  unsafe setsockopt(descriptor.number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  guard unsafe address.with({ unsafe connect(descriptor.number, $0, $1) }) == 0 else {
    throw UnixSocketFailure(systemErrorAt: path)
  }
  return descriptor
}

private func newSocket(for path: String) throws(UnixSocketFailure) -> Descriptor {
  let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard number >= 0 else { throw UnixSocketFailure(systemErrorAt: path) }
  return Descriptor(number: number)
}

/// An open descriptor, which is closed when nobody has it any more.
final class Descriptor: Sendable {
  let number: Int32

  init(number: Int32) { self.number = number }

  deinit { close(number) }

  /// Calls that would wait fail with `EAGAIN` from now on; programs that are started do not get it.
  func neverBlock() {
    _ = fcntl(number, F_SETFL, O_NONBLOCK)
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
  }
}
