// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform

/// A sign-in as `aws sso login` leaves it in `~/.aws/sso/cache`. Shared with AWS's own tools, so that whoever
/// renews it must write it back: the old refresh token may then be of no more use.
struct SignIn: Codable, Sendable, CustomStringConvertible, CustomReflectable {
  var startUrl: String?
  var region: String?
  var accessToken: String
  var expiresAt: String
  var clientId: String?
  var clientSecret: String?
  var registrationExpiresAt: String?
  var refreshToken: String?

  var expiration: Timestamp? { timestamp(internetTime: expiresAt) }
  var description: String { "SignIn(until \(expiresAt))" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The file of one sign-in.
struct SignInCache: Sendable {
  let path: String

  /// Named, as AWS's tools do, by the SHA-1 of the session's name or, without one, of the start URL.
  init(home: String, name: String) {
    path = "\(home)/.aws/sso/cache/\(SHA1.hash(name.utf8).hex).json"
  }

  /// The sign-in, or nothing where the file is not there or makes no sense: both are cured by signing in.
  func load() -> SignIn? {
    guard let bytes = try? readSmallFile(path, limit: 256 << 10) else { return nil }
    return try? JSONDecoder().decode(SignIn.self, from: Data(bytes))
  }

  /// Writes the sign-in so that it is there after a crash, readable by its owner only.
  func save(_ signIn: SignIn) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try replacePrivateFile(path, with: Array(encoder.encode(signIn)))
  }
}
