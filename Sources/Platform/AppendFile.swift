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

  /// The last whole line, without its newline; nil in a file without one. What follows it, the torn end of an append
  /// that a crash cut short, is removed from the file.
  public func lastWholeLine(atMost limit: Int) throws(FileWriteFailure) -> [UInt8]? {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size > 0 else { return nil }
    var tail = [UInt8](repeating: 0, count: min(size, 2 * limit))
    let count = unsafe pread(descriptor, &tail, tail.count, off_t(size - tail.count))
    guard count == tail.count else { throw FileWriteFailure(path) }
    guard let end = tail.lastIndex(of: 10) else {
      guard tail.count == size else {
        throw FileWriteFailure(description: "\(path): its last line is longer than any that was written")
      }
      try truncate(to: 0)
      return nil
    }
    if end < tail.count - 1 { try truncate(to: size - (tail.count - 1 - end)) }
    let start = tail[..<end].lastIndex(of: 10).map { $0 + 1 } ?? 0
    return Array(tail[start..<end])
  }

  private func truncate(to size: Int) throws(FileWriteFailure) {
    guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
      throw FileWriteFailure(path)
    }
  }
}
