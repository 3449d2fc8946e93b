// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why a file could not be written: the system's own words.
public struct FileWriteFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path and the reason.
  public let description: String

  /// A reason of our own, which names the path.
  init(description: String) { self.description = description }

  /// The path and the system's last error.
  init(_ path: String) { description = "\(path): \(systemError())" }
}

/// Replaces a file's contents so that a crash at any point leaves the old contents or the new, never a part: a
/// temporary file beside it, fsync, rename, fsync of the directory. The file can be read by its owner only.
public func replacePrivateFile(_ path: String, with bytes: [UInt8]) throws(FileWriteFailure) {
  try replaceFile(path, with: bytes, permissions: 0o600)
}

/// The same with other permissions, as in chmod(2).
public func replaceFile(
  _ path: String, with bytes: [UInt8], permissions: UInt32
) throws(FileWriteFailure) {
  let directory = path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "./"
  let temporary = "\(path).\(getpid()).tmp"
  unsafe unlink(temporary)
  do throws(FileWriteFailure) {
    try withDescriptor(temporary, O_WRONLY | O_CREAT | O_EXCL, permissions) { descriptor in
      writeFully(bytes, to: descriptor)
    }
    guard unsafe rename(temporary, path) == 0 else { throw FileWriteFailure(path) }
  } catch {
    unsafe unlink(temporary)
    throw error
  }
  try syncDirectory(directory)
}

/// Makes the names in a directory durable: what was created, renamed or removed in it.
public func syncDirectory(_ path: String) throws(FileWriteFailure) {
  try withDescriptor(path, O_RDONLY | O_DIRECTORY, 0) { _ in true }
}

/// Opens, runs the body, fsyncs and closes.
private func withDescriptor(
  _ path: String, _ flags: Int32, _ permissions: UInt32, _ body: (Int32) -> Bool
) throws(FileWriteFailure) {
  let descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, permissions)
  guard descriptor >= 0 else { throw FileWriteFailure(path) }
  defer { close(descriptor) }
  guard body(descriptor), fsync(descriptor) == 0 else { throw FileWriteFailure(path) }
}

/// False, with `errno`, where not all could be written.
func writeFully(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
  var rest = Array(bytes)[...]
  while !rest.isEmpty {
    let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    if written < 0, errno == EINTR { continue }
    guard written >= 0 else { return false }
    rest = rest.dropFirst(written)
  }
  return true
}

/// An error number in words; `errno`'s where none is given.
func systemError(_ number: Int32 = errno) -> String { unsafe String(cString: strerror(number)) }
