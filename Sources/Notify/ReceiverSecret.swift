// SPDX-License-Identifier: Apache-2.0

internal import Daemon
internal import Rules

extension SecretPlace {
  /// A URL that is kept there.
  func url(of receiver: String) throws(SecretFailure) -> String {
    let text = String(decoding: try secret(of: "receiver '\(receiver)'"), as: UTF8.self)
    if let mistake = mistake(inReceiverURL: text) {
      throw failure(
        "receiver '\(receiver)'", "holds a URL that \(mistake); put one there that begins with https://")
    }
    return text
  }

  /// A key that is kept there.
  func key(of receiver: String) throws(SecretFailure) -> [UInt8] {
    let key = try secret(of: "receiver '\(receiver)'")
    guard key.count >= 16 else {
      throw failure(
        "receiver '\(receiver)'",
        "holds \(key.count) bytes, too few for a key; make one with: openssl rand -hex 32")
    }
    return key
  }
}
