// SPDX-License-Identifier: Apache-2.0
// Records are kept as the very lines that are hashed and streamed. The state is kept as one JSON value a row: only the engine
// looks inside.

internal import Core
internal import Foundation
internal import GRDB

enum Schema {
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE records (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, line TEXT NOT NULL);
          CREATE INDEX recordsByTime ON records (time);
          CREATE TABLE head (
            id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL,
            streamed INTEGER NOT NULL);
          CREATE TABLE seen (
            kind TEXT NOT NULL, region TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
            value TEXT NOT NULL, PRIMARY KEY (kind, region, account, name)) WITHOUT ROWID;
          CREATE TABLE sources (
            kind TEXT NOT NULL, region TEXT NOT NULL, account TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (kind, region, account)) WITHOUT ROWID;
          CREATE TABLE targets (target TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
          """)
      let empty = ChainHead.empty
      try database.execute(sql: "INSERT INTO head VALUES (1, ?, ?, 0)", arguments: [empty.seq, empty.hash])
    }
    return migrator
  }()

  static func head(_ database: Database) throws -> (chain: ChainHead, streamed: Int64) {
    guard let row = try Row.fetchOne(database, sql: "SELECT seq, hash, streamed FROM head") else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the journal has no head")
    }
    return (ChainHead(seq: row["seq"], hash: row["hash"]), row["streamed"])
  }
}

/// Rows of the state.
struct StateTables {
  private let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    // So that equal states are equal rows.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()
  private let decoder = JSONDecoder()

  func write(_ change: StateChange, to database: Database) throws {
    switch change {
    case .seen(let resource, let seen):
      let key = Self.key(resource.scope) + [resource.name]
      try put(seen, key, "seen", ["kind", "region", "account", "name"], database)
    case .source(let scope, let source):
      try put(source, Self.key(scope), "sources", ["kind", "region", "account"], database)
    case .target(let target, let state):
      try put(state, [try text(target)], "targets", ["target"], database)
    }
  }

  func read(_ database: Database) throws -> State {
    var state = State.empty
    for row in try Row.fetchAll(database, sql: "SELECT kind, region, account, name, value FROM seen") {
      let scope = try Self.scope(row)
      state.seen[scope, default: [:]][row["name"]] = try value(row, Seen.self)
    }
    for row in try Row.fetchAll(database, sql: "SELECT kind, region, account, value FROM sources") {
      state.sources[try Self.scope(row)] = try value(row, SourceState.self)
    }
    for row in try Row.fetchAll(database, sql: "SELECT target, value FROM targets") {
      let target = try decoder.decode(Target.self, from: Data((row["target"] as String).utf8))
      state.targets[target] = try value(row, TargetState.self)
    }
    return state
  }

  private func put(
    _ value: (some Encodable)?, _ key: [String], _ table: String, _ columns: [String], _ database: Database
  ) throws {
    if let value {
      let marks = repeatElement("?", count: key.count + 1).joined(separator: ", ")
      let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO \(table) VALUES (\(marks))")
      try statement.execute(arguments: StatementArguments(key + [try text(value)]))
    } else {
      let condition = columns.map { "\($0) = ?" }.joined(separator: " AND ")
      let statement = try database.cachedStatement(sql: "DELETE FROM \(table) WHERE \(condition)")
      try statement.execute(arguments: StatementArguments(key))
    }
  }

  private func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private func value<Value: Decodable>(_ row: Row, _ type: Value.Type) throws -> Value {
    try decoder.decode(type, from: Data((row["value"] as String).utf8))
  }

  private static func key(_ scope: Scope) -> [String] {
    [scope.kind.rawValue, scope.location.region, scope.location.account ?? ""]
  }

  private static func scope(_ row: Row) throws -> Scope {
    guard let kind = Resource.Kind(rawValue: row["kind"]) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a resource has an unknown kind")
    }
    let account: String = row["account"]
    return Scope(
      kind: kind, location: Location(region: row["region"], account: account.isEmpty ? nil : account))
  }
}
