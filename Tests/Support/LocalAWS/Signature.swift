// SPDX-License-Identifier: Apache-2.0
// Signature Version 4 as the server sees it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

import Core
import Platform

/// The `Authorization` header of one request, taken apart.
struct Signature: Sendable {
  let accessKey: String
  let date: String
  let region: String
  let service: String
  let signedHeaders: [String]
  let signature: String

  /// Reads the header. Says in AWS's words what is missing.
  init(of request: HTTPRequest) throws(APIError) {
    guard let header = request.field("authorization") else {
      throw APIError("MissingAuthenticationTokenException", "Missing Authentication Token")
    }
    let scheme = "AWS4-HMAC-SHA256 "
    guard header.hasPrefix(scheme) else {
      throw APIError("IncompleteSignatureException", "Authorization header requires \(scheme)")
    }
    var fields: [Substring: Substring] = [:]
    for field in header.dropFirst(scheme.count).split(separator: ",") {
      let pair = field.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { fields[pair[0]] = pair[1] }
    }
    for name in ["Credential", "Signature", "SignedHeaders"] where fields[name[...]] == nil {
      throw APIError(
        "IncompleteSignatureException", "Authorization header requires '\(name)' parameter.")
    }
    let scope = (fields["Credential"] ?? "").split(separator: "/").map(String.init)
    guard scope.count == 5, scope[4] == "aws4_request" else {
      throw APIError(
        "IncompleteSignatureException", "Credential must have exactly 5 slash-delimited elements.")
    }
    (accessKey, date, region, service) = (scope[0], scope[1], scope[2], scope[3])
    signedHeaders = (fields["SignedHeaders"] ?? "").split(separator: ";").map(String.init)
    signature = String(fields["Signature"] ?? "")
  }

  /// Passes where `identity` signed exactly this request within 15 minutes of `now`.
  func check(_ request: HTTPRequest, by identity: Identity, at now: Timestamp) throws(APIError) {
    guard let stamp = request.field("x-amz-date"), let signed = DateText.readCompact(stamp) else {
      throw APIError(
        "IncompleteSignatureException", "Authorization header requires existence of 'X-Amz-Date'.")
    }
    try checkClock(signed, stamp, now)
    guard signedHeaders.contains("host") else {
      throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    }
    let scope = "\(date)/\(region)/\(service)/aws4_request"
    let canonical = SHA256.hash(canonicalRequest(request).utf8).hex
    let toSign = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(canonical)"
    let expected = SHA256.authenticate(toSign.utf8, key: signingKey(identity.secretKey)).hex
    guard expected == signature, stamp.hasPrefix(date) else {
      throw mismatch(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
          + "Access Key and signing method. Consult the service documentation for details.")
    }
  }

  private func checkClock(_ signed: Timestamp, _ stamp: String, _ now: Timestamp) throws(APIError) {
    let tolerance = Duration.seconds(900)
    let nowText = DateText.compact(now)
    if signed < now - tolerance {
      throw mismatch(
        "Signature expired: \(stamp) is now earlier than \(DateText.compact(now - tolerance)) "
          + "(\(nowText) - 15 min.)")
    }
    if signed > now + tolerance {
      throw mismatch(
        "Signature not yet current: \(stamp) is still later than \(DateText.compact(now + tolerance)) "
          + "(\(nowText) + 15 min.)")
    }
  }

  private func mismatch(_ message: String) -> APIError { APIError("InvalidSignatureException", message) }

  private func signingKey(_ secret: String) -> [UInt8] {
    var key = Array("AWS4\(secret)".utf8)
    for part in [date, region, service, "aws4_request"] { key = SHA256.authenticate(part.utf8, key: key) }
    return key
  }

  private func canonicalRequest(_ request: HTTPRequest) -> String {
    let target = request.target
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query = halves.count > 1 ? Self.sorted(halves[1]) : []
    let headers = signedHeaders.map { name in "\(name):\(canonicalValue(name, request))\n" }.joined()
    return [
      request.method, Self.encoded(String(halves[0])),
      query.joined(separator: "&"), headers,
      signedHeaders.joined(separator: ";"), SHA256.hash(request.body).hex,
    ].joined(separator: "\n")
  }

  private func canonicalValue(_ name: String, _ request: HTTPRequest) -> String {
    let values = request.headers.filter { $0.name.lowercased() == name }.map(\.value)
    if values.isEmpty, name == "host" { return request.authority }
    return values.map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: ",")
  }

  /// The fields of a query in the order of their names, then of their values.
  private static func sorted(_ query: Substring) -> [String] {
    let fields = query.split(separator: "&").map { field in
      let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: pair[0], value: pair.count > 1 ? pair[1] : "")
    }
    return fields.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map { "\($0.name)=\($0.value)" }
  }

  /// The path once more encoded, as every service but S3 wants it.
  private static func encoded(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let safe = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    let bytes = path.utf8.flatMap { byte in
      safe.contains(byte) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
  }
}

extension HTTPRequest {
  /// The first header field of that lower-case name.
  func field(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name }?.value
  }

  /// Host and port as the `Host` header has them when the transport writes it.
  var authority: String {
    String(afterScheme.prefix { $0 != "/" && $0 != "?" })
  }

  /// Path and query.
  var target: String {
    let rest = afterScheme.drop { $0 != "/" && $0 != "?" }
    return rest.isEmpty ? "/" : String(rest)
  }

  private var afterScheme: Substring {
    guard let colon = url.firstIndex(of: ":") else { return url[...] }
    return url[url.index(after: colon)...].drop { $0 == "/" }
  }
}
