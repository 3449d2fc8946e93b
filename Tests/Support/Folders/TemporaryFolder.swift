// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A new folder that is removed, with all that is in it, when nobody holds it any more.
public final class TemporaryFolder: Sendable {
  /// Where it is, without a slash at the end.
  public let path: String

  /// Makes the folder; without one no test can go on.
  public init() {
    path = FileManager.default.temporaryDirectory.appending(path: "rollwatch-\(UUID().uuidString)").path
    makeFolder(".")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Makes a folder in it, with those above it.
  public func makeFolder(_ name: String) {
    do {
      try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    } catch {
      preconditionFailure("\(path)/\(name) cannot be made: \(error)")
    }
  }

  /// Writes a file in it, and returns the file's path.
  @discardableResult
  public func write(_ text: String, to name: String, permissions: Int = 0o600) throws -> String {
    let file = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: file))
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file)
    return file
  }

  /// The text of a file in it.
  public func text(of name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }
}
