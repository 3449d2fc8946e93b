// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Testing

@testable import AWS

/// The shared files' dialect. What the AWS command line makes of these texts was taken from botocore 1.43.
struct ConfigurationFileTests {
  struct Text: Sendable, CustomTestStringConvertible {
    let what: String
    let text: String
    let section: [String]
    let expected: [String: String]
    var testDescription: String { what }
  }

  static let readable = [
    Text(
      what: "plain settings", text: "[default]\nregion = eu-west-1\noutput=json\n", section: ["default"],
      expected: ["region": "eu-west-1", "output": "json"]),
    Text(
      what: "Windows line ends and a byte order mark", text: "\u{FEFF}[profile a]\r\nregion = x\r\n",
      section: ["profile", "a"], expected: ["region": "x"]),
    Text(
      what: "comments at the start of a line only",
      text: "# c\n[default]\n; c\n  # c\nrole_session_name = a # b ; c\n", section: ["default"],
      expected: ["role_session_name": "a # b ; c"]),
    Text(
      what: "a comment after a header", text: "[default] # mine\nregion = x", section: ["default"],
      expected: ["region": "x"]),
    Text(
      what: "keys in any case", text: "[default]\nRegion = x\nAWS_Access_Key_ID = A", section: ["default"],
      expected: ["region": "x", "aws_access_key_id": "A"]),
    Text(
      what: "a colon for the equals sign, further ones in the value",
      text: "[default]\nregion: x\nrole_arn = arn:aws:iam::1:role/a=b", section: ["default"],
      expected: ["region": "x", "role_arn": "arn:aws:iam::1:role/a=b"]),
    Text(
      what: "a value that goes on, over comments and empty lines",
      text: "[default]\ncredential_process = a\n  b\n\n  # no\n  c = d\nregion = x", section: ["default"],
      expected: ["credential_process": "a\nb\nc = d", "region": "x"]),
    Text(
      what: "indented settings below a header", text: "[default]\n  region = x\n  output = y\n",
      section: ["default"], expected: ["region": "x", "output": "y"]),
    Text(
      what: "a quoted name", text: "[profile \"my work\"]\nregion = x", section: ["profile", "my work"],
      expected: ["region": "x"]),
    Text(
      what: "white space in a header", text: "[ profile\tb ]\nregion = x", section: ["profile", "b"],
      expected: ["region": "x"]),
    Text(
      what: "a section given twice, its last value",
      text: "[default]\nregion = x\na = 1\n[profile b]\n[default]\nregion = y\n", section: ["default"],
      expected: ["region": "y", "a": "1"]),
    Text(
      what: "an empty value", text: "[default]\nregion =\n", section: ["default"], expected: ["region": ""]),
    Text(what: "no line end at the end", text: "[a]", section: ["a"], expected: [:]),
  ]

  @Test(arguments: readable)
  func `a section reads as AWS's tools read it`(_ text: Text) throws {
    let sections = try SharedFileParser.sections(of: text.text, path: "config")
    let found = try #require(sections[text.section])
    #expect(found.settings.mapValues(\.text) == text.expected)
  }

  @Test func `an indented block below an empty value is a table of its own`() throws {
    let text =
      "[services local]\nssm =\n  endpoint_url = http://a:1\n  x = y = z\necs = \n  endpoint_url = http://b\n"
    let section = try #require(
      try SharedFileParser.sections(of: text, path: "config")[["services", "local"]])
    #expect(section["ssm"]?.block == ["endpoint_url": "http://a:1", "x": "y = z"])
    #expect(section["ecs"]?.block == ["endpoint_url": "http://b"])
  }

  @Test(
    arguments: [
      ("region = x", "config:1: a setting before any section"),
      ("[default]\nregion", "config:2: neither a section nor a setting"),
      ("[default]\n = x", "config:2: neither a section nor a setting"),
      ("\n[default", "config:2: the section header has no closing bracket"),
      ("[default] region = x", "config:1: text after the section header"),
      ("[]", "config:1: the section has no name"),
      ("[profile \"a]", "config:1: the section has no name or an open quote"),
      ("[default]\nregion =\n  eu-west-1", "config:3: the lines below \"region =\" have to be KEY = VALUE"),
    ])
  func `a mistake is told with its line and its cure`(_ text: String, _ expected: String) async {
    let message = await message { try SharedFileParser.sections(of: text, path: "config") }
    #expect(message.hasPrefix(expected))
    #expect(message.contains(";"))
  }

  @Test func `a mistake never quotes the line it is in`() async {
    let text = "[default]\naws_secret_access_key\n  wJalrXUtnFEMI"
    let message = await message { try SharedFileParser.sections(of: text, path: "config") }
    #expect(message.hasPrefix("config:2") && !message.contains("wJalr") && !message.contains("secret"))
  }

  @Test func `a setting's value is in no description and no dump`() throws {
    let section = try SharedFileParser.sections(of: "[a]\naws_secret_access_key = wJalrXUtnFEMI", path: "f")
    var dumped = ""
    dump(section, to: &dumped)
    #expect(!dumped.contains("wJalr") && !"\(section)".contains("wJalr") && dumped.contains("f:2"))
  }

  @Test(
    arguments: [
      ("a b  c", ["a", "b", "c"]), ("a 'b c' d", ["a", "b c", "d"]),
      ("a \"b \\\"c\\\" \\d\"", ["a", "b \"c\" \\d"]),
      ("a\\ b", ["a b"]), ("''", [""]), ("a'b'\"c\"", ["abc"]), ("'a\\'", ["a\\"]), ("", []),
    ])
  func `words are split as a shell does`(_ text: String, _ words: [String]) {
    #expect(shellWords(text) == words)
  }

  @Test(arguments: ["'a", "a \"b", "a\\"])
  func `an open quote is no word`(_ text: String) {
    #expect(shellWords(text) == nil)
  }

  // MARK: Files

  @Test func `files that are not there are empty`() throws {
    let shared = try SharedConfiguration.load(environment: [:], home: "/nowhere")
    #expect(shared.profiles.isEmpty)
    #expect(try SharedConfiguration.load(environment: [:], home: nil).profiles.isEmpty)
    let none = ["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"]
    #expect(try SharedConfiguration.load(environment: none, home: nil).profiles.isEmpty)
  }

  @Test func `the credentials file wins over the config file, key by key`() throws {
    let home = Home()
    try home.write(
      ".aws/config", "[profile a]\nregion = x\naws_access_key_id = C\n[sso-session s]\n[services v]\nq =\n")
    try home.write(".aws/credentials", "[a]\naws_access_key_id = D\n[profile b]\n")
    let shared = try SharedConfiguration.load(environment: [:], home: home.path)
    #expect(shared.profiles["a"]?["region"]?.text == "x")
    #expect(shared.profiles["a"]?["aws_access_key_id"]?.text == "D")
    #expect(shared.profiles["b"] == nil)
    #expect(shared.ssoSessions["s"] != nil && shared.services["v"] != nil)
  }

  @Test(arguments: [
    "[profile default]\nregion = a\n[default]\nregion = b",
    "[default]\nregion = b\n[profile default]\nregion = a",
  ])
  func `the default profile with the word profile stands`(_ text: String) throws {
    let home = Home()
    try home.write(".aws/config", text)
    #expect(
      try SharedConfiguration.load(environment: [:], home: home.path).profiles["default"]?["region"]?.text
        == "a")
  }

  @Test func `a file may be elsewhere, also below the home directory`() throws {
    let home = Home()
    try home.write("other", "[default]\nregion = x")
    let shared = try SharedConfiguration.load(environment: ["AWS_CONFIG_FILE": "~/other"], home: home.path)
    #expect(shared.profiles["default"]?["region"]?.text == "x")
  }

  @Test func `a file that is too large, not text or no file is an error`() async throws {
    let home = Home()
    func failure(_ path: String) async -> String {
      await message { try SharedConfiguration.load(environment: ["AWS_CONFIG_FILE": path], home: home.path) }
    }
    let large = try home.write("large", String(repeating: "#", count: (1 << 20) + 1))
    #expect(await failure(large).contains("larger than 1048576 bytes"))
    let binary = home.path + "/binary"
    try Data([0x5B, 0x61, 0x5D, 0x0A, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: binary))
    #expect(await failure(binary) == "\(binary):2: not UTF-8 text; save the file as UTF-8")
    #expect(await failure(home.path).contains("not a regular file"))
    #expect(await failure("/dev/zero").contains("not a regular file"))
  }

  @Test func `a hostile file ends soon`() async throws {
    let lines = 1 << 17
    let nested = "[a]\nx = y\n" + String(repeating: " [\n", count: lines)
    #expect(try SharedFileParser.sections(of: nested, path: "f")[["a"]]?["x"]?.text.count ?? 0 > lines)
  }

  @Test func `no text makes the parser fail otherwise than by an error`() {
    var random = SeededGenerator(seed: 7)
    let pieces = [
      "[", "]", "profile ", "a", "=", ":", " ", "\t", "\n", "\r\n", "\r", "#", ";", "\"", "'", "\\", "é",
      "\u{0}",
    ]
    var refused = 0
    for _ in 0..<5_000 {
      let text = (0..<12).map { _ in pieces[Int.random(in: pieces.indices, using: &random)] }.joined()
      do {
        _ = try SharedFileParser.sections(of: text, path: "f")
      } catch {
        refused += 1
        #expect(error.message.hasPrefix("f:"))
      }
    }
    #expect((1..<5_000).contains(refused))
  }
}
