// SPDX-License-Identifier: Apache-2.0
// AWS Signature Version 4 as a pure function: the same request, key and time always give the same header.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

public import Core
public import Platform

/// Signs requests for one service in one Region.
public struct SignatureV4: Sendable {
  /// The Region in the credential's scope.
  public let region: String
  /// The service's signing name, such as `ssm`.
  public let service: String
  /// The key of the day: it takes four of the five codes that a signature is made of.
  private let lastKey = Locked<SigningKey?>(nil)

  /// Signs for this service in this Region.
  public init(region: String, service: String) {
    self.region = region
    self.service = service
  }

  /// Adds `X-Amz-Date`, `X-Amz-Security-Token` where there is a token, and `Authorization`. Every header
  /// that the request already has is signed, but for those that proxies may change.
  public func sign(_ request: inout HTTPRequest, with credentials: Credentials, at time: Timestamp) {
    let time = SigningTime(time)
    request.headers.append(("X-Amz-Date", time.text))
    if let token = credentials.sessionToken { request.headers.append(("X-Amz-Security-Token", token)) }
    request.headers.append(("Authorization", authorization(for: request, with: credentials, at: time)))
  }

  /// The value of the `Authorization` header for a request that has every other header that is to be signed.
  private func authorization(
    for request: HTTPRequest, with credentials: Credentials, at time: SigningTime
  ) -> String {
    let canonical = CanonicalRequest(request)
    let key = signingKey(credentials.secretAccessKey, on: time.day)
    let signature = SHA256.authenticate(stringToSign(canonical, at: time).utf8, key: key.bytes)
    return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(on: time.day)), "
      + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature.hex)"
  }

  /// What is signed: the algorithm, the time, the scope and the digest of the canonical request.
  func stringToSign(_ canonical: CanonicalRequest, at time: SigningTime) -> String {
    let digest = SHA256.hash(canonical.text.utf8).hex
    return "AWS4-HMAC-SHA256\n\(time.text)\n\(scope(on: time.day))\n\(digest)"
  }

  private func scope(on day: String) -> String { "\(day)/\(region)/\(service)/aws4_request" }

  private func signingKey(_ secret: String, on day: String) -> SigningKey {
    lastKey.withLock { last in
      if let last, last.day == day, last.secret == secret { return last }
      var key = Array("AWS4\(secret)".utf8)
      for part in [day, region, service, "aws4_request"] {
        key = SHA256.authenticate(part.utf8, key: key)
      }
      let new = SigningKey(secret: secret, day: day, bytes: key)
      last = new
      return new
    }
  }
}

/// A key for one day, Region and service, from which nobody can get back to the secret.
private struct SigningKey: Sendable {
  let secret: String
  let day: String
  let bytes: [UInt8]
}

/// The basic format of ISO 8601, whole seconds, UTC.
struct SigningTime {
  /// `20150830T123600Z`
  let text: String
  /// `20150830`
  let day: String

  init(_ time: Timestamp) {
    let digits = time.description.utf8.prefix(19).filter {
      $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":")
    }
    text = String(decoding: digits, as: UTF8.self) + "Z"
    day = String(decoding: digits.prefix(8), as: UTF8.self)
  }
}
