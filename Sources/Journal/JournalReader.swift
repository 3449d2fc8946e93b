// SPDX-License-Identifier: Apache-2.0

public import Core
internal import Foundation
internal import GRDB
public import JSON
internal import Platform

/// Reads the journal of a state directory beside the process that writes it, or without one.
public struct JournalReader: Sendable {
  private let directory: String
  private let database: DatabaseQueue

  /// Opens the journal in a directory for reading. Nothing is locked and nothing is made.
  public init(directory: String) throws(JournalFailure) {
    self.directory = directory
    let path = directory + "/" + JournalFiles.database
    guard FileManager.default.fileExists(atPath: path) else {
      throw JournalFailure("\(path): there is no journal; name the state directory of a daemon with --state")
    }
    do {
      database = try Self.opened(path)
      try Schema.requireKnown(database, path)
    } catch let failure as JournalFailure {
      throw failure
    } catch {
      throw JournalFailure(path, error)
    }
  }

  /// A database in WAL mode is read by way of a shared file, which must be there or be made. Where it is not there and may
  /// not be made nobody writes either, and the file can be read as it stands.
  private static func opened(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      _ = try database.read { try Schema.head($0) }
      return database
    } catch let error as DatabaseError
      where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
      && !FileManager.default.fileExists(atPath: path + "-wal")
    {
      let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
      return try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: configuration)
    }
  }

  /// Everything an engine must know, as it stands.
  public func state() throws(JournalFailure) -> State {
    do { return try database.read { try StateTables().read($0).state } } catch {
      throw JournalFailure(directory + "/" + JournalFiles.database, error)
    }
  }

  /// True where there is a journal in the directory.
  public static func isThere(_ directory: String) -> Bool {
    FileManager.default.fileExists(atPath: directory + "/" + JournalFiles.database)
  }

  /// What to look for; a record must fit all of it.
  public struct Filter: Sendable {
    /// A target as records write it, with or without `ecs:`.
    public var target: String?
    /// A resource as records write it, or its bare name.
    public var resource: String?
    /// Not before this.
    public var since: Timestamp?
    /// So many of the last ones.
    public var limit: Int?

    /// A filter with all its parts.
    public init(target: String?, resource: String?, since: Timestamp?, limit: Int?) {
      self.target = target
      self.resource = resource
      self.since = since
      self.limit = limit
    }

    func accepts(_ record: JSONValue) -> Bool {
      if let target {
        let targets =
          [record["target"]].compactMap { $0?.string }
          + (record["targets"]?.elements ?? []).compactMap(\.string)
        guard targets.contains(where: { $0 == target || $0 == "ecs:\(target)" }) else { return false }
      }
      if let resource {
        let causes = (record["causes"]?.elements ?? []).compactMap { $0["resource"]?.string }
        guard
          ([record["resource"]?.string].compactMap { $0 } + causes).contains(where: {
            $0 == resource || $0.hasSuffix(":\(resource)")
          })
        else { return false }
      }
      return true
    }
  }

  /// The records that fit, oldest first: each as its line, and as what the line says.
  public func records(_ filter: Filter) throws(JournalFailure) -> [(line: String, value: JSONValue)] {
    var found: [(line: String, value: JSONValue)] = []
    // Most records of a long journal concern something else, and to read them as JSON takes a hundred times as long.
    let mentions = "instr(line, ?) > 0 AND instr(line, ?) > 0"
    do {
      try database.read { database in
        // From the newest, so that a limit need not read the whole journal.
        let lines = try String.fetchCursor(
          database, sql: "SELECT line FROM records WHERE time >= ? AND \(mentions) ORDER BY seq DESC",
          arguments: [filter.since?.milliseconds ?? .min, filter.target.text, filter.resource.text])
        while let line = try lines.next(), found.count < filter.limit ?? .max {
          let value = try? JSONValue(reading: line.utf8)
          if let value, filter.accepts(value) { found.append((line, value)) }
        }
      }
    } catch {
      throw JournalFailure(directory + "/" + JournalFiles.database, error)
    }
    return found.reversed()
  }

  /// The number of the last record; 0 where there is none.
  public func lastSeq() throws(JournalFailure) -> Int64 {
    try reading { try Int64.fetchOne($0, sql: "SELECT max(seq) FROM records") ?? 0 }
  }

  /// The records that follow on one, oldest first, at most so many.
  public func lines(after seq: Int64, atMost limit: Int) throws(JournalFailure) -> [ChainedRecord] {
    try reading { database in
      try Row.fetchAll(
        database, sql: "SELECT seq, line FROM records WHERE seq > ? ORDER BY seq LIMIT ?",
        arguments: [seq, limit]
      ).map { ChainedRecord(seq: $0["seq"], line: $0["line"]) }
    }
  }

  /// The `planned` record of a restart; nil where there is none.
  public func plan(of restart: String, before seq: Int64) throws(JournalFailure) -> String? {
    // A record's keys are in one order. Backwards: a restart's plan is seldom far away.
    let beginning =
      "\"kind\":\"planned\",\(JSONValue.object([.init("restart", .string(restart))]).line.dropFirst().dropLast())"
    return try reading { database in
      try String.fetchOne(
        database,
        sql: "SELECT line FROM records WHERE seq < ? AND instr(line, ?) > 0 ORDER BY seq DESC LIMIT 1",
        arguments: [seq, beginning])
    }
  }

  private func reading<Value>(_ body: (Database) throws -> Value) throws(JournalFailure) -> Value {
    do { return try database.read(body) } catch {
      throw JournalFailure(directory + "/" + JournalFiles.database, error)
    }
  }

  /// Re-computes the chain, compares the stream with it, and returns the number of records, all of which are what they were.
  ///
  /// With a key the last record must be sealed with it, and all from the first sealed one on. Throws a `ChainError` for the first
  /// record that is not what it was, or is not there any more; also where there are seals and no key to tell them by.
  public func verify(auditKey: AuditKey? = nil) throws -> Int64 {
    let (chain, head) = try database.read { database in
      (try Self.follow(database, auditKey), try Schema.head(database).chain)
    }
    guard chain.seq >= head.seq else {
      throw ChainError(
        seq: chain.seq + 1, reason: "it is missing: the journal was cut short, it had \(head.seq) records")
    }
    guard chain == head else {
      throw ChainError(seq: head.seq + 1, reason: "the journal goes on after the end it had")
    }
    try verifyStream()
    return chain.seq
  }

  private static func follow(_ database: Database, _ key: AuditKey?) throws -> ChainHead {
    var chain = ChainHead.empty
    var isSealed = false
    let lines = try String.fetchCursor(database, sql: "SELECT line FROM records ORDER BY seq")
    while let line = try lines.next() {
      let hasSeal = try chain.follow(line, key: key) != nil
      if isSealed, !hasSeal { throw ChainError(seq: chain.seq, reason: "its seal is missing") }
      isSealed = hasSeal
    }
    guard key == nil || isSealed || chain == .empty else {
      throw ChainError(seq: chain.seq, reason: "it has no seal: the chain was computed without the audit key")
    }
    guard key != nil || !isSealed else {
      throw ChainError(
        seq: chain.seq,
        reason: "it is sealed, and without the key anybody can compute a chain anew; name it with --audit-key"
      )
    }
    return chain
  }

  /// The stream may be rotated away at any time, but each of its whole lines is the record of that number.
  private func verifyStream() throws {
    let path = directory + "/" + JournalFiles.stream
    guard let stream = FileHandle(forReadingAtPath: path) else { return }
    defer { try? stream.close() }
    // A daemon may be writing: what is there before the database is looked at is in the database.
    var unread = Int(try stream.seekToEnd())
    try stream.seek(toOffset: 0)
    try database.read { database in
      let record = try database.makeStatement(sql: "SELECT line FROM records WHERE seq = ?")
      var before: Int64 = 0
      var rest = Data()
      while let block = try stream.read(upToCount: min(unread, 1 << 20)), !block.isEmpty {
        unread -= block.count
        rest += block
        while let end = rest.firstIndex(of: 10) {
          let line = String(decoding: rest[..<end], as: UTF8.self)
          rest = rest[rest.index(after: end)...]
          guard let seq = (try? JSONValue(reading: line.utf8))?["seq"]?.integer, seq > before else {
            throw ChainError(
              seq: before + 1, reason: "\(JournalFiles.stream) has a line before it that is no record")
          }
          guard let kept = try String.fetchOne(record, arguments: [seq]) else {
            throw ChainError(
              seq: seq, reason: "it is missing from the journal; \(JournalFiles.stream) has it")
          }
          guard kept == line else {
            throw ChainError(seq: seq, reason: "it is another in \(JournalFiles.stream)")
          }
          before = seq
        }
        rest = Data(rest)
      }
    }
  }
}

extension String? {
  /// The text as it stands inside a line of JSON; empty, which every line contains, for nil.
  fileprivate var text: String {
    map { String(JSONValue.string($0).line.dropFirst().dropLast()) } ?? ""
  }
}
