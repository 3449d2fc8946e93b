// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation

/// The JSON in which a container's endpoint, the instance metadata service and `credential_process` hand out
/// credentials. They differ in the name of the token alone.
struct CredentialsDocument: Decodable {
  private let version: Int?
  private let code: String?
  private let accessKeyID: String?
  private let secretAccessKey: String?
  private let sessionToken: String?
  private let token: String?
  private let expiration: String?

  private enum CodingKeys: String, CodingKey {
    case version = "Version"
    case code = "Code"
    case accessKeyID = "AccessKeyId"
    case secretAccessKey = "SecretAccessKey"
    case sessionToken = "SessionToken"
    case token = "Token"
    case expiration = "Expiration"
  }

  /// The credentials in `json`. `place` begins every message; nothing of the document itself gets into one but
  /// the error code that stands in place of credentials.
  static func credentials(
    in json: [UInt8], from place: String, requiresVersion: Bool
  ) throws(CredentialsFailure) -> Credentials {
    guard let document = try? JSONDecoder().decode(Self.self, from: Data(json)) else {
      throw CredentialsFailure(message: "\(place) did not answer with credentials in JSON", isTransient: true)
    }
    if requiresVersion, document.version != 1 {
      throw CredentialsFailure(
        message: "\(place) printed no document of \"Version\": 1; see AWS's page on credential_process",
        isTransient: false)
    }
    return try document.credentials(from: place)
  }

  private func credentials(from place: String) throws(CredentialsFailure) -> Credentials {
    if let code, code != "Success", accessKeyID == nil {
      throw CredentialsFailure(
        message: "\(place) answered with the error \(printable(code))", isTransient: true)
    }
    guard let accessKeyID, let secretAccessKey, !accessKeyID.isEmpty, !secretAccessKey.isEmpty else {
      let missing = accessKeyID?.isEmpty == false ? "SecretAccessKey" : "AccessKeyId"
      throw CredentialsFailure(message: "\(place) answered without \(missing)", isTransient: true)
    }
    let expires = expiration.flatMap(timestamp(internetTime:))
    if expiration != nil, expires == nil {
      throw CredentialsFailure(message: "\(place) gave an Expiration that is no time", isTransient: false)
    }
    return Credentials(
      accessKeyID: accessKeyID, secretAccessKey: secretAccessKey,
      sessionToken: nonEmpty(sessionToken ?? token),
      expiration: expires)
  }
}

/// Text from outside for a message: short, and without control characters.
func printable(_ text: some StringProtocol) -> String {
  String(text.prefix(200).map { ($0.unicodeScalars.first?.value ?? 0) < 0x20 || $0 == "\u{7F}" ? " " : $0 })
}
