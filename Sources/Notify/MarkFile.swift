// SPDX-License-Identifier: Apache-2.0
// How far each receiver has come, in a file of its own beside the journal: the journal has one writer, whom nobody may hold up, and
// a mark that cannot be written costs no more than a message that is sent twice.

internal import Foundation
internal import JSON
internal import Platform

/// The marks of all receivers, durable.
final class MarkFile: Sendable {
  static let name = "notify.json"

  private let path: String
  private let marks: Locked<[String: Mark]>

  /// Reads the file; without one there are no marks. Marks of receivers that are no longer there are forgotten: should one come
  /// back, it is new. Throws where the file is not what was written.
  init(directory: String, receivers: [String]) throws(MarkFailure) {
    path = directory + "/" + Self.name
    let kept = try Self.read(path)
    let known = kept.filter { receivers.contains($0.key) }
    marks = Locked(known)
    guard known.count < kept.count else { return }
    do throws(FileWriteFailure) { try write(known) } catch {
      throw MarkFailure(
        description: "\(error); give the user that runs rollwatch write access, or free space")
    }
  }

  subscript(receiver: String) -> Mark? { marks.withLock { $0[receiver] } }

  /// Makes a mark durable.
  func keep(_ mark: Mark, of receiver: String) throws(FileWriteFailure) {
    try write(
      marks.withLock { marks in
        marks[receiver] = mark
        return marks
      })
  }

  private func write(_ marks: [String: Mark]) throws(FileWriteFailure) {
    try replaceFile(path, with: Array(Self.document(marks).line.utf8), permissions: 0o640)
  }

  private static func document(_ marks: [String: Mark]) -> JSONValue {
    let entries = marks.sorted { $0.key < $1.key }.map { name, mark in
      JSONValue.Member(
        name,
        .object([
          .init("seq", .number("\(mark.seq)")), .init("failing", .strings(mark.failing.sorted())),
        ]))
    }
    return .object([.init("version", 1), .init("receivers", .object(entries))])
  }

  private static func read(_ path: String) throws(MarkFailure) -> [String: Mark] {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw MarkFailure(description: "\(path): cannot be read; give the user that runs rollwatch read access")
    }
    guard let document = try? JSONValue(reading: data), document["version"]?.integer == 1,
      case .object(let entries)? = document["receivers"]
    else { throw damaged(path) }
    var marks: [String: Mark] = [:]
    for entry in entries {
      guard let seq = entry.value["seq"]?.integer, seq >= 0 else { throw damaged(path) }
      let failing = (entry.value["failing"]?.elements ?? []).compactMap(\.string)
      marks[entry.key] = Mark(seq: seq, failing: Set(failing))
    }
    return marks
  }

  private static func damaged(_ path: String) -> MarkFailure {
    MarkFailure(
      description:
        "\(path): is not what rollwatch wrote; move it away: receivers are then told what happens from now on"
    )
  }
}

/// Marks that cannot be read.
public struct MarkFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, what is wrong, and what to do.
  public let description: String
}
