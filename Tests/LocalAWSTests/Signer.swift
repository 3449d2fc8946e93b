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
  var authority: String

  func sign(_ request: inout HTTPRequest, at now: Timestamp) {
    let stamp = DateText.compact(now)
    let day = String(stamp.prefix(8))
    request.headers.append(("X-Amz-Date", stamp))
    let headers = (request.headers + [(name: "Host", value: authority)])
      .map { (name: $0.name.lowercased(), value: $0.value) }
      .sorted { $0.name < $1.name }
    let names = headers.map(\.name).joined(separator: ";")
    let canonical =
      "POST\n/\n\n" + headers.map { "\($0.name):\($0.value)\n" }.joined() + "\n\(names)\n"
      + SHA256.hash(request.body).hex
    let scope = "\(day)/\(region)/\(service)/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n" + SHA256.hash(canonical.utf8).hex
    var key = Array("AWS4\(secretKey)".utf8)
    for part in [day, region, service, "aws4_request", text] {
      key = SHA256.authenticate(part.utf8, key: key)
    }
    request.headers.append(
      (
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(names), Signature=\(key.hex)"
      ))
  }
}
