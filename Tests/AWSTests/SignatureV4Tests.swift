// SPDX-License-Identifier: Apache-2.0
// AWS's published test suite for Signature Version 4, header signing, as in awslabs/aws-c-auth.

import Core
import Platform
import Testing

@testable import AWS

private let suiteTime = Timestamp(milliseconds: 1_440_938_160_000)
private let suiteToken =
  "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuw"
  + "thAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVX"
  + "AkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

private func suiteCredentials(token: String? = nil) -> Credentials {
  Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: token, expiration: nil)
}

/// One case of the suite.
struct SuiteCase: Sendable, CustomTestStringConvertible {
  let name: String
  var method = "GET"
  var target = "/"
  var headers: [(name: String, value: String)] = []
  var body = ""
  let signed: String
  let signature: String

  var testDescription: String { name }

  var request: HTTPRequest {
    HTTPRequest(
      method: method, url: "https://example.amazonaws.com\(target)", headers: headers, body: Array(body.utf8),
      mustNotRepeat: false, bypassesProxy: false,
      limits: HTTPLimits(connect: .zero, silence: .zero, total: .zero, responseBytes: 0))
  }
}

private let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
private let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

private let suite: [SuiteCase] = [
  SuiteCase(name: "get-vanilla", signed: "host;x-amz-date", signature: vanilla),
  SuiteCase(
    name: "get-header-key-duplicate",
    headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
    signed: "host;my-header1;x-amz-date",
    signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
  SuiteCase(
    name: "get-header-value-order",
    headers: [
      ("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"), ("My-Header1", "value2"),
    ],
    signed: "host;my-header1;x-amz-date",
    signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
  SuiteCase(
    name: "get-header-value-trim",
    headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
    signed: "host;my-header1;my-header2;x-amz-date",
    signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
  SuiteCase(
    name: "get-header-value-multiline", headers: [("My-Header1", "value1\r\n  value2\r\n     value3")],
    signed: "host;my-header1;x-amz-date",
    signature: "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"),
  SuiteCase(
    name: "get-unreserved", target: "/\(unreserved)", signed: "host;x-amz-date",
    signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
  SuiteCase(
    name: "get-utf8", target: "/ሴ", signed: "host;x-amz-date",
    signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
  SuiteCase(
    name: "get-vanilla-empty-query-key", target: "/?Param1=value1", signed: "host;x-amz-date",
    signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
  SuiteCase(
    name: "get-vanilla-query-order-key-case", target: "/?Param2=value2&Param1=value1",
    signed: "host;x-amz-date", signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
  SuiteCase(
    name: "get-vanilla-query-unreserved", target: "/?\(unreserved)=\(unreserved)", signed: "host;x-amz-date",
    signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
  SuiteCase(
    name: "get-vanilla-utf8-query", target: "/?ሴ=bar", signed: "host;x-amz-date",
    signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
  SuiteCase(
    name: "post-vanilla", method: "POST", signed: "host;x-amz-date",
    signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
  SuiteCase(
    name: "post-header-key-sort", method: "POST", headers: [("My-Header1", "value1")],
    signed: "host;my-header1;x-amz-date",
    signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
  SuiteCase(
    name: "post-header-value-case", method: "POST", headers: [("My-Header1", "VALUE1")],
    signed: "host;my-header1;x-amz-date",
    signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
  SuiteCase(
    name: "post-vanilla-query", method: "POST", target: "/?Param1=value1", signed: "host;x-amz-date",
    signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
  SuiteCase(
    name: "post-x-www-form-urlencoded", method: "POST",
    headers: [("Content-Type", "application/x-www-form-urlencoded")], body: "Param1=value1",
    signed: "content-type;host;x-amz-date",
    signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
  SuiteCase(
    name: "post-x-www-form-urlencoded-parameters", method: "POST",
    headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf8")], body: "Param1=value1",
    signed: "content-type;host;x-amz-date",
    signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
]

struct SignatureV4Tests {
  private let signer = SignatureV4(region: "us-east-1", service: "service")

  private func signed(_ request: HTTPRequest, token: String? = nil) -> HTTPRequest {
    var request = request
    signer.sign(&request, with: suiteCredentials(token: token), at: suiteTime)
    return request
  }

  @Test(arguments: suite)
  func `every case of AWS's suite gets the published signature`(_ expected: SuiteCase) {
    let request = signed(expected.request)
    #expect(request.header("X-Amz-Date") == "20150830T123600Z")
    #expect(
      request.header("Authorization")
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        + "SignedHeaders=\(expected.signed), Signature=\(expected.signature)")
  }

  @Test(
    arguments: [
      ("get-relative", "/example/.."), ("get-relative-relative", "/example1/example2/../.."),
      ("get-slash", "//"), ("get-slash-dot-slash", "/./"),
    ])
  func `paths that come to the root are signed like the root`(_ name: String, _ target: String) {
    let request = signed(SuiteCase(name: name, target: target, signed: "", signature: "").request)
    #expect(request.header("Authorization")?.hasSuffix(vanilla) == true)
  }

  @Test(
    arguments: [
      ("/./example", "/example"), ("//example//", "/example/"), ("/example space/", "/example%20space/"),
      ("/a/%20b", "/a/%2520b"), ("", "/"), ("/..", "/"), ("/a/./", "/a/"), ("/a/b/..", "/a/"),
    ])
  func `a canonical path is normal and encoded once more`(_ path: String, _ canonical: String) {
    #expect(CanonicalRequest.canonicalPath(path) == canonical)
  }

  @Test func `a token that is there before signing is signed, as in post-sts-header-before`() {
    let post = SuiteCase(name: "", method: "POST", signed: "", signature: "").request
    let authorization = signed(post, token: suiteToken).header("Authorization") ?? ""
    #expect(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"))
    #expect(authorization.hasSuffix("85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"))
  }

  @Test func `a token added after signing is not signed, as in post-sts-header-after`() {
    var request = signed(SuiteCase(name: "", method: "POST", signed: "", signature: "").request)
    request.headers.append(("X-Amz-Security-Token", suiteToken))
    let authorization = request.header("Authorization") ?? ""
    #expect(authorization.hasSuffix("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"))
  }

  @Test func `the canonical request and the string to sign are those of get-vanilla`() {
    var request = suite[0].request
    request.headers = [("X-Amz-Date", "20150830T123600Z")]
    let canonical = CanonicalRequest(request)
    #expect(
      canonical.text == """
        GET
        /

        host:example.amazonaws.com
        x-amz-date:20150830T123600Z

        host;x-amz-date
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        """)
    #expect(
      signer.stringToSign(canonical, at: SigningTime(suiteTime)) == """
        AWS4-HMAC-SHA256
        20150830T123600Z
        20150830/us-east-1/service/aws4_request
        bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63
        """)
  }

  @Test(
    arguments: [
      ("https://ssm.eu-west-1.amazonaws.com/", "host:ssm.eu-west-1.amazonaws.com\n"),
      ("https://host:443/", "host:host\n"), ("https://host:80/", "host:host:80\n"),
      ("http://127.0.0.1:4566/", "host:127.0.0.1:4566\n"), ("http://host:80", "host:host\n"),
      ("http://[::1]:5000/x?y=z", "host:[::1]:5000\n"),
    ])
  func `a port that is not the scheme's own is part of the host`(_ url: String, _ line: String) {
    var request = suite[0].request
    request.url = url
    let text = CanonicalRequest(request).text
    #expect(text.contains(line))
  }

  @Test func `headers that a proxy may change are not signed`() {
    var request = suite[0].request
    request.headers = [
      ("User-Agent", "rollwatch/1"), ("Expect", "100-continue"), ("Connection", "close"), ("TE", "trailers"),
      ("X-Amzn-Trace-Id", "Root=1"), ("Transfer-Encoding", "chunked"), ("Accept", "*/*"),
    ]
    #expect(CanonicalRequest(request).signedHeaders == "accept;host")
  }

  @Test func `a signing time has whole seconds`() {
    #expect(SigningTime(Timestamp(milliseconds: 1_440_938_160_999)).text == "20150830T123600Z")
    #expect(SigningTime(suiteTime).day == "20150830")
  }
}
