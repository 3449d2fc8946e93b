// SPDX-License-Identifier: Apache-2.0

import Core
import JSON
import Platform

/// A status for people.
struct StatusScreen {
  let text: String

  /// Lays a status out; the times in it are told from the moment at which it was made.
  init(_ status: JSONValue, on sheet: Sheet) {
    let now = status.time("time") ?? Timestamp(milliseconds: 0)
    let parts = [
      [sheet.cut(Self.headline(status, now))],
      Self.section(nil, Self.sources(status, now), sheet),
      Self.section(nil, Self.restarts(status, now), sheet, ifNone: "nothing waits and nothing is under way"),
      Self.section(
        "in quarantine: no other target is restarted for these", Self.quarantined(status, now), sheet),
      Self.section("waiting for an operator's approval", Self.approvals(status), sheet),
      Self.section("held by operators", Self.holds(status, now), sheet),
      Self.section(
        "receivers that take no notices: they wait, and are sent again", Self.receivers(status, now), sheet),
    ]
    text = parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private static func section(
    _ title: String?, _ table: TextTable, _ sheet: Sheet, ifNone: String? = nil
  ) -> [String] {
    guard !table.isEmpty else { return ifNone.map { [$0] } ?? [] }
    return (title.map { [sheet.coloured(sheet.cut($0), .heading)] } ?? []) + table.lines(on: sheet)
  }

  private static func headline(_ status: JSONValue, _ now: Timestamp) -> String {
    guard let daemon = status["daemon"] else { return "no daemon runs; as the journal remembers it" }
    let since = daemon.time("since").map { " for \((now - $0).inWords)" } ?? ""
    return "rollwatch \(daemon.text("version")) runs as process \(daemon.text("pid"))\(since)"
  }

  // MARK: Tables

  private static func sources(_ status: JSONValue, _ now: Timestamp) -> TextTable {
    var table = TextTable(["SOURCE", "RESOURCES", "SWEPT", "NEXT SWEEP", "STATE"], names: 0)
    for source in status.list("sources") {
      let failing = source.time("failingSince").map { "failing for \((now - $0).inWords)" }
      let isSweeping = status["daemon"] != nil && source["next"] == nil
      table.add(
        [
          "\(source.text("source")) in \(source.place)", source.text("resources"),
          source.time("sweptAt").map { "\((now - $0).inWords) ago" } ?? "not yet",
          isSweeping ? "now" : source.next(now) ?? "", failing ?? "",
        ], failing == nil ? nil : .bad)
    }
    return table
  }

  private static func restarts(_ status: JSONValue, _ now: Timestamp) -> TextTable {
    var table = TextTable(["TARGET", "STAGE", "FOR", "NEXT STEP (UTC)", "WHY"], names: 0)
    for item in status.list("restarts") {
      let causes = item.list("causes").compactMap { $0.string?.printable }
      let count = causes.count + Int(item["omittedCauses"]?.integer ?? 0)
      let changed = causes.first.map { count > 1 ? "\($0) and \(count - 1) more" : $0 } ?? "by hand"
      let begun =
        item["deployment"] == nil
        ? "" : Target.begun(item.text("deployment"), byRestartOf: item.text("target"))
      let reason = item["reason"] == nil ? begun : item.text("reason")
      let stage = item.text("stage")
      table.add(
        [
          item.text("target"), stage, item.time("since").map { (now - $0).inWords } ?? "",
          item.next(now) ?? "",
          [reason, changed].filter { !$0.isEmpty }.joined(separator: "; "),
        ], stage == "held" ? .waiting : nil)
    }
    return table
  }

  private static func receivers(_ status: JSONValue, _ now: Timestamp) -> TextTable {
    var table = TextTable(["RECEIVER", "BY", "FOR", "NOTICES", "NEXT ATTEMPT (UTC)", "WHY"], names: 0)
    for receiver in status.list("receivers") {
      guard let since = receiver.time("failingSince") else { continue }
      table.add(
        [
          receiver.text("name"), receiver.text("kind"), (now - since).inWords, receiver.text("waiting"),
          receiver.next(now) ?? "", receiver.text("error"),
        ], .bad)
    }
    return table
  }

  private static func quarantined(_ status: JSONValue, _ now: Timestamp) -> TextTable {
    var table = TextTable(["RESOURCE", "FOR", "VERSION", "AFTER RESTART", "OF"], names: 0)
    for version in status.list("quarantined") {
      table.add(
        [
          version.text("resource"), version.time("since").map { (now - $0).inWords } ?? "",
          version.text("version"), version.text("restart"), version.text("target"),
        ], .bad)
    }
    return table
  }

  private static func approvals(_ status: JSONValue) -> TextTable {
    var table = TextTable(["RESOURCE", "WOULD RESTART", "VERSION"], names: 0)
    for approval in status.list("approvals") {
      table.add(
        [approval.text("resource"), "\(approval.text("targets")) targets", approval.text("version")], .waiting
      )
    }
    return table
  }

  private static func holds(_ status: JSONValue, _ now: Timestamp) -> TextTable {
    var table = TextTable(["TARGET", "FOR", "BY", "REASON"], names: 0)
    for hold in status.list("holds") {
      table.add(
        [
          hold["target"] == nil ? "everything" : hold.text("target"),
          hold.time("since").map { (now - $0).inWords } ?? "", hold.text("actor"), hold.text("reason"),
        ], .waiting)
    }
    return table
  }
}

extension JSONValue {
  fileprivate var place: String {
    text("region") + (self["account"] == nil ? "" : " of account \(text("account"))")
  }

  fileprivate func list(_ key: String) -> [JSONValue] { self[key]?.elements ?? [] }

  /// When the next step is due, in words and by the clock.
  fileprivate func next(_ now: Timestamp) -> String? {
    time("next").map { next in
      let clock = next - now < .seconds(43_200) ? String(next.toTheSecond.suffix(8)) : next.toTheSecond
      return next - now < .seconds(1) ? "now" : "\(clock) (in \((next - now).inWords))"
    }
  }
}
