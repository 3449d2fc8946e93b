// SPDX-License-Identifier: Apache-2.0

import JSON
import Platform

/// Records for people: time, what, whom it concerns, and the rest in words.
struct HistoryTable {
  let text: String

  /// Lays the records out for standard output: cut to a terminal's width and coloured there, whole elsewhere.
  init(_ records: [JSONValue]) {
    let width = Terminal.width
    let isColoured = Terminal.isStandardOutput && (ProcessEnvironment.current["NO_COLOR"] ?? "").isEmpty
    self.init(records, width: width, isColoured: isColoured)
  }

  init(_ records: [JSONValue], width: Int?, isColoured: Bool) {
    let rows = records.map(Row.init)
    let widest = rows.map(\.subject.count).max() ?? 0
    let subjectWidth = max(
      "TARGET OR RESOURCE".count, min(widest, width.map { max(20, $0 * 2 / 5) } ?? widest))
    var lines = [Self.line("TIME (UTC)", "WHAT", "TARGET OR RESOURCE", "DETAIL", subjectWidth)]
    for row in rows {
      let subject = Self.cutInTheMiddle(row.subject, to: subjectWidth)
      var line = Self.line(row.time, row.what, subject, row.detail, subjectWidth)
      if let width, line.count > width { line = line.prefix(max(1, width - 1)) + "…" }
      lines.append(isColoured ? row.coloured(line) : line)
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func line(
    _ time: String, _ what: String, _ subject: String, _ detail: String, _ subjectWidth: Int
  ) -> String {
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let line = "\(padded(time, 19))  \(padded(what, 15))  \(padded(subject, subjectWidth))  \(detail)"
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// Names are told apart by their beginnings and their ends.
  private static func cutInTheMiddle(_ text: String, to width: Int) -> String {
    guard text.count > width else { return text }
    let head = (width - 1) / 2
    return text.prefix(head) + "…" + text.suffix(width - 1 - head)
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
      return "deployment \(text("deployment"))\(record["adopted"] == .bool(true) ? ", adopted" : "")"
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

  func coloured(_ line: String) -> String {
    let code: Int? =
      switch outcome {
      case "completed", "sourceRecovered", "returned", "unquarantined": 32
      case "held", "superseded", "disappeared", "skipped": 33
      case "failed", "rolledBack", "late", "refused", "quarantined", "sourceFailing": 31
      case "planned", "issued": 1
      default: nil
      }
    return code.map { "\u{1b}[\($0)m\(line)\u{1b}[0m" } ?? line
  }
}
