// SPDX-License-Identifier: Apache-2.0
// Which record is which event. Records are read as they stand in the journal, so that one that was written before a crash, or
// by an earlier version, is read like one of just now.

internal import Core
internal import JSON
internal import Rules

/// Something that receivers are told of.
struct Notice: Hashable, Sendable {
  /// The record's number: the same for ever, so that receivers know what they were told twice.
  var seq: Int64
  var event: Receiver.Event
  /// By the names that a `text` may use. What a notice does not have is not there.
  var values: [String: String]
  /// The record as it stands in the journal.
  var record: JSONValue
}

/// One record, as far as receivers are concerned.
struct Tiding: Hashable, Sendable {
  /// What a record says of a target that is told to fail, or not to any more.
  enum Change: Hashable, Sendable {
    case failed(String)
    case mended(String)
  }

  var seq: Int64
  var notice: Notice?
  var change: Change?

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - failing: the targets whose last restart failed.
  ///   - home: where a record is about that names no Region.
  ///   - causes: the causes of a restart, by its id.
  init(
    seq: Int64, record: JSONValue, failing: Set<String>, home: Location, causes: (String) -> [JSONValue]
  ) {
    self.seq = seq
    let target = Self.key(record)
    guard let kind = record["kind"]?.string, let event = Self.event(kind, record, target, failing) else {
      return
    }
    switch event {
    case .failure: change = .failed(target)
    case .recovery where kind == "ended": change = .mended(target)
    case .recovery, .hold, .quarantine, .disappearance, .source, .success: break
    }
    notice = Notice(
      seq: seq, event: event, values: Self.values(record, event, home: home, causes: causes), record: record)
  }

  private static func event(
    _ kind: String, _ record: JSONValue, _ target: String, _ failing: Set<String>
  ) -> Receiver.Event? {
    switch kind {
    case "refused": return .failure
    case "ended":
      switch record["outcome"]?.string {
      case "superseded": return nil
      case "completed": return failing.contains(target) ? .recovery : .success
      default: return .failure
      }
    case "held": return .hold
    case "quarantined": return .quarantine
    case "disappeared": return .disappearance
    case "sourceFailing": return .source
    case "sourceRecovered", "returned": return .recovery
    default: return nil
    }
  }

  /// A target in its place: two Regions may have one of the same name.
  private static func key(_ record: JSONValue) -> String {
    ["target", "region", "account"].map { record[$0]?.string ?? "" }.joined(separator: " ")
  }

  private static func values(
    _ record: JSONValue, _ event: Receiver.Event, home: Location, causes: (String) -> [JSONValue]
  ) -> [String: String] {
    var values = ["kind": event.rawValue, "region": home.region, "account": home.account ?? ""]
    for name in Receiver.textNames where name != "kind" {
      switch record[name] {
      case .string(let text): values[name] = text
      case .number(let digits): values[name] = digits
      case .null, .bool, .array, .object, nil: break
      }
    }
    if let error = values["error"], values["reason"] == nil { values["reason"] = error }
    if let restart = values["restart"] { values["causes"] = named(causes(restart)) }
    return values.filter { !$0.value.isEmpty }
  }

  /// The first few by name.
  private static func named(_ causes: [JSONValue]) -> String {
    let names = causes.compactMap { $0["resource"]?.string }
    let first = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(first) and \(names.count - 3) more" : first
  }
}
