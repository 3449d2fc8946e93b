// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Testing

struct JSONReaderTests {
  private func string(_ text: String) throws -> String {
    try JSONReader.read(Array(text.utf8)) { (json) throws(JSONFailure) in try json.string() }
  }

  private func skip(_ text: String) throws {
    try JSONReader.read(Array(text.utf8)) { (json) throws(JSONFailure) in try json.skip() }
  }

  @Test(
    arguments: [
      (#""a""#, "a"), (#" "é€😀" "#, "é€😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
      (#""\u00e9\u20AC\ud83d\ude00""#, "é€😀"), (#""""#, ""), (#""a\u0000b""#, "a\u{0}b"),
    ])
  func `text is read with its escapes`(_ json: String, _ text: String) throws {
    #expect(try string(json) == text)
  }

  @Test(
    arguments: [
      #""a"#, #""\"#, #""\x""#, #""\u12""#, #""\u+123""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#,
      #""\ude00""#, "\"\n\"", "7", "null", "", #""a" b"#, #""\"""# + "\\",
    ])
  func `text that is none is refused`(_ json: String) {
    #expect(throws: JSONFailure.self) { try string(json) }
  }

  @Test(
    arguments: [
      "{}", "[]", "1", "-1.5e+3", "true", "false", "null", #""x""#, #"{"a":[1,{"b":null}],"c":"\"}"}"#,
      " [ 1 , 2 ] ",
    ])
  func `any value can be passed over`(_ json: String) throws {
    try skip(json)
  }

  @Test(
    arguments: [
      "", "{", "[", "{a:1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "[1,]", "[1 2]", "tru", "nul", "1 1", "}",
      "+1", ".5", "01", "-00.1", "1.", "1.e5", "1e", "1e+", #"{"a":1"#, #"["a"#, "\u{0}", "[1]]",
    ])
  func `what is not JSON is refused, also where it is passed over`(_ json: String) {
    #expect(throws: JSONFailure.self) { try skip(json) }
  }

  @Test func `a document nested a hundred thousand deep is refused`() {
    #expect(throws: JSONFailure.self) {
      try skip(String(repeating: "[", count: 100_000))
    }
  }

  @Test(arguments: ["1.5", "9223372036854775808", "1e3", "\"1\"", "null", "--1", "-"])
  func `a number that is no integer is refused`(_ json: String) {
    #expect(throws: JSONFailure.self) {
      try JSONReader.read(Array(json.utf8)) { (json) throws(JSONFailure) in try json.integer() }
    }
  }

  @Test func `a failure says where it is, and repeats no name that is data`() {
    let failure = #expect(throws: JSONFailure.self) {
      try JSONReader.read(Array(#"{"Parameters":[{},{"Name":7}]}"#.utf8)) { (json) throws(JSONFailure) in
        try json.object { (_, json) throws(JSONFailure) in
          try json.array { (json) throws(JSONFailure) in
            try json.object { (_, json) throws(JSONFailure) in _ = try json.string() }
          }
        }
      }
    }
    #expect(failure?.description == "Parameters[1].Name: not text")
    let hostile = #expect(throws: JSONFailure.self) { try skip(#"{"not a member's name":"x"#) }
    #expect(hostile?.description == "…: not JSON: text is not closed")
  }

  @Test(arguments: [#""\\\\""#, #""\"""#, #""\\\"""#, #""a\"b\\""#])
  func `a quote after a backslash closes nothing, one after two does`(_ json: String) throws {
    let expected = try JSONDecoder().decode([String].self, from: Data("[\(json)]".utf8))
    #expect(try [string(json)] == expected)
  }

  @Test func `a megabyte of escapes is read in one pass`() throws {
    let escapes = String(repeating: #"\\"#, count: 500_000)
    #expect(try string("\"\(escapes)\"").utf8.count == 500_000)
  }

  @Test func `a member is told by its name and by no part of it`() throws {
    var seen: [String] = []
    try JSONReader.read(Array(#"{"Name":1,"Names":2,"Nam":3,"name":4,"N\u0061me":5}"#.utf8)) {
      (json) throws(JSONFailure) in
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "Name": seen.append("Name=\(try json.integer())")
        default: try json.skip()
        }
      }
    }
    #expect(seen == ["Name=1"])
  }
}
