// SPDX-License-Identifier: Apache-2.0
// Files that somebody else writes: configuration, tokens, cached sign-ins. Each is read whole, and only when it
// is a regular file of a sensible size: a FIFO or a device could make the daemon wait or grow for ever.

internal import Glibc

/// Why a small file could not be read.
public enum SmallFileFailure: Error, Sendable, Hashable {
  /// There is none.
  case absent
  /// A directory, a FIFO, a device.
  case notRegular
  /// More bytes than it may have.
  case tooLarge(limit: Int)
  /// The system does not give it.
  case unreadable(reason: String)

  /// Goes after "FILE: ".
  public var words: String {
    switch self {
    case .absent: "there is no such file"
    case .notRegular: "not a regular file; name a plain file"
    case .tooLarge(let limit): "larger than \(limit) bytes; it cannot be what it is taken for"
    case .unreadable(let reason): "cannot be read (\(reason)); give rollwatch's user read permission"
    }
  }
}

/// The bytes of a regular file of at most `limit` bytes. `/dev/null`, the usual way to name no file, is absent.
public func readSmallFile(_ path: String, limit: Int) throws(SmallFileFailure) -> [UInt8] {
  guard path != "/dev/null" else { throw .absent }
  // A FIFO without a writer would be waited for.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw .ofSystem }
  defer { close(descriptor) }
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0 else { throw .ofSystem }
  guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: min(limit + 1, 16 << 10))
  while bytes.count <= limit {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw .ofSystem }
    guard count > 0 else { return bytes }
    bytes += buffer[..<count]
  }
  throw .tooLarge(limit: limit)
}

extension SmallFileFailure {
  /// What `errno` says.
  fileprivate static var ofSystem: Self {
    switch errno {
    case ENOENT, ENOTDIR: .absent
    case EACCES, EPERM: .unreadable(reason: "permission denied")
    default: .unreadable(reason: "input/output error")
    }
  }
}
