// SPDX-License-Identifier: Apache-2.0

internal import GRDB

/// The tables of a journal. Records are kept as the very lines that are hashed and streamed; the rest is the state, changed in
/// the same transactions.
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
            streamed INTEGER NOT NULL, state INTEGER NOT NULL);
          CREATE TABLE scopes (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, region TEXT NOT NULL, account TEXT NOT NULL,
            UNIQUE (kind, region, account));
          CREATE TABLE sources (scope INTEGER PRIMARY KEY, failingSince INTEGER, watchedBy INTEGER NOT NULL);
          CREATE TABLE seen (
            scope INTEGER NOT NULL, name TEXT NOT NULL,
            version NOT NULL, madeAt INTEGER, modifiedAt INTEGER, presence INTEGER NOT NULL,
            PRIMARY KEY (scope, name)) WITHOUT ROWID;
          CREATE TABLE targets (target TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
          """)
      let empty = ChainHead.empty
      try database.execute(
        sql: "INSERT INTO head VALUES (1, ?, ?, 0, 0)", arguments: [empty.seq, empty.hash])
    }
    migrator.registerMigration("2") { database in
      try database.execute(
        sql: """
          ALTER TABLE targets RENAME COLUMN target TO key;
          CREATE TABLE trials (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
          CREATE TABLE holds (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
          """)
    }
    return migrator
  }()

  /// A later version may have changed what the tables mean.
  static func requireKnown(_ database: DatabaseQueue, _ path: String) throws {
    guard try !database.read(migrator.hasBeenSuperseded) else {
      throw JournalFailure(
        "\(path): it was written by a later version of rollwatch; run that one, or move the directory away to start afresh"
      )
    }
  }

  /// What is known of the whole: where the chain ends, how much of it is in the stream, and the sum over the state's rows.
  struct Head {
    var chain: ChainHead
    var streamed: Int64
    var state: UInt64
  }

  static func head(_ database: Database) throws -> Head {
    guard let row = try Row.fetchOne(database, sql: "SELECT seq, hash, streamed, state FROM head") else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the journal has no head")
    }
    return Head(
      chain: ChainHead(seq: row["seq"], hash: row["hash"]), streamed: row["streamed"],
      state: UInt64(bitPattern: row["state"]))
  }
}
