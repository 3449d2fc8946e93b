// SPDX-License-Identifier: Apache-2.0
// Every record is sealed with the one before it, so that none can be altered, removed or put in between without every later
// hash being wrong: hash = SHA-256(previous hash in hex ‖ RFC 8785 form of the record without `previous` and `hash`).
//
// Anybody who can write the file can compute a whole chain anew. With a key, which a machine keeps elsewhere, each record also has a
// `seal` = HMAC-SHA256(key, hash), which nobody else can compute.

internal import Core
internal import JSON
internal import Platform

/// The end of a chain: where the next record is sealed.
struct ChainHead: Hashable, Sendable {
  /// The last record's number; 0 before the first.
  var seq: Int64
  /// The last record's hash; 64 zeros before the first.
  var hash: String
  /// The last record has a seal, and so must all that follow.
  var isSealed = false

  static let empty = ChainHead(seq: 0, hash: String(repeating: "0", count: 64))

  /// Adds a record and becomes its head.
  mutating func add(_ fields: [JSONValue.Member], key: AuditKey?) -> SealedRecord {
    let previous = hash
    let numbered = [.init("seq", .number("\(seq + 1)"))] + fields
    seq += 1
    hash = Self.hash(of: .object(numbered), after: previous)
    var sealed = numbered + [.init("previous", .string(previous)), .init("hash", .string(hash))]
    if let key { sealed.append(.init("seal", .string(key.seal(of: hash)))) }
    isSealed = key != nil
    return SealedRecord(seq: seq, line: JSONValue.object(sealed).line)
  }

  /// Becomes the head of a record that was added before, or says what is wrong with it. Without a key seals are not looked at.
  mutating func follow(_ line: String, key: AuditKey?) throws(ChainError) {
    guard let value = try? JSONValue(reading: line.utf8), case .object(let members) = value else {
      throw ChainError(seq: seq + 1, reason: "it is not a JSON object")
    }
    guard value.line == line else {
      throw ChainError(seq: seq + 1, reason: "it is not written as rollwatch writes")
    }
    guard value["seq"]?.integer == seq + 1 else {
      throw ChainError(seq: seq + 1, reason: "its number is \(value["seq"]?.line ?? "missing")")
    }
    guard value["previous"]?.string == hash else {
      throw ChainError(seq: seq + 1, reason: "it does not follow the record before it")
    }
    let content = members.filter { !["previous", "hash", "seal"].contains($0.key) }
    let computed = Self.hash(of: .object(content), after: hash)
    guard value["hash"]?.string == computed else {
      throw ChainError(seq: seq + 1, reason: "its hash does not fit its content")
    }
    let seal = value["seal"]?.string
    if let key, isSealed || seal != nil, seal != key.seal(of: computed) {
      throw ChainError(
        seq: seq + 1,
        reason: seal == nil ? "its seal is missing" : "its seal was not made with this audit key")
    }
    (seq, hash, isSealed) = (seq + 1, computed, seal != nil)
  }

  private static func hash(of content: JSONValue, after previous: String) -> String {
    SHA256.hash(Array(previous.utf8) + content.canonical).hex
  }
}

/// A record in its place in the chain.
public struct SealedRecord: Hashable, Sendable {
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
