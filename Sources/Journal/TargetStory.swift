// SPDX-License-Identifier: Apache-2.0

internal import Core
public import JSON

extension Story {
  /// Causes that are told one by one.
  private static let causesTold = 5

  /// The story of a target's last restart. `records` are all that concern it, oldest first, as the journal has them.
  public init(
    ofTarget name: String, in records: [JSONValue], region: String?, account: String?
  ) throws(StoryFailure) {
    let records = try records.filter { $0["target"] == nil || $0.isOf(name) }
      .filter { $0.kind != "changed" || $0.texts("targets").contains { [name, "ecs:\(name)"].contains($0) } }
      .at(region: region, account: account)
    let target = records.lazy.compactMap { $0["target"]?.string }.first ?? name
    guard let last = records.last(where: { $0["restart"] != nil && $0.kind != "quarantined" }) else {
      self = try Self.beforeAnyPlan(target, records)
      return
    }
    let restart = RestartRecords(
      id: last.text("restart"), all: records, target: target)
    headline = restart.headline
    events = restart.changes(atMost: Self.causesTold) + restart.events
    advice = restart.advice
    isBad = restart.isBad
    if let waiting = restart.changesSince {
      advice.append(waiting)
    }
  }

  /// Changes settle, or nothing is known at all.
  private static func beforeAnyPlan(_ target: String, _ records: [JSONValue]) throws(StoryFailure) -> Story {
    let changes = records.filter { $0.kind == "changed" }
    guard let last = changes.last else {
      throw StoryFailure(
        reason:
          "no restart of \(target) is on record; rollwatch history lists all records, rollwatch check the rules"
      )
    }
    return Story(
      headline: "\(target) has not been restarted: its changes settle, or wait for the cooldown.",
      events: changes.suffix(causesTold).map { Event(time: $0.time, text: $0.changeInWords, details: []) },
      advice: [
        "Nothing: it is restarted once no more changes. The last one was seen at \(last.time.toTheSecond); "
          + "rollwatch status says when the next step is due."
      ],
      isBad: false)
  }
}

/// The records of one restart, and of what led to it.
struct RestartRecords {
  let id: String
  let target: String
  /// Its own records, oldest first.
  let own: [JSONValue]
  /// All that concern the target.
  private let all: [JSONValue]

  init(id: String, all: [JSONValue], target: String) {
    self.id = id
    self.all = all
    self.target = target
    own = all.filter { $0.text("restart") == id }
  }

  private var plan: JSONValue? { own.last { $0.kind == "planned" } }
  private var causes: [JSONValue] { plan?["causes"]?.elements ?? [] }

  /// What the restart came to, or what was last heard of it.
  var end: JSONValue? { own.last { ["ended", "refused", "skipped"].contains($0.kind) } }
  private var last: JSONValue? { end ?? own.last { $0.kind != "quarantined" } }
  private var quarantined: [JSONValue] { own.filter { $0.kind == "quarantined" } }
  private var isReleased: Bool { own.last { ["held", "released"].contains($0.kind) }?.kind != "held" }

  var isBad: Bool {
    guard let end else { return false }
    return end.kind == "refused" || ["failed", "rolledBack", "late"].contains(end.text("outcome"))
  }

  // MARK: In a sentence

  var headline: String {
    guard let last else { return "" }
    switch last.kind {
    case "ended": return ended(last)
    case "refused": return "\(target) could not be restarted: \(last.text("reason"))."
    case "skipped": return "\(target) was not restarted: \(last.text("reason"))."
    case "issued":
      return "\(target) is being restarted; \(begun(last)) is followed to its end."
    case "held": return "\(target) is to be restarted, and waits: \(last.text("reason"))."
    default: return "\(target) is about to be restarted."
    }
  }

  private func begun(_ record: JSONValue) -> String {
    Target.begun(record.text("deployment"), byRestartOf: target)
  }

  /// The outcome, and how long that took.
  private func ended(_ record: JSONValue) -> String {
    let seconds = Double(record.text("seconds")) ?? 0
    let took = Duration.milliseconds(Int64(seconds * 1_000)).inWords
    switch record.text("outcome") {
    case "completed": return "\(target) was restarted, which took \(took)."
    case "superseded":
      return "\(target) was restarted, and somebody's newer deployment took its place after \(took)."
    case "rolledBack": return "The restart of \(target) was rolled back after \(took)."
    case "late": return "The restart of \(target) was not at its end after \(took)."
    default: return "The restart of \(target) failed after \(took)."
    }
  }

  // MARK: What happened

  /// The changes that caused it, each when it was seen.
  func changes(atMost limit: Int) -> [Story.Event] {
    let seen = all.filter { $0.kind == "changed" }
    let told = causes.prefix(limit).map { cause in
      let record = seen.last { $0["resource"] == cause["resource"] && $0["to"] == cause["to"] }
      return Story.Event(time: (record ?? plan ?? cause).time, text: cause.changeInWords, details: [])
    }
    let omitted = causes.count - told.count + Int(plan?["omittedCauses"]?.integer ?? 0)
    guard omitted > 0, let time = told.last?.time else { return told }
    return told + [Story.Event(time: time, text: "and \(omitted) more changes", details: [])]
  }

  var events: [Story.Event] {
    let previousEnd = previousEnd
    let end = end?["seq"]?.integer ?? .max
    let orders = all.filter {
      guard $0.kind == "ordered", let seq = $0["seq"]?.integer else { return false }
      return seq > previousEnd && seq <= end
    }
    var heldAt: Timestamp?
    var isPlanned = false
    return (own + orders).sorted { ($0["seq"]?.integer ?? 0) < ($1["seq"]?.integer ?? 0) }.compactMap {
      record in
      defer { isPlanned = isPlanned || record.kind == "planned" }
      switch record.kind {
      case "held": heldAt = heldAt ?? record.time
      case "released", "issued", "ended", "refused", "skipped":
        defer { heldAt = nil }
        return event(record, waited: heldAt.map { record.time - $0 }, isPlanned)
      default: break
      }
      return event(record, waited: nil, isPlanned)
    }
  }

  /// Where the story of the restart before this one ends.
  private var previousEnd: Int64 {
    let first = own.first?["seq"]?.integer ?? 0
    return all.last { ($0["seq"]?.integer ?? 0) < first && $0["restart"] != nil }?["seq"]?.integer ?? 0
  }

  private func event(_ record: JSONValue, waited: Duration?, _ isPlanned: Bool) -> Story.Event? {
    let wait = waited.map { "; it had waited \($0.inWords)" } ?? ""
    var details: [String] = []
    let text: String
    switch record.kind {
    case "planned": text = planned(record, again: isPlanned)
    case "held": text = "it waits: \(record.text("reason"))"
    case "released": text = "it goes on: \(record.text("reason"))\(wait)"
    case "issued":
      text =
        record["adopted"] == true
        ? "\(begun(record)), which began after the change, was adopted\(wait)"
        : "it was called: \(begun(record)) began\(wait)"
    case "refused": text = "it was refused: \(record.text("reason"))"
    case "skipped": text = "it was let go: \(record.text("reason"))"
    case "ended":
      let reason = record["reason"] == nil ? "" : ": \(record.text("reason"))"
      text = "it ended as \(record.text("outcome"))\(reason)"
      if record["verdict"] != nil { details.append("cause: \(record.text("verdict"))") }
      details += told(record.texts("stoppedTasks"), as: "stopped task", "stopped tasks")
      details += told(record.texts("events"), as: "service event", "service events")
    case "quarantined":
      text = "version \(record.text("version")) of \(record.text("resource")) was put in quarantine"
    case "ordered":
      let reason = record["reason"] == nil ? "" : ": \(record.text("reason"))"
      text = "\(record.text("actor")) ordered: \(record.text("order"))\(reason)"
    default: return nil
    }
    return Story.Event(time: record.time, text: text, details: details)
  }

  /// The first few; the record has them all.
  private func told(_ texts: [String], as one: String, _ many: String) -> [String] {
    let omitted = texts.count - 3
    return texts.prefix(3).map { "\(one): \($0)" }
      + (omitted > 0 ? ["and \(omitted) more \(many): rollwatch history --target \(target) --json"] : [])
  }

  private func planned(_ record: JSONValue, again: Bool) -> String {
    let rules = record.texts("rules")
    let by = rules.isEmpty ? "" : ", by rule \(rules.joined(separator: ", "))"
    if again {
      let count = record["causes"]?.elements.count ?? 0
      return "further changes joined it: \(count) causes now\(by)"
    }
    guard (record["causes"]?.elements ?? []).isEmpty else { return "it was planned as restart \(id)\(by)" }
    let reason = record["reason"] == nil ? "" : ": \(record.text("reason"))"
    return "it was asked for by hand, as restart \(id)\(reason)"
  }

  // MARK: What to do

  var advice: [String] {
    guard let last else { return [] }
    switch last.kind {
    case "ended": return adviceAfterEnd(last)
    case "refused":
      let remedy = last["remedy"] == nil ? "Mend what the reason names" : last.text("remedy")
      return ["\(remedy); then rollwatch restart \(target.shellWord)."]
    case "skipped": return ["Nothing."]
    case "issued": return ["Nothing: wait, or watch it with rollwatch status."]
    case "held" where !isReleased:
      return [
        "Nothing, if what it waits for is right; rollwatch status says when it is looked at next.",
        "rollwatch release \(target.shellWord) lets it begin now where only its window, its turn, a quarantine or an "
          + "operator is in the way; rollwatch skip \(target.shellWord) lets it go.",
      ]
    default: return ["Nothing: wait, or watch it with rollwatch status."]
    }
  }

  private func adviceAfterEnd(_ record: JSONValue) -> [String] {
    guard isBad else { return ["Nothing."] }
    let tasks = " Tasks that still run hold the old value; new ones, a rollback's too, read the new one."
    var advice = [
      "Look at the cause above, and mend the value or the target.\(Target.hasTasks(target) ? tasks : "")",
      "A newer version of the resource starts a new restart by itself. "
        + "For this version: rollwatch retry \(target.shellWord).",
    ]
    if record.text("outcome") == "late", target.hasPrefix("ecs:") {
      advice.insert("Without a circuit breaker ECS tries for ever: switch it on for this service.", at: 1)
    }
    for version in quarantined {
      advice.append(
        "No other target is restarted for version \(version.text("version")) of \(version.text("resource")) until a newer "
          + "one comes, or rollwatch release \(version.text("resource")).")
    }
    return advice
  }

  /// Changes that came too late for this restart.
  var changesSince: String? {
    let planned = plan?["seq"]?.integer ?? own.first?["seq"]?.integer ?? 0
    let later = all.filter { $0.kind == "changed" && ($0["seq"]?.integer ?? 0) > planned }
    guard let last = later.last else { return nil }
    let count = later.count == 1 ? "One change" : "\(later.count) changes"
    return
      "\(count) came after it was planned, the last at \(last.time.toTheSecond) (\(last.text("resource"))): "
      + "another restart follows; rollwatch status shows it."
  }
}
