// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Testing

@testable import AWS

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
      "+1", ".5", #"{"a":1"#, #"["a"#, "\u{0}", "[1]]",
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

  @Test(
    arguments: [
      ("1581968848.926", 1_581_968_848_926, true), ("1795411608", 1_795_411_608_000, false),
      ("1.795411608361E9", 1_795_411_608_361, true), ("1763870393.5", 1_763_870_393_500, true),
      ("0", 0, false), ("1551780397.8664", 1_551_780_397_866, true),
    ])
  func `a time is seconds with a fraction`(_ json: String, _ milliseconds: Int64, _ hasFraction: Bool) throws
  {
    let time = try JSONReader.read(Array(json.utf8)) { (json) throws(JSONFailure) in try json.time() }
    #expect(time.timestamp.milliseconds == milliseconds && time.hasFraction == hasFraction)
    let decoded = try JSONDecoder().decode([WireTime].self, from: Data("[\(json)]".utf8))
    #expect(decoded == [time])
  }

  @Test(arguments: ["1e400", "-1e300", "1e18", "nan", "\"2026-11-23\""])
  func `a time beyond all time is refused`(_ json: String) {
    #expect(throws: JSONFailure.self) {
      try JSONReader.read(Array(json.utf8)) { (json) throws(JSONFailure) in try json.time() }
    }
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode([WireTime].self, from: Data("[\(json)]".utf8))
    }
  }

  @Test func `a failure says where it is, and repeats no name that is data`() {
    let failure = JSONFailure(
      message: "not text", path: [.member("Parameters"), .index(3), .member("Name")])
    #expect("\(failure)" == "Parameters[3].Name: not text")
    #expect(throws: JSONFailure(message: "not JSON: text is not closed", path: [.member("…")])) {
      try skip(#"{"not a member's name":"x"#)
    }
  }
}
