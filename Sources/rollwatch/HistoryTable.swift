// SPDX-License-Identifier: Apache-2.0

import Core
import JSON
import Platform

/// Records for people: time, what, whom it concerns, and the rest in words.
struct HistoryTable {
  let text: String

  /// Lays the records out.
  init(_ records: [JSONValue], on sheet: Sheet) {
    var table = TextTable(
      ["TIME (UTC)", "WHAT", "TARGET OR RESOURCE", "DETAIL"], minimum: [19, 15], names: 2)
    for row in records.map(Row.init) { table.add([row.time, row.what, row.subject, row.detail], row.colour) }
    text = table.lines(on: sheet).joined(separator: "\n") + "\n"
  }
}

/// One record in words.
private struct Row {
  let time: String
  let what: String
  let subject: String
  let detail: String
  private let outcome: String

  init(_ record: JSONValue) {
    func text(_ key: String) -> String { (record[key]?.string ?? record[key]?.line ?? "").printable }
    let kind = text("kind")
    time = text("time").prefix(19).split(separator: "T").joined(separator: " ")
    what = kind
    outcome = kind == "ended" ? text("outcome") : kind
    subject = Self.subject(record, text)
    detail = Self.detail(kind, record, text)
  }

  private static func subject(_ record: JSONValue, _ text: (String) -> String) -> String {
    if record["kind"]?.string == "quarantined" { return text("resource") }
    if record["target"] != nil { return text("target") }
    if record["resource"] != nil { return text("resource") }
    return record["source"] == nil ? "" : "\(text("source")) in \(text("region"))"
  }

  private static func detail(_ kind: String, _ record: JSONValue, _ text: (String) -> String) -> String {
    switch kind {
    case "started": return "version \(text("version")), process \(text("pid"))"
    case "rulesLoaded": return "rules in force: \(text("rules")), digest \(text("digest").prefix(12))"
    case "baseline": return "\(text("resources")) seen for the first time"
    case "changed":
      let by = record["changedBy"] == nil ? "" : " by \(text("changedBy"))"
      return "\(text("from")) → \(text("to"))\(by)"
    case "planned": return causes(record, text)
    case "issued":
      let begun = Target.begun(text("deployment"), byRestartOf: text("target"))
      return record["adopted"] == .bool(true) ? "\(begun), adopted" : begun
    case "refused": return record["remedy"] == nil ? text("reason") : "\(text("reason")); \(text("remedy"))"
    case "ended":
      let reason = record["reason"] == nil ? "" : ": \(text("reason"))"
      return "\(text("outcome")) after \(text("seconds")) s\(reason)"
    case "quarantined":
      return "version \(text("version")), after restart \(text("restart")) of \(text("target"))"
    case "unquarantined": return "version \(text("version")): \(text("reason"))"
    case "ordered":
      let reason = record["reason"] == nil ? "" : ": \(text("reason"))"
      return "\(text("order")) by \(text("actor"))\(reason)"
    case "sourceFailing": return text("error")
    case "sourceRecovered": return "after \(text("seconds")) s"
    default: return text("reason")
    }
  }

  private static func causes(_ record: JSONValue, _ text: (String) -> String) -> String {
    let resources = (record["causes"]?.elements ?? []).compactMap { $0["resource"]?.string?.printable }
    guard !resources.isEmpty else {
      return record["reason"] == nil ? "by hand" : "by hand: \(text("reason"))"
    }
    let shown = resources.prefix(4).joined(separator: ", ")
    return "for \(shown)" + (resources.count > 4 ? " and \(resources.count - 4) more" : "")
  }

  var colour: Colour? {
    switch outcome {
    case "completed", "sourceRecovered", "returned", "unquarantined": .good
    case "held", "superseded", "disappeared", "skipped": .waiting
    case "failed", "rolledBack", "late", "refused", "quarantined", "sourceFailing": .bad
    case "planned", "issued": .heading
    default: nil
    }
  }
}
