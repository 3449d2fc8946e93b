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

  /// Signs for this service in this Region.
  public init(region: String, service: String) {
    self.region = region
    self.service = service
  }

  /// Adds `X-Amz-Date`, `X-Amz-Security-Token` where there is a token, and `Authorization`. Every header that the
  /// request already has is signed, but for those that proxies may change.
  public func sign(_ request: inout HTTPRequest, with credentials: Credentials, at time: Timestamp) {
    request.headers.append(("X-Amz-Date", SigningTime(time).text))
    if let token = credentials.sessionToken { request.headers.append(("X-Amz-Security-Token", token)) }
    request.headers.append(("Authorization", authorization(for: request, with: credentials, at: time)))
  }

  /// The value of the `Authorization` header for a request that has every other header that is to be signed.
  func authorization(
    for request: HTTPRequest, with credentials: Credentials, at time: Timestamp
  ) -> String {
    let canonical = CanonicalRequest(request)
    let key = signingKey(credentials.secretAccessKey, on: SigningTime(time).day)
    let signature = SHA256.authenticate(stringToSign(canonical, at: time).utf8, key: key)
    return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(at: time)), "
      + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature.hex)"
  }

  /// What is signed: the algorithm, the time, the scope and the digest of the canonical request.
  func stringToSign(_ canonical: CanonicalRequest, at time: Timestamp) -> String {
    let digest = SHA256.hash(canonical.text.utf8).hex
    return "AWS4-HMAC-SHA256\n\(SigningTime(time).text)\n\(scope(at: time))\n\(digest)"
  }

  private func scope(at time: Timestamp) -> String {
    "\(SigningTime(time).day)/\(region)/\(service)/aws4_request"
  }

  /// A key for one day, Region and service, from which nobody can get back to the secret.
  private func signingKey(_ secret: String, on day: String) -> [UInt8] {
    var key = Array("AWS4\(secret)".utf8)
    for part in [day, region, service, "aws4_request"] {
      key = SHA256.authenticate(part.utf8, key: key)
    }
    return key
  }
}

/// The basic format of ISO 8601, whole seconds, UTC: `20150830T123600Z`.
struct SigningTime {
  let text: String

  init(_ time: Timestamp) {
    text = time.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
  }

  /// `20150830`
  var day: String { String(text.prefix(8)) }
}
