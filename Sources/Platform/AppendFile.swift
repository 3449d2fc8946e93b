// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file that only grows: what is appended is on disk when `append` returns.
public final class AppendFile: Sendable {
  /// Where it is.
  public let path: String
  private let descriptor: Int32

  /// Opens the file, or makes it readable for its owner and group.
  public init(path: String) throws(FileWriteFailure) {
    self.path = path
    descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw FileWriteFailure(path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends all of the bytes and waits until they are on disk. On a full disk the part that fitted is taken back; a
  /// part that a crash left is for `lastWholeLine`.
  public func append(_ bytes: [UInt8]) throws(FileWriteFailure) {
    let before = lseek(descriptor, 0, SEEK_END)
    guard before >= 0, writeFully(bytes, to: descriptor) else {
      let failure = FileWriteFailure(path)
      if before >= 0 { ftruncate(descriptor, before) }
      throw failure
    }
    guard fdatasync(descriptor) == 0 else { throw FileWriteFailure(path) }
  }

  /// As much of the end as is read at first, in bytes: most lines are far shorter.
  private static let usualTail = 16 << 10

  /// The last whole line, without its newline; nil in a file without one. What follows it, the torn end of an append
  /// that a crash cut short, is removed from the file. No line and no torn end may be longer than `limit`, in bytes.
  public func lastWholeLine(atMost limit: Int) throws(FileWriteFailure) -> [UInt8]? {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size > 0 else { return nil }
    let longest = min(size, 2 * limit)
    var length = min(longest, Self.usualTail)
    while true {
      let tail = try self.tail(length, of: size)
      let end = tail.lastIndex(of: 10)
      let start = end.flatMap { tail[..<$0].lastIndex(of: 10) }.map { $0 + 1 } ?? (length == size ? 0 : nil)
      if let end, let start {
        if end < length - 1 { try truncate(to: size - (length - 1 - end)) }
        return Array(tail[start..<end])
      }
      if length == size {
        try truncate(to: 0)
        return nil
      }
      guard length < longest else {
        throw FileWriteFailure(description: "\(path): its last line is longer than any that was written")
      }
      length = min(longest, 2 * length)
    }
  }

  private func tail(_ length: Int, of size: Int) throws(FileWriteFailure) -> [UInt8] {
    var tail = [UInt8](repeating: 0, count: length)
    guard unsafe pread(descriptor, &tail, length, off_t(size - length)) == length else {
      throw FileWriteFailure(path)
    }
    return tail
  }

  private func truncate(to size: Int) throws(FileWriteFailure) {
    guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
      throw FileWriteFailure(path)
    }
  }
}
