// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import AWS

/// An answer, and what it must be understood as.
struct ErrorShape: Sendable, CustomTestStringConvertible {
  let name: String
  var status = 400
  var headers: [(name: String, value: String)] = []
  let body: String
  let code: String?
  var message: String?
  var requestID: String?
  let kind: AWSFailure.Kind

  var testDescription: String { name }

  var response: HTTPResponse { HTTPResponse(status: status, headers: headers, body: Array(body.utf8)) }
}

private let shapes: [ErrorShape] = [
  ErrorShape(
    name: "a bare type", headers: [("x-amzn-RequestId", "6f0a-1")],
    body: #"{"__type":"ThrottlingException","message":"Rate exceeded"}"#, code: "ThrottlingException",
    message: "Rate exceeded", requestID: "6f0a-1", kind: .throttled),
  ErrorShape(
    name: "a type with a namespace and a capital message",
    body:
      #"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"User: u is not authorized"}"#,
    code: "AccessDeniedException", message: "User: u is not authorized", kind: .denied),
  ErrorShape(
    name: "a type with a link", body: #"{"__type":"InvalidFilterKey:http://internal.amazon.com/coral/x#y/"}"#,
    code: "InvalidFilterKey", kind: .invalid),
  ErrorShape(
    name: "both spellings of the message",
    body: #"{"__type":"ServiceNotFoundException","message":"a","Message":"b"}"#,
    code: "ServiceNotFoundException", message: "a", kind: .notFound),
  ErrorShape(
    name: "a header with the code alone", headers: [("X-Amzn-ErrorType", "ExpiredTokenException:http://x/")],
    body: "{}", code: "ExpiredTokenException", kind: .credentials),
  ErrorShape(
    name: "a header of an old query service overrules the body",
    headers: [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")],
    body: #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#,
    code: "AWS.SimpleQueueService.NonExistentQueue", message: "gone", kind: .notFound),
  ErrorShape(
    name: "the code as code", body: #"{"code":"UnrecognizedClientException","message":null}"#,
    code: "UnrecognizedClientException", kind: .credentials),
  ErrorShape(
    name: "XML of a query service", status: 403,
    body: """
      <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not &lt;you&gt;</Message></Error>
        <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
      </ErrorResponse>
      """, code: "AccessDenied", message: "not <you>",
    requestID: "c6104cbe-af31-11e0-8154-cbc7ccf896c7", kind: .denied),
  ErrorShape(
    name: "XML for a JSON service", status: 403, headers: [("Content-Type", "text/html; charset=utf-8")],
    body: """
      <?xml version="1.0" encoding="utf-8"?>
      <ErrorResponse><Errors><Error><Code>InvalidClientTokenId</Code><Message>The security token included in \
      the request is invalid.</Message><Type>Sender</Type></Error></Errors></ErrorResponse>
      """, code: "InvalidClientTokenId",
    message: "The security token included in the request is invalid.", kind: .credentials),
  ErrorShape(
    name: "XML of EC2's kind",
    body:
      "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors><RequestID>r</RequestID></Response>",
    code: "RequestLimitExceeded", requestID: "r", kind: .throttled),
  ErrorShape(
    name: "a page of HTML", status: 500, body: "<!doctype html><html lang=en><title>500</title><p>Oops</p>",
    code: nil, kind: .transient),
  ErrorShape(name: "a proxy's 502", status: 502, body: "Bad Gateway", code: nil, kind: .transient),
  ErrorShape(name: "nothing at all", status: 403, body: "", code: nil, kind: .denied),
  ErrorShape(name: "no AWS behind this address", status: 404, body: "Not Found", code: nil, kind: .invalid),
  ErrorShape(name: "too many requests", status: 429, body: "", code: nil, kind: .throttled),
  ErrorShape(
    name: "an unknown code", body: #"{"__type":"NewException"}"#, code: "NewException", kind: .invalid),
  ErrorShape(
    name: "an unknown code of a server", status: 500, body: #"{"__type":"NewException"}"#,
    code: "NewException", kind: .transient),
  ErrorShape(name: "cut JSON", body: #"{"__type":"Thrott"#, code: nil, kind: .invalid),
  ErrorShape(name: "members of other types", body: #"{"__type":7,"message":[]}"#, code: nil, kind: .invalid),
  ErrorShape(
    name: "a code that is no name", body: #"{"__type":"<script>\n","message":"m"}"#, code: nil, message: "m",
    kind: .invalid),
  ErrorShape(
    name: "deep nesting", body: String(repeating: #"{"a":"#, count: 5_000), code: nil, kind: .invalid),
  ErrorShape(
    name: "a megabyte", body: #"{"__type":"X","message":""# + String(repeating: "a", count: 1 << 20) + "\"}",
    code: nil, kind: .invalid),
  ErrorShape(name: "a redirection", status: 301, body: "", code: nil, kind: .malformedAnswer),
]

struct ErrorAnswerTests {
  @Test(arguments: shapes)
  func `every shape of an error is understood`(_ shape: ErrorShape) {
    let error = ErrorAnswer(shape.response)
    #expect(error.code == shape.code && error.message == shape.message && error.requestID == shape.requestID)
    #expect(AWSFailure.Kind(code: error.code, status: shape.status) == shape.kind)
  }

  @Test func `words from outside are one short line`() {
    let text = foreignText(String(repeating: "a\u{1B}[31m\nb\u{202E}", count: 200), without: [])
    #expect(text.count == 500 && !text.contains { $0.isNewline || $0 == "\u{1B}" || $0 == "\u{202E}" })
    #expect(foreignText("", without: []).isEmpty)
    #expect(foreignText("\n\n", without: []).isEmpty)
  }

  @Test func `a failure reads as one line`() {
    let failure = AWSFailure(
      kind: .denied, operation: "ssm:DescribeParameters", code: "AccessDeniedException", message: "no",
      requestID: "r-1", status: 400, mayHaveTakenEffect: false, attempts: 2)
    #expect("\(failure)" == "ssm:DescribeParameters: AccessDeniedException: no (2 attempts, request r-1)")
  }
}
