// SPDX-License-Identifier: Apache-2.0
// Every record is chained to the one before it, so that none can be altered, removed or put in between without every later
// hash being wrong: hash = SHA-256(previous hash in hex ‖ RFC 8785 form of the record without `previous` and `hash`).
//
// Anybody who can write the file can compute a whole chain anew. With a key, which a machine keeps elsewhere, each record also has a
// `seal` = HMAC-SHA256(key, the same without `seal`), which nobody else can compute.

internal import Core
internal import JSON
internal import Platform

/// The end of a chain: where the next record is added.
struct ChainHead: Hashable, Sendable {
  /// The last record's number; 0 before the first.
  var seq: Int64
  /// The last record's hash; 64 zeros before the first.
  var hash: String

  static let empty = ChainHead(seq: 0, hash: String(repeating: "0", count: 64))

  /// Adds a record and becomes its head.
  mutating func add(_ fields: [JSONValue.Member], key: AuditKey?) -> ChainedRecord {
    var content = [.init("seq", .number("\(seq + 1)"))] + fields
    if let key { content.append(.init("seal", .string(key.seal(message(content))))) }
    let previous = hash
    hash = SHA256.hash(message(content)).hex
    seq += 1
    content += [.init("previous", .string(previous)), .init("hash", .string(hash))]
    return ChainedRecord(seq: seq, line: JSONValue.object(content).line)
  }

  /// Becomes the head of a record that was added before, and returns its seal where it has one; or says what is wrong with it.
  /// Without a key nothing is known of the seal.
  mutating func follow(_ line: String, key: AuditKey?) throws(ChainError) -> String? {
    let seq = seq + 1
    guard let value = try? JSONValue(reading: line.utf8), case .object(let members) = value else {
      throw ChainError(seq: seq, reason: "it is not a JSON object")
    }
    guard value.line == line else {
      throw ChainError(seq: seq, reason: "it is not written as rollwatch writes")
    }
    guard value["seq"]?.integer == seq else {
      throw ChainError(seq: seq, reason: "its number is \(value["seq"]?.line ?? "missing")")
    }
    guard value["previous"]?.string == hash else {
      throw ChainError(seq: seq, reason: "it does not follow the record before it")
    }
    let content = members.filter { $0.key != "previous" && $0.key != "hash" }
    let computed = SHA256.hash(message(content)).hex
    guard value["hash"]?.string == computed else {
      throw ChainError(seq: seq, reason: "its hash does not fit its content")
    }
    let seal = value["seal"]?.string
    if let key, let seal, seal != key.seal(message(content.filter { $0.key != "seal" })) {
      throw ChainError(seq: seq, reason: "its seal was not made with this audit key")
    }
    self = ChainHead(seq: seq, hash: computed)
    return seal
  }

  private func message(_ content: [JSONValue.Member]) -> [UInt8] {
    Array(hash.utf8) + JSONValue.object(content).canonical
  }
}

/// A record in its place in the chain.
public struct ChainedRecord: Hashable, Sendable {
  /// Its number, from 1.
  public let seq: Int64
  /// Its one line of JSON, without a newline.
  public let line: String
}

/// The first record of a chain that is not what it was.
public struct ChainError: Error, Hashable, Sendable {
  /// Its number.
  public let seq: Int64
  /// What is wrong with it.
  public let reason: String
}
