// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LocalAWS

struct FormTests {
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

  @Test(arguments: ["", "{", "[1,]", "{\"a\" 1}", "01", "+1", "-", "\"\\ud800\"", "nul", "{} x"])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSON(reading: Array(text.utf8)) }
  }

  @Test func `escapes stand for their characters`() throws {
    let value = try JSON(reading: Array(#""\ud83d\ude00\n\u00e4""#.utf8))
    #expect(value.string == "😀\nä")
  }
}
