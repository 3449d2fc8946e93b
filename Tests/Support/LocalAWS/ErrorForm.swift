// SPDX-License-Identifier: Apache-2.0

/// How an error is written: each service has its own way.
struct ErrorForm: Sendable {
  let status: Int
  let contentType: String
  let code: String
  let body: [UInt8]

  init(_ error: APIError, of service: AWSService?) {
    guard service?.queryVersion != nil else {
      status = error.status
      contentType = "application/x-amz-json-1.1"
      code = error.code
      let type = Self.common.keys.contains(error.code) ? "com.amazon.coral.service#\(error.code)" : error.code
      let member = service == .secretsmanager ? "Message" : "message"
      body =
        JSON.object([JSON.Member("__type", .string(type)), JSON.Member(member, .string(error.message))]).bytes
      return
    }
    code = Self.common[error.code] ?? error.code
    status = Self.common[error.code] == nil ? error.status : 403
    contentType = "text/xml"
    body = Array(
      ("<ErrorResponse><Error><Type>Sender</Type>"
        + "<Code>\(code)</Code><Message>\(Self.escaped(error.message))</Message></Error>"
        + "<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>").utf8)
  }

  /// Errors that come from in front of the services, and what the query protocol calls them.
  private static let common = [
    "UnrecognizedClientException": "InvalidClientTokenId",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "IncompleteSignatureException": "IncompleteSignature",
    "ExpiredTokenException": "ExpiredToken",
    "AccessDeniedException": "AccessDenied",
  ]

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
