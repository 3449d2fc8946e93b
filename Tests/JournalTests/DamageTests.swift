// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Journal
import Testing

struct DamageTests {
  private static let afresh =
    "restore it from a backup, or move the directory away to start afresh: the next start takes a new baseline, and "
    + "changes made meanwhile are not seen"

  @Test func `a file that is no database stops the start with what to do`() throws {
    let folder = try StateFolder.holding(3)
    try Data(repeating: 0x41, count: 9_000).write(to: URL(filePath: folder.database))
    let failure = #expect(throws: JournalFailure.self) { try folder.open() }
    #expect(failure?.description == "\(folder.database): file is not a database; \(Self.afresh)")
  }

  @Test(arguments: [1, 2, 4]) func `a file that was cut short stops the start`(_ quarters: Int) throws {
    let folder = try StateFolder.holding(200)
    let size = try Data(contentsOf: URL(filePath: folder.database)).count
    let handle = try #require(FileHandle(forWritingAtPath: folder.database))
    try handle.truncate(atOffset: UInt64(size * quarters / 5))
    try handle.close()
    let failure = #expect(throws: JournalFailure.self) { try folder.open() }
    #expect(failure?.description.contains(folder.database) == true)
    #expect(failure?.description.contains("move the directory away to start afresh") == true)
  }

  @Test func `a file in which bytes were turned stops the start, or is found by verify`() throws {
    let whole = try StateFolder.holding(200)
    let bytes = try Data(contentsOf: URL(filePath: whole.database))
    let pages = bytes.count / 4_096
    for page in 0..<pages {
      let folder = StateFolder()
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      var turned = bytes
      for offset in 0..<512 { turned[page * 4_096 + offset * 8] ^= 0x55 }
      try turned.write(to: URL(filePath: folder.database))
      #expect(throws: (any Error).self, "page \(page)") {
        _ = try folder.open()
        _ = try folder.reader().verify()
        _ = try folder.reader().state()
      }
    }
  }

  @Test func `an emptied file stops the start: the stream remembers`() throws {
    let folder = try StateFolder.holding(3)
    try Data().write(to: URL(filePath: folder.database))
    let failure = #expect(throws: JournalFailure.self) { try folder.open() }
    #expect(failure?.description.contains("holds record 3, but the journal ends at 0") == true)
  }

  @Test(arguments: [
    ("DELETE FROM records WHERE seq = 3", "its last records are missing"),
    ("DELETE FROM records", "its records are missing"),
    (
      "UPDATE records SET line = replace(line, 'reason 2', 'reason 9') WHERE seq = 3",
      "record 3: its hash does not fit its content"
    ),
    ("UPDATE records SET line = 'x' WHERE seq = 3", "record 3: it is not a JSON object"),
    ("DELETE FROM head", "the journal has no head"),
  ])
  func `an end that is not what it was stops the start`(_ sql: String, _ reason: String) throws {
    let folder = try StateFolder.holding(3)
    try folder.tamper(sql)
    let failure = #expect(throws: JournalFailure.self) { try folder.open() }
    #expect(failure?.description == "\(folder.database): \(reason); \(Self.afresh)")
  }

  @Test(arguments: [
    "INSERT INTO targets VALUES ('{}', '{}')",
    "INSERT INTO scopes VALUES (7, 'moon', 'eu-west-2', '')",
  ])
  func `a state that cannot be read stops the start`(_ sql: String) throws {
    let folder = try StateFolder.holding(1)
    try folder.tamper(sql)
    let failure = #expect(throws: JournalFailure.self) { try folder.open().load() }
    #expect(failure?.description.hasPrefix(folder.database) == true)
  }

  @Test(arguments: [
    "UPDATE seen SET version = version + 1 WHERE name = '/staging/shop/URL'",
    "UPDATE seen SET name = '/staging/shop/URI' WHERE name = '/staging/shop/URL'",
    "UPDATE seen SET madeAt = madeAt + 1 WHERE madeAt IS NOT NULL",
    "UPDATE seen SET presence = 0",
    "DELETE FROM seen WHERE name = 'staging/shop/db'",
    "UPDATE targets SET value = replace(value, 'ecs-svc/1', 'ecs-svc/2')",
    "DELETE FROM targets", "UPDATE sources SET failingSince = NULL", "UPDATE scopes SET region = 'eu-west-3'",
  ])
  func `a remembered row that was altered or lost stops the start, and restarts nothing`(_ sql: String) throws
  {
    let folder = StateFolder()
    for step in try Sample.steps() { try folder.open().append(step) }
    try folder.tamper(sql)
    let failure = #expect(throws: JournalFailure.self) { try folder.open().load() }
    #expect(failure?.description == "\(folder.database): what it remembers was altered; \(Self.afresh)")
  }

  @Test func `a journal of a later version stops the start`() throws {
    let folder = try StateFolder.holding(1)
    try folder.tamper("INSERT INTO grdb_migrations VALUES ('9999')")
    let failure = #expect(throws: JournalFailure.self) { try folder.open() }
    #expect(
      failure?.description
        == "\(folder.database): it was written by a later version of rollwatch; run that one, or move the directory away "
        + "to start afresh")
  }

  @Test func `a directory that cannot be made is named`() throws {
    let failure = #expect(throws: JournalFailure.self) {
      try JournalStore(directory: "/proc/none/rollwatch", home: Sample.home)
    }
    #expect(
      failure?.description
        == "/proc/none/rollwatch: the state directory cannot be made; make it, or name another with --state")
  }

  @Test func `a journal that is not there is not made by reading it`() throws {
    let folder = StateFolder()
    let failure = #expect(throws: JournalFailure.self) { try folder.reader() }
    #expect(
      failure?.description
        == "\(folder.database): there is no journal; name the state directory of a daemon with --state")
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func `a full disk stops the step, and the next start goes on from what is there`() async {
    await #expect(processExitsWith: .success) {
      let folder = try StateFolder.holding(3)
      do {
        let store = try folder.open()
        // No file of this process may grow any more, which SQLite meets as a disk without space.
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 1, rlim_max: .max)
        precondition(setrlimit(__rlimit_resource_t(1), &limit) == 0)
        do throws(JournalFailure) {
          try store.append(Sample.step(.stopped(reason: "x"), changes: [.seen(Sample.parameter, nil)]))
          preconditionFailure("nothing can have been written")
        } catch {
          precondition(error.description.hasPrefix(folder.path), error.description)
        }
        limit.rlim_cur = .max
        precondition(setrlimit(__rlimit_resource_t(1), &limit) == 0)
      }
      try folder.append(1)
      let count = try folder.reader().verify()
      precondition(count == 4, "\(count) records")
      let streamed = try folder.streamedLines()
      let kept = try folder.lines()
      precondition(streamed == kept)
    }
  }
}
