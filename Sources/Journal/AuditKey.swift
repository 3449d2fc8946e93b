// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Platform

/// The key with which a journal's records are sealed. It never leaves this type.
public struct AuditKey: Sendable, CustomReflectable {
  private let bytes: [UInt8]

  /// The name of the systemd credential that holds it.
  public static let credential = "audit-key"
  private static let lengths = 16...4_096

  /// Reads a file of 16 to 4,096 bytes; a newline at the end is no part of the key.
  public init(contentsOf path: String) throws(JournalFailure) {
    var bytes: [UInt8]
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      bytes = Array(try file.read(upToCount: Self.lengths.upperBound + 2) ?? Data())
    } catch {
      throw JournalFailure(
        "\(path): the audit key cannot be read; give this user read access, or name another file")
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard Self.lengths.contains(bytes.count) else {
      throw JournalFailure(
        "\(path): an audit key has \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) bytes, this one "
          + "\(bytes.count); make one with: openssl rand -hex 32")
    }
    self.bytes = bytes
  }

  /// Nothing, so that no dump, log or test failure can print it.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  func seal(_ message: [UInt8]) -> String { SHA256.authenticate(message, key: bytes).hex }
}
