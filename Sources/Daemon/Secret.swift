// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Platform
public import Rules

/// A secret that cannot be had, or is none.
public struct SecretFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and what to do, without the secret.
  public let description: String
}

extension SecretPlace {
  /// At most so many bytes: more is no key and no URL.
  private static let longest = 4_096

  /// True where there is something, whatever it is.
  public var isThere: Bool {
    switch self {
    case .environment(let name): !(ProcessEnvironment[name] ?? "").isEmpty
    case .credential(let name):
      ProcessEnvironment["CREDENTIALS_DIRECTORY"].map {
        FileManager.default.fileExists(atPath: "\($0)/\(name)")
      } ?? false
    }
  }

  /// What is kept there for whoever is named, `receiver 'chat'`; an environment variable is then no longer there for others to
  /// inherit.
  public func secret(of owner: String) throws(SecretFailure) -> [UInt8] {
    let bytes: [UInt8]
    switch self {
    case .environment(let name):
      guard let text = ProcessEnvironment.take(name) else {
        throw failure(owner, "is not set; set it, or use a systemd credential")
      }
      bytes = Array(text.utf8)
    case .credential(let name): bytes = try Self.read(name, or: { failure(owner, $0) })
    }
    // An editor's last newline is no part of it.
    let trimmed = Array(bytes.reversed().drop { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }.reversed())
    guard !trimmed.isEmpty else { throw failure(owner, "is empty; put the secret there") }
    return trimmed
  }

  private static func read(_ name: String, or failure: (String) -> SecretFailure) throws(SecretFailure)
    -> [UInt8]
  {
    guard let directory = ProcessEnvironment["CREDENTIALS_DIRECTORY"] else {
      throw failure(
        "cannot be read: there is no $CREDENTIALS_DIRECTORY; give the service this credential (deploy/README.md)"
      )
    }
    guard let file = FileHandle(forReadingAtPath: "\(directory)/\(name)"),
      let data = try? file.read(upToCount: longest + 1)
    else { throw failure("is not there; give the service this credential (deploy/README.md)") }
    guard data.count <= longest else {
      throw failure("has more than \(longest) bytes: it cannot be what is meant")
    }
    return Array(data)
  }

  /// What is wrong with it, in words that follow its name.
  public func failure(_ owner: String, _ words: String) -> SecretFailure {
    SecretFailure(description: "\(owner): \(self) \(words)")
  }
}
