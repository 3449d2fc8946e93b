// SPDX-License-Identifier: Apache-2.0

import Platform

extension HTTPRequest {
  /// A request to a service on this machine or its link: no proxy, little time, a small answer.
  static func local(
    _ method: String, _ url: String, headers: [(name: String, value: String)], timeout: Duration
  ) -> HTTPRequest {
    HTTPRequest(
      method: method, url: url, headers: headers, body: [], mustNotRepeat: false, bypassesProxy: true,
      limits: HTTPLimits(
        connect: timeout, silence: timeout, total: timeout + timeout, responseBytes: 64 << 10))
  }
}

/// Whether the text can be sent as a header: a line break in it would begin another header.
func isHeaderValue(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
}
