// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LocalAWS

struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `SHA-256 agrees with FIPS 180-4`(message: String, digest: String) {
    #expect(SHA256.hex(SHA256.digest(Array(message.utf8))) == digest)
  }

  @Test func `HMAC agrees with RFC 4231, case 2`() {
    let digest = SHA256.hmac(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
    #expect(
      SHA256.hex(digest) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func `a page token is opaque and reads back only where it was made`() {
    let token = PageToken.make(scope: "list a", cursor: "/staging/ä")
    #expect(PageToken.read(token, scope: "list a") == "/staging/ä")
    #expect(PageToken.read(token, scope: "list b") == nil)
    #expect(PageToken.read(token + "00", scope: "list a") == nil)
    #expect(!token.contains("staging"))
  }

  @Test(arguments: [
    #"{"a":[1,-2.5,true,false,null,"x"]}"#, #""\u0001\"\\""#, #"{"":{}}"#, "[]", "1.5",
  ])
  func `JSON is written as it was read`(text: String) throws {
    #expect(try JSON(reading: Array(text.utf8)).text == text)
  }

  @Test(arguments: ["", "{", "[1,]", "{\"a\" 1}", "01x", "\"\\ud800\"", "nul", "{} x"])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSON(reading: Array(text.utf8)) }
  }

  @Test func `escapes stand for their characters`() throws {
    let value = try JSON(reading: Array(#""\ud83d\ude00\n\u00e4""#.utf8))
    #expect(value.string == "😀\nä")
  }
}
