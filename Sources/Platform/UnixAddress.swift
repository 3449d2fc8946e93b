// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why a socket in the file system cannot be used. The message names the path, what is wrong, and what to do.
public struct UnixSocketFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure.
  public enum Kind: Hashable, Sendable {
    /// Nobody listens there: no such file, or one that a dead process left behind.
    case nobodyListens
    /// This user may not open it; its group may.
    case denied(group: String?)
    /// Somebody listens there already.
    case inUse
    /// Anything else.
    case other
  }

  /// What kind of failure.
  public let kind: Kind
  /// The whole message.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// What the system's last error means for a socket at this path.
  init(systemErrorAt path: String) {
    let words = "\(path): \(systemError())"
    switch errno {
    case ENOENT, ENOTDIR, ECONNREFUSED: self.init(.nobodyListens, words)
    case EACCES, EPERM: self.init(.denied(group: groupName(of: path)), words)
    case EADDRINUSE: self.init(.inUse, words)
    default: self.init(.other, words)
    }
  }
}

/// The address of a socket in the file system.
///
/// The system's structure holds 107 bytes of a path, and a state directory may well have a longer one. Such a socket is reached by
/// way of its folder's descriptor, which must stay open while the address is used.
@safe struct UnixAddress: ~Copyable {
  private var address = sockaddr_un()
  private var folder: Int32 = -1

  /// The address of this path. Throws where its folder cannot be opened.
  init(_ path: String) throws(UnixSocketFailure) {
    address.sun_family = sa_family_t(AF_UNIX)
    if put(path) { return }
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { String(path[..<$0]) } ?? "."
    folder = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw UnixSocketFailure(systemErrorAt: directory) }
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    guard put("/proc/self/fd/\(folder)/\(name)") else {
      throw UnixSocketFailure(.other, "\(path): its last part is too long for a socket; choose a shorter one")
    }
  }

  deinit { if folder >= 0 { close(folder) } }

  private mutating func put(_ path: String) -> Bool {
    let bytes = Array(path.utf8)
    return unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      // The last byte ends the text.
      guard bytes.count < field.count else { return false }
      unsafe field.copyBytes(from: bytes)
      return true
    }
  }

  /// Calls `bind` or `connect` with the address.
  func with(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe call(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

/// The name of the group that may open the socket: its own, or that of the folder which hides it; nil where neither can be told.
private func groupName(of path: String) -> String? {
  let before = errno
  defer { errno = before }
  var status = stat()
  if unsafe lstat(path, &status) == 0 { return groupName(status.st_gid) }
  let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  guard unsafe stat(folder, &status) == 0 else { return nil }
  return groupName(status.st_gid)
}
