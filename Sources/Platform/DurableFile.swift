// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a file could not be written: the system's own words.
public struct FileWriteFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path and the reason.
  public let description: String
}

/// Replaces a file's contents so that a crash at any point leaves the old contents or the new, never a part: a
/// temporary file beside it, fsync, rename, fsync of the directory. The file can be read by its owner only.
public func replacePrivateFile(_ path: String, with bytes: [UInt8]) throws(FileWriteFailure) {
  let directory = path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "./"
  let temporary = "\(path).\(getpid()).tmp"
  unsafe unlink(temporary)
  do throws(FileWriteFailure) {
    try withDescriptor(temporary, O_WRONLY | O_CREAT | O_EXCL) { descriptor throws(FileWriteFailure) in
      try writeAll(bytes, to: descriptor, temporary)
    }
    guard unsafe rename(temporary, path) == 0 else { throw failure(path) }
  } catch {
    unsafe unlink(temporary)
    throw error
  }
  try withDescriptor(directory, O_RDONLY | O_DIRECTORY) { _ in }
}

/// Opens, runs the body, fsyncs and closes.
private func withDescriptor(
  _ path: String, _ flags: Int32, _ body: (Int32) throws(FileWriteFailure) -> Void
) throws(FileWriteFailure) {
  let descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
  guard descriptor >= 0 else { throw failure(path) }
  defer { close(descriptor) }
  try body(descriptor)
  guard fsync(descriptor) == 0 else { throw failure(path) }
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(FileWriteFailure) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    if written < 0, errno == EINTR { continue }
    guard written >= 0 else { throw failure(path) }
    rest = rest.dropFirst(written)
  }
}

private func failure(_ path: String) -> FileWriteFailure {
  unsafe FileWriteFailure(description: "\(path): \(String(cString: strerror(errno)))")
}
