// SPDX-License-Identifier: Apache-2.0
// The journal is at once the recovery log and the audit log. A step is one transaction: its records, the state they change, and
// the head of the chain become durable together or not at all. The stream of lines for log shippers follows behind; what a
// crash keeps from it is appended at the next start.

public import Core
internal import Foundation
internal import GRDB
internal import JSON
internal import Platform

/// The journal of one state directory, open for one process.
public final class JournalStore {
  private let directory: String
  private let home: Location
  private let auditKey: AuditKey?
  private let lock: FileLock
  private let database: DatabaseQueue
  private let tables = StateTables()
  private var stream: AppendFile
  private var head: ChainHead
  private var stateSum: UInt64

  /// Longer than any line: 1,000 causes with names of 1,000 bytes.
  private static let longestLine = 4 << 20

  /// Opens the journal in a directory, which is made where it is not there, and locks it for this process.
  ///
  /// Throws where another process has it, where it cannot be read or written, where it does not end as it was written, and where its
  /// last record has a seal that `auditKey` did not make.
  public init(directory: String, home: Location, auditKey: AuditKey? = nil) throws(JournalFailure) {
    self.directory = directory
    self.home = home
    self.auditKey = auditKey
    lock = try Self.locked(directory)
    let path = directory + "/" + JournalFiles.database
    do {
      // Made here so that it is never readable for everybody; SQLite gives its other files the same mode.
      _ = try AppendFile(path: path)
      database = try DatabaseQueue(path: path, configuration: Self.configuration)
      try Self.check(database)
      try Schema.requireKnown(database, path)
      try Schema.migrator.migrate(database)
      let head = try database.read { try Schema.head($0) }
      let last = try database.read { try String.fetchOne($0, sql: Self.lastLine) }
      try Self.check(head.chain, auditKey, against: last)
      self.head = head.chain
      stateSum = head.state
      stream = try AppendFile(path: directory + "/" + JournalFiles.stream)
      try catchUp(after: head.streamed)
    } catch let failure as JournalFailure {
      throw failure
    } catch let failure as FileWriteFailure {
      throw JournalFailure("\(failure); give the user that runs rollwatch write access, or free space")
    } catch {
      throw JournalFailure(path, error)
    }
  }

  /// Everything the engine must know again. Throws where a row of it is not what was written.
  public func load() throws(JournalFailure) -> State {
    do {
      let (state, sum) = try database.read { try tables.read($0) }
      try Self.require(sum == stateSum, "what it remembers was altered")
      return state
    } catch {
      throw JournalFailure(directory + "/" + JournalFiles.database, error)
    }
  }

  /// Makes a step durable, and returns its records as they are kept.
  ///
  /// Throws where it could not: then nothing of it is in the database, or all of it is and only the stream lacks it. Either
  /// way the process must end; the next start goes on from what is there.
  @discardableResult
  public func append(_ step: Step) throws(JournalFailure) -> [ChainedRecord] {
    guard !step.isEmpty else { return [] }
    var (next, sum) = (head, stateSum)
    let records = step.records.map { ($0.time, next.add($0.fields(home: home), key: auditKey)) }
    do {
      try database.write { database in
        for (time, record) in records {
          try database.cachedStatement(sql: "INSERT INTO records VALUES (?, ?, ?)")
            .execute(arguments: [record.seq, time.milliseconds, record.line])
        }
        sum &+= try tables.write(step.changes, to: database)
        // All that came before this step has been streamed: append would have thrown otherwise.
        try database.cachedStatement(sql: "UPDATE head SET seq = ?, hash = ?, streamed = ?, state = ?")
          .execute(arguments: [next.seq, next.hash, head.seq, Int64(bitPattern: sum)])
      }
    } catch {
      throw JournalFailure(directory + "/" + JournalFiles.database, error)
    }
    (head, stateSum) = (next, sum)
    try writeToStream(records.map(\.1.line))
    return records.map(\.1)
  }

  /// Shows that the journal can be written, without writing a record: what cannot be written must not look alive.
  public func probe() throws(JournalFailure) {
    do {
      try database.write { try $0.execute(sql: "UPDATE head SET streamed = ?", arguments: [head.seq]) }
    } catch {
      throw JournalFailure(directory + "/" + JournalFiles.database, error)
    }
  }

  /// Opens the stream's file anew, after it was renamed to be rotated.
  public func reopenStream() throws(JournalFailure) {
    do { stream = try AppendFile(path: directory + "/" + JournalFiles.stream) } catch {
      throw JournalFailure("\(error); give the user that runs rollwatch write access, or free space")
    }
  }

  // MARK: Opening

  private static let lastLine = "SELECT line FROM records ORDER BY seq DESC LIMIT 1"

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "journal"
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      // NORMAL would lose the last steps of a machine that loses its power.
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    return configuration
  }

  private static func locked(_ directory: String) throws(JournalFailure) -> FileLock {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      throw JournalFailure(
        "\(directory): the state directory cannot be made; make it, or name another with --state")
    }
    do throws(FileLock.Failure) {
      return try FileLock(path: directory + "/" + JournalFiles.lock)
    } catch {
      switch error {
      case .held(let owner):
        throw JournalFailure(
          "\(directory): in use by another rollwatch, process \(owner.map(String.init) ?? "unknown"); "
            + "stop that one first, or name another directory with --state")
      case .system(let words):
        throw JournalFailure(
          "\(directory)/\(JournalFiles.lock): \(words); give the user that runs rollwatch write access "
            + "to this directory, or name another with --state")
      }
    }
  }

  private static func check(_ database: DatabaseQueue) throws {
    let findings = try database.read { try String.fetchAll($0, sql: "PRAGMA quick_check(1)") }
    try require(findings == ["ok"], "the file is damaged: \(findings.first ?? "")")
  }

  /// The journal must end where it ended. One that is sealed must end with a seal of this key, and go on with seals: a chain
  /// that goes on without them could be forged from there on.
  private static func check(_ head: ChainHead, _ key: AuditKey?, against last: String?) throws {
    guard let last else {
      return try require(head == .empty, "its records are missing")
    }
    let value = try? JSONValue(reading: last.utf8)
    try require(value?["seq"]?.integer ?? head.seq == head.seq, "its last records are missing")
    var chain = ChainHead(seq: head.seq - 1, hash: value?["previous"]?.string ?? "")
    do {
      let seal = try chain.follow(last, key: key)
      try require(chain == head, "its last records are missing")
      try require(
        seal == nil || key != nil,
        "its records are sealed, and there is no credential '\(AuditKey.credential)': give it (deploy/README.md)"
      )
    } catch let error as ChainError {
      try require(false, "record \(error.seq): \(error.reason)")
    }
  }

  private static func require(_ isWhole: Bool, _ message: String) throws {
    guard isWhole else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: message) }
  }

  // MARK: The stream

  private func catchUp(after streamed: Int64) throws {
    let last = try stream.lastWholeLine(atMost: Self.longestLine)
    let lastSeq = last.flatMap { try? JSONValue(reading: $0)["seq"]?.integer } ?? 0
    guard lastSeq <= head.seq else {
      throw JournalFailure(
        "\(directory)/\(JournalFiles.stream): holds record \(lastSeq), but the journal ends at \(head.seq): it was cut "
          + "short or replaced; restore \(JournalFiles.database), or move the directory away to start afresh")
    }
    let missing = try database.read {
      try String.fetchAll(
        $0, sql: "SELECT line FROM records WHERE seq > ? ORDER BY seq", arguments: [max(streamed, lastSeq)])
    }
    try writeToStream(missing)
  }

  private func writeToStream(_ lines: [String]) throws(JournalFailure) {
    guard !lines.isEmpty else { return }
    do { try stream.append(Array(lines.map { $0 + "\n" }.joined().utf8)) } catch {
      throw JournalFailure("\(error); free space on this file system, then start rollwatch again")
    }
  }
}

/// The names of the files in a state directory.
enum JournalFiles {
  static let database = "journal.sqlite"
  static let stream = "audit.jsonl"
  static let lock = "lock"
}
