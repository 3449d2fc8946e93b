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

  func write(_ changes: [StateChange], to database: Database) throws {
    var scopes: [Scope: Int64] = [:]
    func id(_ scope: Scope) throws -> Int64 {
      if let known = scopes[scope] { return known }
      let id = try Self.id(of: scope, database)
      scopes[scope] = id
      return id
    }
    for change in changes {
      switch change {
      case .seen(let resource, let seen):
        try write(seen, of: resource.name, in: try id(resource.scope), database)
      case .source(let scope, let source): try write(source, of: try id(scope), database)
      case .target(let target, let state): try write(state, of: target, database)
      }
    }
  }

  private static func id(of scope: Scope, _ database: Database) throws -> Int64 {
    let key: StatementArguments = [
      scope.kind.rawValue, scope.location.region, scope.location.account ?? "",
    ]
    try database.execute(
      sql: "INSERT OR IGNORE INTO scopes (kind, region, account) VALUES (?, ?, ?)", arguments: key)
    let id = try Int64.fetchOne(
      database, sql: "SELECT id FROM scopes WHERE kind = ? AND region = ? AND account = ?", arguments: key)
    guard let id else { throw damage("a scope is not where it was written") }
    return id
  }

  private func write(_ seen: Seen?, of name: String, in scope: Int64, _ database: Database) throws {
    guard let seen else {
      return try database.cachedStatement(sql: "DELETE FROM seen WHERE scope = ? AND name = ?")
        .execute(arguments: [scope, name])
    }
    var arguments: StatementArguments = [scope, name]
    switch seen.version {
    case .parameter(let number, let madeAt): arguments += [number, madeAt.milliseconds]
    case .secret(let id): arguments += [id, nil]
    }
    arguments += [seen.modifiedAt?.milliseconds, Self.presences.firstIndex(of: seen.presence)]
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)")
      .execute(arguments: arguments)
  }

  private func write(_ source: SourceState?, of scope: Int64, _ database: Database) throws {
    guard let source else {
      return try database.execute(sql: "DELETE FROM sources WHERE scope = ?", arguments: [scope])
    }
    try database.execute(
      sql: "INSERT OR REPLACE INTO sources VALUES (?, ?, ?)",
      arguments: [scope, source.failingSince?.milliseconds, Int64(bitPattern: source.watchedBy)])
  }

  private func write(_ state: TargetState?, of target: Target, _ database: Database) throws {
    let key = try text(target)
    guard let state else {
      return try database.execute(sql: "DELETE FROM targets WHERE target = ?", arguments: [key])
    }
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO targets VALUES (?, ?)")
      .execute(arguments: [key, try text(state)])
  }

  private func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  // MARK: Reading

  func read(_ database: Database) throws -> State {
    var state = State.empty
    for row in try Row.fetchAll(database, sql: "SELECT id, kind, region, account FROM scopes") {
      let scope = try Self.scope(row)
      let seen = try Self.seen(in: row["id"], database)
      if !seen.isEmpty { state.seen[scope] = seen }
      state.sources[scope] = try Self.source(row["id"], database)
    }
    let targets = try Row.fetchAll(database, sql: "SELECT target, value FROM targets")
    // Made only where there is something to decode: a decoder's first use costs more than all the rest of a small state.
    let decoder = targets.isEmpty ? nil : JSONDecoder()
    for row in targets {
      guard let decoder else { break }
      let target = try decoder.decode(Target.self, from: Data((row["target"] as String).utf8))
      state.targets[target] = try decoder.decode(TargetState.self, from: Data((row["value"] as String).utf8))
    }
    return state
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

  private static func seen(in scope: Int64, _ database: Database) throws -> Memory {
    let sql = "SELECT name, version, madeAt, modifiedAt, presence FROM seen WHERE scope = ? ORDER BY name"
    let rows = try Row.fetchCursor(database, sql: sql, arguments: [scope])
    var entries: [Memory.Entry] = []
    while let row = try rows.next() {
      let (presence, modifiedAt): (Int, Int64?) = (row[4], row[3])
      guard presences.indices.contains(presence) else { throw damage("a resource has an unknown presence") }
      let version: Version
      if let madeAt: Int64 = row[2] {
        version = .parameter(number: row[1], modifiedAt: Timestamp(milliseconds: madeAt))
      } else {
        version = .secret(id: row[1])
      }
      let seen = Seen(
        version: version, modifiedAt: modifiedAt.map(Timestamp.init(milliseconds:)),
        presence: presences[presence])
      entries.append(Memory.Entry(name: row[0], seen: seen))
    }
    return Memory(entries)
  }

  /// A presence is kept as its place in this list.
  private static let presences: [Seen.Presence] = [.present, .leaving, .disappeared]

  private static func damage(_ message: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: message)
  }
}
