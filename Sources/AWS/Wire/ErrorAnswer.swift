// SPDX-License-Identifier: Apache-2.0
// Every shape in which an error comes back. What the shapes have in common is the rule of AWS's own
// parsers: a header may overrule the body, a namespace and a link may surround the code, and anything else
// is no AWS error.

import Foundation
import Platform

/// The code, the words and the request's id of an answer that is not a success.
struct ErrorAnswer: Sendable, Hashable {
  /// AWS's name for the error, without a namespace; nil where this is no error of AWS's.
  let code: String?
  /// AWS's words, not yet shortened.
  let message: String?
  let requestID: String?

  /// An error's body is small; one that is not is none of AWS's.
  private static let sizeLimit = 256 << 10

  init(_ response: HTTPResponse) {
    let body = Self.parse(response.body)
    let header = response.header("x-amzn-query-error") ?? response.header("x-amzn-errortype")
    let isCodeOfHeader = response.header("x-amzn-query-error") != nil
    let bodyCode = body.code.flatMap(Self.bareCode)
    let headerCode = header.flatMap(Self.bareCode)
    code = isCodeOfHeader ? headerCode ?? bodyCode : bodyCode ?? headerCode
    message = body.message
    requestID = Self.requestID(response) ?? body.requestID.flatMap(Self.identifier)
  }

  /// The id of any answer, also of a success.
  static func requestID(_ response: HTTPResponse) -> String? {
    (response.header("x-amzn-requestid") ?? response.header("x-amz-request-id")).flatMap(identifier)
  }

  // MARK: The body

  private typealias Body = (code: String?, message: String?, requestID: String?)

  private static func parse(_ bytes: [UInt8]) -> Body {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard bytes.count <= sizeLimit else { return (nil, nil, nil) }
    if first == UInt8(ascii: "{"), let json = try? JSONDecoder().decode(JSONBody.self, from: Data(bytes)) {
      return (json.code, json.message, nil)
    }
    // A page of HTML is no XML, or has another root element.
    if let xml = try? XMLTree(bytes, sizeLimit: sizeLimit) { return parse(xml) }
    return (nil, nil, nil)
  }

  private static func parse(_ root: XMLTree) -> Body {
    guard root.name == "ErrorResponse" || root.name == "Response" || root.name == "Error" else {
      return (nil, nil, nil)
    }
    let error = root.name == "Error" ? root : root.child("Error") ?? root.descendant("Errors", "Error")
    let id = root.child("RequestId") ?? root.child("RequestID") ?? error?.child("RequestId")
    return (error?.child("Code")?.text, error?.child("Message")?.text, id?.text)
  }

  /// Members of other types than text are as good as absent.
  private struct JSONBody: Decodable {
    var code: String?
    var message: String?

    private enum CodingKeys: String, CodingKey {
      case type = "__type"
      case code
      case capitalCode = "Code"
      case message
      case capitalMessage = "Message"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      func text(_ keys: CodingKeys...) -> String? {
        keys.lazy.compactMap { try? container.decode(String.self, forKey: $0) }.first
      }
      code = text(.type, .code, .capitalCode)
      message = text(.message, .capitalMessage)
    }
  }

  // MARK: Names

  /// `com.amazon.coral.service#X`, `X:http://…` and `X;Sender` are all `X`.
  private static func bareCode(_ text: String) -> String? {
    let head = text.prefix { $0 != ":" && $0 != ";" }
    let name = head.lastIndex(of: "#").map { head[head.index(after: $0)...] } ?? head
    return identifier(String(trimmed(name)))
  }

  /// Text that can stand in a log: letters, digits, dots, dashes and underscores.
  private static func identifier(_ text: String) -> String? {
    let isPlain = text.utf8.allSatisfy {
      (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || "._-".utf8.contains($0)
    }
    return isPlain && (1...128).contains(text.utf8.count) ? text : nil
  }
}
