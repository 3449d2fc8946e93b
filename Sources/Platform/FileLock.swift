// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An exclusive lock on a file, which holds its owner's process id for those who come second. The kernel releases it
/// when the owner ends, however it ends, so no lock is ever left behind.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Why the lock could not be had.
  public enum Failure: Error, Hashable, Sendable {
    /// Another process has it; its id, where it could be read.
    case held(by: Int32?)
    /// The file could not be opened or written: the system's own words.
    case system(String)
  }

  /// Takes the lock on the file at `path`, which is made where it is not there, or fails at once.
  public init(path: String) throws(Failure) {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw .system(systemError()) }
    // From here on `deinit` closes, where this throws too.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw errno == EWOULDBLOCK ? .held(by: Self.owner(descriptor)) : .system(systemError())
    }
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0, unsafe pwrite(descriptor, text, text.count, 0) == text.count else {
      throw .system(systemError())
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    // A program that is being started has the descriptor too, until its own code begins: closing this one alone would not do.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func owner(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self))
  }
}
