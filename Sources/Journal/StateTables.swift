// SPDX-License-Identifier: Apache-2.0
// The state as rows. What is known of a target is one JSON value: only the engine looks inside. What was last seen has a row for
// every watched resource, 100,000 of them in a large estate, all read at every start: it has columns. Times are in
// milliseconds since 1970.

internal import Core
internal import Foundation
internal import GRDB

/// Writes and reads the state.
struct StateTables {
  private let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    // So that equal states are equal rows.
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  // MARK: Writing

  /// Writes changes, and returns by how much they move the sum of all rows' fingerprints.
  ///
  /// The sum is kept in the same transaction, so that a row that a broken disk has altered or lost is found at the next start, and not
  /// taken for a change of what it is about. SQLite itself looks at the structure of a file only.
  func write(_ changes: [StateChange], to database: Database) throws -> UInt64 {
    var scopes: [Scope: Int64] = [:]
    var moved: UInt64 = 0
    func id(_ scope: Scope) throws -> Int64 {
      if let known = scopes[scope] { return known }
      let id = try Self.id(of: scope, database, &moved)
      scopes[scope] = id
      return id
    }
    for change in changes {
      switch change {
      case .seen(let resource, let seen):
        let scope = try id(resource.scope)
        moved &-= try Self.row(of: resource.name, in: scope, database)
        moved &+= try Self.write(seen, of: resource.name, in: scope, database)
      case .source(let scope, let source):
        let scope = try id(scope)
        moved &-= try Self.sourceRow(scope, database)
        moved &+= try Self.write(source, of: scope, database)
      case .target(let target, let state): try keep(state, target, in: .targets, database, &moved)
      case .trial(let resource, let trial): try keep(trial, resource, in: .trials, database, &moved)
      case .holdOfAll(let hold): try keep(hold, Self.everything, in: .holds, database, &moved)
      }
    }
    return moved
  }

  private static func id(of scope: Scope, _ database: Database, _ moved: inout UInt64) throws -> Int64 {
    let key: StatementArguments = [
      scope.kind.rawValue, scope.location.region, scope.location.account ?? "",
    ]
    let sql = "SELECT id FROM scopes WHERE kind = ? AND region = ? AND account = ?"
    if let id = try Int64.fetchOne(database, sql: sql, arguments: key) { return id }
    try database.execute(sql: "INSERT INTO scopes (kind, region, account) VALUES (?, ?, ?)", arguments: key)
    let id = database.lastInsertedRowID
    moved &+= row(id, scope.kind.rawValue, scope.location.region, scope.location.account ?? "")
    return id
  }

  private static func write(
    _ seen: Seen?, of name: String, in scope: Int64, _ database: Database
  ) throws -> UInt64 {
    guard let seen else {
      try database.cachedStatement(sql: "DELETE FROM seen WHERE scope = ? AND name = ?")
        .execute(arguments: [scope, name])
      return 0
    }
    var arguments: StatementArguments = [scope, name]
    switch seen.version {
    case .parameter(let number, let madeAt): arguments += [number, madeAt.milliseconds]
    case .secret(let id): arguments += [id, nil]
    }
    arguments += [seen.modifiedAt?.milliseconds, presences.firstIndex(of: seen.presence)]
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)")
      .execute(arguments: arguments)
    return row(scope, name, seen)
  }

  private static func write(_ source: SourceState?, of scope: Int64, _ database: Database) throws -> UInt64 {
    guard let source else {
      try database.execute(sql: "DELETE FROM sources WHERE scope = ?", arguments: [scope])
      return 0
    }
    try database.execute(
      sql: "INSERT OR REPLACE INTO sources VALUES (?, ?, ?)",
      arguments: [scope, source.failingSince?.milliseconds, Int64(bitPattern: source.watchedBy)])
    return row(scope, source)
  }

  /// Tables whose rows are a key and a value, both JSON: only the engine looks inside.
  private enum Table: String {
    case targets, trials, holds
  }

  /// The key of a hold that concerns everything.
  private static let everything = "*"

  private func keep(
    _ value: (some Encodable)?, _ key: some Encodable, in table: Table, _ database: Database,
    _ moved: inout UInt64
  ) throws {
    let key = try text(key)
    let sql = "SELECT value FROM \(table.rawValue) WHERE key = ?"
    if let before = try String.fetchOne(database.cachedStatement(sql: sql), arguments: [key]) {
      moved &-= Self.row(key, before)
    }
    guard let value else {
      try database.cachedStatement(sql: "DELETE FROM \(table.rawValue) WHERE key = ?").execute(arguments: [
        key
      ])
      return
    }
    let text = try text(value)
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO \(table.rawValue) VALUES (?, ?)")
      .execute(arguments: [key, text])
    moved &+= Self.row(key, text)
  }

  private func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  // MARK: Reading

  /// The state, and the sum of all rows' fingerprints.
  func read(_ database: Database) throws -> (state: State, sum: UInt64) {
    var state = State.empty
    var sum: UInt64 = 0
    for row in try Row.fetchAll(database, sql: "SELECT id, kind, region, account FROM scopes") {
      let scope = try Self.scope(row)
      let id: Int64 = row["id"]
      sum &+= Self.row(id, row["kind"], row["region"], row["account"])
      let seen = try Self.seen(in: id, database, &sum)
      if !seen.isEmpty { state.seen[scope] = seen }
      state.sources[scope] = try Self.source(id, database)
      sum &+= state.sources[scope].map { Self.row(id, $0) } ?? 0
    }
    for (target, value) in try Self.kept(Target.self, TargetState.self, in: .targets, database, &sum) {
      state.targets[target] = value
    }
    for (resource, trial) in try Self.kept(Resource.self, Trial.self, in: .trials, database, &sum) {
      state.trials[resource] = trial
    }
    state.holdOfAll = try Self.kept(String.self, OperatorHold.self, in: .holds, database, &sum).first?.1
    return (state, sum)
  }

  private static func kept<Key: Decodable, Value: Decodable>(
    _ key: Key.Type, _ value: Value.Type, in table: Table, _ database: Database, _ sum: inout UInt64
  ) throws -> [(Key, Value)] {
    let rows = try Row.fetchAll(database, sql: "SELECT key, value FROM \(table.rawValue)")
    // Made only where there is something to decode: a decoder's first use costs more than all the rest of a small state.
    guard !rows.isEmpty else { return [] }
    let decoder = JSONDecoder()
    return try rows.map { row in
      let (key, value): (String, String) = (row["key"], row["value"])
      sum &+= Self.row(key, value)
      return (
        try decoder.decode(Key.self, from: Data(key.utf8)),
        try decoder.decode(Value.self, from: Data(value.utf8))
      )
    }
  }

  private static func scope(_ row: Row) throws -> Scope {
    guard let kind = Resource.Kind(rawValue: row["kind"]) else {
      throw damage("a resource has an unknown kind")
    }
    let account: String = row["account"]
    return Scope(
      kind: kind, location: Location(region: row["region"], account: account.isEmpty ? nil : account))
  }

  private static func source(_ scope: Int64, _ database: Database) throws -> SourceState? {
    let sql = "SELECT failingSince, watchedBy FROM sources WHERE scope = ?"
    guard let row = try Row.fetchOne(database, sql: sql, arguments: [scope]) else { return nil }
    let failingSince: Int64? = row["failingSince"]
    return SourceState(
      failingSince: failingSince.map(Timestamp.init(milliseconds:)),
      watchedBy: UInt64(bitPattern: row["watchedBy"]))
  }

  private static let columns = "SELECT name, version, madeAt, modifiedAt, presence FROM seen WHERE scope = ?"

  private static func seen(in scope: Int64, _ database: Database, _ sum: inout UInt64) throws -> Memory {
    let rows = try Row.fetchCursor(database, sql: columns + " ORDER BY name", arguments: [scope])
    var entries: [Memory.Entry] = []
    while let row = try rows.next() {
      let entry = Memory.Entry(name: row[0], seen: try seen(row))
      sum &+= Self.row(scope, entry.name, entry.seen)
      entries.append(entry)
    }
    return Memory(entries)
  }

  private static func seen(_ row: Row) throws -> Seen {
    let (presence, modifiedAt): (Int, Int64?) = (row[4], row[3])
    guard presences.indices.contains(presence) else { throw damage("a resource has an unknown presence") }
    let version: Version
    if let madeAt: Int64 = row[2] {
      version = .parameter(number: row[1], modifiedAt: Timestamp(milliseconds: madeAt))
    } else {
      version = .secret(id: row[1])
    }
    return Seen(
      version: version, modifiedAt: modifiedAt.map(Timestamp.init(milliseconds:)),
      presence: presences[presence])
  }

  /// A presence is kept as its place in this list.
  private static let presences: [Seen.Presence] = [.present, .leaving, .disappeared]

  // MARK: Fingerprints of rows

  private static func row(of name: String, in scope: Int64, _ database: Database) throws -> UInt64 {
    let statement = try database.cachedStatement(sql: columns + " AND name = ?")
    guard let found = try Row.fetchOne(statement, arguments: [scope, name]) else { return 0 }
    return row(scope, name, try seen(found))
  }

  private static func sourceRow(_ scope: Int64, _ database: Database) throws -> UInt64 {
    try source(scope, database).map { row(scope, $0) } ?? 0
  }

  private static func row(_ scope: Int64, _ name: String, _ seen: Seen) -> UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(scope)
    fingerprint.add(name)
    switch seen.version {
    case .parameter(let number, let madeAt):
      fingerprint.add(number)
      fingerprint.add(madeAt.milliseconds)
    case .secret(let id): fingerprint.add(id)
    }
    fingerprint.add(seen.modifiedAt?.milliseconds)
    fingerprint.add(seen.presence.rawValue)
    return fingerprint.value
  }

  private static func row(_ scope: Int64, _ source: SourceState) -> UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(scope)
    fingerprint.add(source.failingSince?.milliseconds)
    fingerprint.add(Int64(bitPattern: source.watchedBy))
    return fingerprint.value
  }

  private static func row(_ id: Int64, _ kind: String, _ region: String, _ account: String) -> UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(id)
    for text in [kind, region, account] { fingerprint.add(text) }
    return fingerprint.value
  }

  private static func row(_ key: String, _ value: String) -> UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(key)
    fingerprint.add(value)
    return fingerprint.value
  }

  private static func damage(_ message: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: message)
  }
}
