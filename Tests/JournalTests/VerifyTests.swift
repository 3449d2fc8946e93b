// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import GRDB
import JSON
import Platform
import Testing

@testable import Journal

struct VerifyTests {
  @Test func `an untouched journal is intact, over any number of starts`() throws {
    let folder = try StateFolder.holding(2)
    try folder.append(3)
    #expect(try folder.reader().verify() == 5)
  }

  @Test func `the chain is what the documents say, computed from the lines alone`() throws {
    let folder = StateFolder()
    try folder.open().append(
      Sample.step(
        .started(version: "1", pid: 7), .changed(Sample.change(Sample.secret, by: "é\u{7f}€"), targets: []),
        .ended(Sample.ending(.late, took: .milliseconds(1_500)))))
    var previous = String(repeating: "0", count: 64)
    for line in try folder.streamedLines() {
      let record = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(record["previous"] as? String == previous)
      let content = record.filter { $0.key != "previous" && $0.key != "hash" }
      let canonical = try JSONSerialization.data(
        withJSONObject: content, options: [.sortedKeys, .withoutEscapingSlashes])
      let hash = SHA256.hash(Array(previous.utf8) + canonical).hex
      #expect(record["hash"] as? String == hash)
      previous = hash
    }
  }

  @Test func `a record that was altered is found, and every number of it`() throws {
    for seq in 1...4 {
      let folder = try StateFolder.holding(4)
      try folder.tamper("UPDATE records SET line = replace(line, 'reason ', 'reasom ') WHERE seq = ?", [seq])
      #expect(throws: ChainError(seq: Int64(seq), reason: "its hash does not fit its content")) {
        try folder.reader().verify()
      }
    }
  }

  private static let next = #"(SELECT line FROM records WHERE seq = 3)"#

  @Test(arguments: [
    ("DELETE FROM records WHERE seq = 2", ChainError(seq: 2, reason: "its number is 3")),
    ("UPDATE records SET seq = 9 WHERE seq = 2", ChainError(seq: 2, reason: "its number is 3")),
    (
      "UPDATE records SET line = replace(line, '\"seq\":2', '\"seq\": 2') WHERE seq = 2",
      ChainError(seq: 2, reason: "it is not written as rollwatch writes")
    ),
    (
      "UPDATE records SET line = replace(line, '\"seq\":2', '\"seq\":2,\"seq\":2') WHERE seq = 2",
      ChainError(seq: 2, reason: "it is not a JSON object")
    ),
    (
      "DELETE FROM records WHERE seq = 4",
      ChainError(seq: 4, reason: "it is missing: the journal was cut short, it had 4 records")
    ),
    (
      "DELETE FROM records",
      ChainError(seq: 1, reason: "it is missing: the journal was cut short, it had 4 records")
    ),
    (
      "INSERT INTO records SELECT 5, time, line FROM records WHERE seq = 4",
      ChainError(seq: 5, reason: "its number is 4")
    ),
    (
      "DELETE FROM records WHERE seq = 4; UPDATE head SET seq = 3, hash = substr(\(next), -66, 64)",
      ChainError(seq: 4, reason: "it is missing from the journal; audit.jsonl has it")
    ),
  ])
  func `what was removed, moved, added or cut off is found`(_ sql: String, _ expected: ChainError) throws {
    let folder = try StateFolder.holding(4)
    try folder.tamper(sql)
    #expect(throws: expected) { try folder.reader().verify() }
  }

  @Test func `two records that changed places are found`() throws {
    let folder = try StateFolder.holding(4)
    let lines = try folder.lines()
    try folder.tamper("UPDATE records SET line = ? WHERE seq = 2", [lines[2]])
    try folder.tamper("UPDATE records SET line = ? WHERE seq = 3", [lines[1]])
    #expect(throws: ChainError(seq: 2, reason: "its number is 3")) { try folder.reader().verify() }
  }

  @Test func `a line that was altered in the stream is found`() throws {
    let folder = try StateFolder.holding(4)
    let text = try folder.streamedLines().joined(separator: "\n") + "\n"
    try folder.writeStream(text.replacing("reason 1", with: "reasom 1"))
    #expect(throws: ChainError(seq: 2, reason: "it is another in audit.jsonl")) {
      try folder.reader().verify()
    }
  }

  @Test(arguments: ["not JSON", "{}", #"{"seq":2}"#])
  func `a line that was put into the stream is found`(_ line: String) throws {
    let folder = try StateFolder.holding(4)
    var lines = try folder.streamedLines()
    lines.insert(line, at: 2)
    try folder.writeStream(lines.joined(separator: "\n") + "\n")
    #expect(throws: ChainError(seq: 3, reason: "audit.jsonl has a line before it that is no record")) {
      try folder.reader().verify()
    }
  }

  @Test func `a line that is being written is no fault`() throws {
    let folder = try StateFolder.holding(2)
    try folder.writeStream(try folder.streamedLines().joined(separator: "\n") + "\n{\"seq\":3,")
    #expect(try folder.reader().verify() == 2)
  }

  @Test func `a journal can be verified while a daemon writes it`() throws {
    let folder = StateFolder()
    let store = try folder.open()
    for count in 1...20 {
      try store.append(.stopped("\(count)"))
      #expect(try folder.reader().verify() == count)
    }
  }
}

struct SealTests {
  @Test func `a sealed journal is intact for whoever has the key`() throws {
    let folder = StateFolder()
    try folder.append(3, try folder.key())
    #expect(try folder.reader().verify(auditKey: try folder.key()) == 3)
  }

  @Test func `a chain that was computed anew without the key fails`() throws {
    let folder = StateFolder()
    let key = try folder.key()
    try folder.append(3, key)
    // What somebody without the key can do: write the same records, with hashes that fit, without seals.
    for file in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.database + file) }
    try FileManager.default.removeItem(atPath: folder.stream)
    try folder.append(3)
    #expect(try folder.reader().verify() == 3)
    #expect(
      throws: ChainError(seq: 3, reason: "it has no seal: the chain was computed without the audit key")
    ) { try folder.reader().verify(auditKey: key) }
  }

  @Test func `a chain that was sealed with another key fails`() throws {
    let folder = StateFolder()
    try folder.append(3, try folder.key("another key, long enough"))
    #expect(throws: ChainError(seq: 1, reason: "its seal was not made with this audit key")) {
      try folder.reader().verify(auditKey: try folder.key())
    }
  }

  @Test func `seals cannot be told without the key`() throws {
    let folder = StateFolder()
    try folder.append(3, try folder.key())
    let error = #expect(throws: ChainError.self) { try folder.reader().verify() }
    #expect(error?.seq == 3)
  }

  @Test func `a journal can be sealed from some record on`() throws {
    let folder = try StateFolder.holding(2)
    try folder.append(2, try folder.key())
    #expect(try folder.reader().verify(auditKey: try folder.key()) == 4)
  }

  @Test func `a seal is never left out again`() throws {
    let folder = StateFolder()
    try folder.append(2, try folder.key())
    let missing = #expect(throws: JournalFailure.self) { try folder.open() }
    #expect(
      missing?.description.contains(
        "its records are sealed, and there is no credential 'audit-key': give it (deploy/README.md)") == true)
    let other = #expect(throws: JournalFailure.self) {
      try folder.open(try folder.key("some other audit key"))
    }
    #expect(other?.description.contains("record 2: its seal was not made with this audit key") == true)
  }

  @Test(arguments: ["", "short", String(repeating: "x", count: 5_000)])
  func `a key of no good length is refused`(_ text: String) throws {
    let folder = StateFolder()
    let failure = #expect(throws: JournalFailure.self) { try folder.key(text) }
    #expect(failure?.description.contains("an audit key has 16 to 4096 bytes") == true)
  }

  @Test func `a key prints nothing of itself`() throws {
    let folder = StateFolder()
    let key = try folder.key("very secret indeed!")
    var dumped = ""
    dump(key, to: &dumped)
    let bytes = Array("very secret indeed!".utf8).map(String.init).joined(separator: ", ")
    for text in ["\(key)", String(reflecting: key), dumped] {
      #expect(!text.contains(bytes) && !text.contains("secret"))
    }
  }
}
