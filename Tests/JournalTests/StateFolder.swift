// SPDX-License-Identifier: Apache-2.0

import Core
import Folders
import Foundation
import GRDB
import Journal

/// A state directory of a test, removed with it, and what somebody may do to the files in it.
final class StateFolder: Sendable {
  static let home = Location(region: "eu-west-2", account: nil)

  private let folder = TemporaryFolder()
  var path: String { folder.path + "/state" }
  var database: String { path + "/journal.sqlite" }
  var stream: String { path + "/audit.jsonl" }

  /// An audit key in a file beside it.
  func key(_ text: String = "0123456789abcdef0123456789abcdef\n") throws -> AuditKey {
    try AuditKey(contentsOf: folder.write(text, to: "key"))
  }

  func open(_ key: AuditKey? = nil) throws(JournalFailure) -> JournalStore {
    try JournalStore(directory: path, home: Self.home, auditKey: key)
  }

  func reader() throws(JournalFailure) -> JournalReader { try JournalReader(directory: path) }

  /// A closed journal with so many records, in steps of one record each.
  static func holding(_ count: Int, _ key: AuditKey? = nil) throws -> StateFolder {
    let folder = StateFolder()
    try folder.append(count, key)
    return folder
  }

  /// Opens, appends so many records of the kind `stopped`, and closes.
  func append(_ count: Int, _ key: AuditKey? = nil) throws {
    let store = try open(key)
    for number in 0..<count { try store.append(Step.stopped("reason \(number)")) }
  }

  /// Changes the database behind the journal's back.
  func tamper(_ sql: String, _ arguments: StatementArguments = []) throws {
    let queue = try DatabaseQueue(path: database)
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
    try queue.close()
  }

  /// The stored lines.
  func lines() throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: database, configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { try String.fetchAll($0, sql: "SELECT line FROM records ORDER BY seq") }
  }

  func streamedLines() throws -> [String] {
    try String(contentsOfFile: stream, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  func writeStream(_ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: stream))
  }

  func mode(_ file: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path + file)[.posixPermissions] as? Int
  }
}

extension JournalReader {
  /// The lines that fit.
  func lines(
    target: String? = nil, resource: String? = nil, since: Timestamp? = nil, limit: Int? = nil
  ) throws -> [String] {
    try records(Filter(target: target, resource: resource, since: since, limit: limit)).map(\.line)
  }
}
