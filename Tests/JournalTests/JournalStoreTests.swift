// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Journal
import Testing

struct JournalStoreTests {
  private let folder = StateFolder()

  @Test func `a first start knows nothing`() throws {
    #expect(try folder.open().load() == .empty)
  }

  @Test func `records are numbered over all steps, and are in the stream when append returns`() throws {
    let store = try folder.open()
    let first = try store.append(Sample.step(.stopped(reason: "a"), .stopped(reason: "b")))
    let second = try store.append(Sample.step(.stopped(reason: "c")))
    #expect((first + second).map(\.seq) == [1, 2, 3])
    #expect(try folder.streamedLines() == (first + second).map(\.line))
    #expect(try folder.lines() == (first + second).map(\.line))
  }

  @Test func `state comes back as it was`() throws {
    var expected = State.empty
    for step in try Sample.steps() {
      try folder.open().append(step)
      expected.apply(step)
    }
    #expect(try folder.open().load() == expected)
    #expect(try folder.reader().state() == expected)
  }

  @Test func `what was removed from the state is gone`() throws {
    let seen = Seen(version: .secret(id: "a"), modifiedAt: nil, presence: .present)
    let source = SourceState(failingSince: nil, watchedBy: .max)
    let target = TargetState(waiting: nil, open: nil, lastStart: Sample.time)
    try folder.open().append(
      Step(
        records: [],
        changes: [
          .seen(Sample.parameter, seen), .source(Sample.secret.scope, source), .target(Sample.target, target),
        ]))
    #expect(try folder.open().load() != .empty)
    let removal = Step(
      records: [],
      changes: [.seen(Sample.parameter, nil), .source(Sample.secret.scope, nil), .target(Sample.target, nil)])
    try folder.open().append(removal)
    #expect(try folder.open().load() == .empty)
  }

  @Test func `names of any text are kept apart`() throws {
    let names = ["a", "a'b", "a\"b", "\u{1b}[2J", "ä", "😀", "a\nb", ""]
    let changes = names.map { name in
      StateChange.seen(
        Resource(scope: Sample.secret.scope, name: name),
        Seen(version: .secret(id: name), modifiedAt: nil, presence: .present))
    }
    try folder.open().append(Step(records: [], changes: changes))
    let loaded = try folder.open().load().seen[Sample.secret.scope]
    #expect(loaded?.entries.map(\.name) == names.sorted())
    #expect(loaded?.entries.allSatisfy { $0.seen.version == .secret(id: $0.name) } == true)
  }

  @Test func `an empty step writes nothing`() throws {
    let store = try folder.open()
    #expect(try store.append(Step(records: [], changes: [])).isEmpty)
    #expect(try folder.reader().verify() == 0)
  }

  @Test func `a probe writes no record`() throws {
    let store = try folder.open()
    try store.append(.stopped("x"))
    try store.probe()
    #expect(try folder.lines().count == 1)
    #expect(try folder.reader().verify() == 1)
  }

  // MARK: Who may

  @Test func `a second one is refused with the first one's process id, and let in after it`() throws {
    let first = try folder.open()
    let failure = #expect(throws: JournalFailure.self) { try folder.open() }
    let pid = ProcessInfo.processInfo.processIdentifier
    #expect(
      failure?.description
        == "\(folder.path): in use by another rollwatch, process \(pid); stop that one first, or "
        + "name another directory with --state")
    try first.append(.stopped("x"))
  }

  @Test func `the lock goes with the journal`() throws {
    try folder.append(1)
    _ = try folder.open()
  }

  @Test func `files can be read by owner and group, whatever the umask`() async {
    await #expect(processExitsWith: .success) {
      for mask: mode_t in [0o077, 0o000] {
        umask(mask)
        let folder = StateFolder()
        let store = try folder.open()
        try store.append(.stopped("x"))
        let others = try [
          "", "/journal.sqlite", "/journal.sqlite-wal", "/journal.sqlite-shm", "/audit.jsonl", "/lock",
        ]
        .filter { (try folder.mode($0) ?? 0o777) & ~0o750 != 0 }
        precondition(others.isEmpty, "open to others: \(others)")
        withExtendedLifetime(store) {}
      }
    }
  }
}
