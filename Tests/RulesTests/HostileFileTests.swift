// SPDX-License-Identifier: Apache-2.0
// Files that somebody made to do harm, or that are no rules at all: each ends in few words, after little work.

import Core
import Rules
import Testing

struct HostileFileTests {
  @Test(
    arguments: [
      ("mappings", String(repeating: "{a: ", count: 100_000)),
      ("lists", String(repeating: "[", count: 100_000)),
      ("block lists", (0..<2_000).map { String(repeating: " ", count: $0) + "-\n" }.joined()),
      ("aliases", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nrules: [*c, *c]\n"),
      ("anchors", "rules: &rules [*rules]\n"),
      ("a key of a megabyte", String(repeating: "k", count: 1 << 20) + ": 1\n"),
      ("a text of a megabyte", "rules: " + String(repeating: "v", count: 1 << 20) + "\n"),
      ("many keys", (0..<50_000).map { "k\($0): 1\n" }.joined()),
      ("many of one key", String(repeating: "rules: 1\n", count: 50_000)),
      ("percent", "%YAML 9.9\n---\nrules: []\n"),
    ])
  func `ends in few short lines`(_ what: String, _ text: String) {
    let said = complaints(text)
    #expect((1...Limits.diagnostics).contains(said.count), "\(what): \(said.count) lines")
    #expect(said.allSatisfy { $0.utf8.count < 400 }, "\(what): \(said.first?.prefix(500) ?? "")")
  }

  /// A name that is looked for among all others costs time, and not one of these has only a few names to look at.
  @Test(
    arguments: [
      "name: rNUMBER, after: [xNUMBER]", "name: rNUMBER, window: Mon 09:00-10:00 Europe/XNUMBER",
      "name: rNUMBER, account: xNUMBER", "name: rNUMBER, cooldwn: 1s",
    ])
  func `ten thousand rules with a word that is not known end in short lines`(_ keys: String) {
    let rules = (0..<10_000).map { number in
      "- {\(keys.replacing("NUMBER", with: "\(number)")), watch: [{secret: a}], restart: [{service: c/s}]}\n"
    }
    let said = complaints("rules:\n" + rules.joined())
    #expect(said.count == Limits.diagnostics)
    #expect(said.allSatisfy { $0.utf8.count < 400 }, "\(said.first?.prefix(500) ?? "")")
  }

  @Test func `a hundred thousand rules are too many`() {
    let rules = (0..<100_000).map { "- {name: r\($0), watch: [{secret: a}], restart: [{service: c/s}]}\n" }
    let said = complaints("rules:\n" + rules.joined())
    #expect(said.count == 1 && said.first?.contains("larger than 4 MiB") == true)
    let short = (0..<60_000).map { "- {name: r\($0)}\n" }.joined()
    #expect(
      complaints("rules:\n" + short) == [
        "rules.yaml:2:1: error: rules has 60000 entries, more than 10000; split it"
      ])
  }

  @Test func `the limit of rules is over all files together`() {
    let half =
      "rules:\n"
      + (0..<6_000).map { "- {name: NAME\($0), watch: [{secret: a}], restart: [{service: c/s}]}\n" }.joined()
    let files = ["a", "b"].map { SourceFile(path: $0, bytes: Array(half.replacing("NAME", with: $0).utf8)) }
    #expect(throws: Diagnostics.self) {
      try RuleFiles(files: files).rules(defaultRegion: "eu-west-2", settings: Settings())
    }
  }

  @Test func `more mistakes than anybody reads are counted`() {
    let text = "rules:\n" + String(repeating: "- {}\n", count: 2_000)
    let files = RuleFiles(files: [SourceFile(path: "rules.yaml", bytes: Array(text.utf8))])
    let said = #expect(throws: Diagnostics.self) {
      try files.rules(defaultRegion: "eu-west-2", settings: Settings())
    }
    #expect(said?.all.count == Limits.diagnostics && said?.omitted == 5_000)
  }

  @Test func `bytes that are no text`() {
    #expect(
      complaints([0x72, 0x0A, 0xFF]) == [
        "rules.yaml:2:1: error: not UTF-8 from here on; save the file as UTF-8"
      ])
    #expect(
      complaints(Array("rules:\u{0}\n".utf8)) == [
        "rules.yaml:1:1: error: a binary file, with NUL bytes in it; rules and settings are YAML text"
      ])
    #expect(complaints([UInt8](repeating: 0x23, count: (4 << 20) + 1)).count == 1)
    #expect(complaints([]) == ["rules.yaml:1:1: error: the file is empty; begin it with 'rules:'"])
  }

  @Test func `a name cannot forge a line of its own`() throws {
    for name in [#"a\nb: error"#, #"a\0"#, #"\e[2J"#, String(repeating: "n", count: 201)] {
      let text = #"rules: [{ name: "NAME", watch: [{ secret: s }], restart: [{ service: c/s }] }]"#
      #expect(
        complaints(text.replacing("NAME", with: name)) == [
          "rules.yaml:1:17: error: a rule's name is a line of at most 200 characters that can be seen; shorten it, or take the others out"
        ])
    }
    let region = complaints(
      #"rules: [{ name: a, region: "x\ny", watch: [{ secret: s }], restart: [{ service: c/s }] }]"#)
    #expect(region.count == 1)
  }
}
