// SPDX-License-Identifier: Apache-2.0

import Platform

/// Opaque continuation tokens without memory: the place to go on from, scrambled, with a checksum that ties it to
/// the request it belongs to. A token of another request, or one that was tampered with, reads as nil.
enum PageToken {
  /// The token that goes on after `cursor` in a listing that `scope` describes.
  static func make(scope: String, cursor: String) -> String {
    let seal = seal(scope, cursor)
    return (seal + scrambled(Array(cursor.utf8), by: seal)).hex
  }

  /// The cursor of a token that was made for this very listing.
  static func read(_ token: String, scope: String) -> String? {
    let digits = Array(token.utf8)
    guard digits.count >= 24, digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    let (seal, rest) = (Array(bytes.prefix(12)), Array(bytes.dropFirst(12)))
    guard let cursor = String(validating: scrambled(rest, by: seal), as: UTF8.self) else { return nil }
    return Self.seal(scope, cursor) == seal ? cursor : nil
  }

  private static func seal(_ scope: String, _ cursor: String) -> [UInt8] {
    Array(SHA256.hash("\(scope)\u{0}\(cursor)".utf8).prefix(12))
  }

  private static func scrambled(_ bytes: [UInt8], by seal: [UInt8]) -> [UInt8] {
    bytes.enumerated().map { index, byte in byte ^ seal[index % seal.count] ^ UInt8(truncatingIfNeeded: index)
    }
  }
}
