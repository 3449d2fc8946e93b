// SPDX-License-Identifier: Apache-2.0

import Core
import Platform

@testable import LocalAWS

/// Signs `POST /` the way the documentation describes it, line by line.
struct Signer {
  var accessKey: String
  var secretKey: String
  var region: String
  var service: String

  func sign(_ request: inout HTTPRequest, at now: Timestamp) {
    let stamp = DateText.compact(now)
    let day = String(stamp.prefix(8))
    request.headers.append(("X-Amz-Date", stamp))
    let headers = (request.headers + [(name: "Host", value: "127.0.0.1:4566")])
      .map { (name: $0.name.lowercased(), value: $0.value) }
      .sorted { $0.name < $1.name }
    let names = headers.map(\.name).joined(separator: ";")
    let canonical =
      "POST\n/\n\n" + headers.map { "\($0.name):\($0.value)\n" }.joined() + "\n\(names)\n"
      + SHA256.hex(SHA256.digest(request.body))
    let scope = "\(day)/\(region)/\(service)/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n" + SHA256.hex(SHA256.digest(Array(canonical.utf8)))
    var key = Array("AWS4\(secretKey)".utf8)
    for part in [day, region, service, "aws4_request", text] { key = SHA256.hmac(key: key, Array(part.utf8)) }
    request.headers.append(
      (
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(names), Signature=\(SHA256.hex(key))"
      ))
  }
}
