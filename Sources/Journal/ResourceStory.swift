// SPDX-License-Identifier: Apache-2.0

internal import Core
public import JSON

extension Story {
  /// The story of a resource's last change: what became of each of the targets that it concerned. `records` are all from that change on,
  /// oldest first; it may begin with what concerns the resource from before.
  public init(
    ofResource name: String, in records: [JSONValue], region: String?, account: String?
  ) throws(StoryFailure) {
    let own = try records.filter { record in
      record["resource"] != nil
        && (record.text("resource") == name || record.text("resource").hasSuffix(":\(name)"))
    }.at(region: region, account: account)
    guard let change = own.last(where: { $0.kind == "changed" }) else {
      throw StoryFailure(
        reason:
          "no change of \(name) is on record; its first sight is a baseline, and rollwatch check shows whether a "
          + "rule watches it")
    }
    let resource = change.text("resource")
    let targets = change.texts("targets")
    let since = records.drop { $0["seq"] != change["seq"] }
    let restarts = targets.map { target in
      let mine = since.filter { $0.text("target") == target && $0.text("region") == change.text("region") }
      let plan = mine.last { $0.kind == "planned" && $0.isPlan(for: change) }
      return plan.map { RestartRecords(id: $0.text("restart"), all: mine, target: target) }
    }
    isBad = restarts.contains { $0?.isBad ?? false }
    headline = Self.headline(resource, targets.count + Int(change["omittedTargets"]?.integer ?? 0), restarts)
    events = [Event(time: change.time, text: change.changeInWords, details: [])]
    for (target, restart) in zip(targets, restarts) {
      events.append(Self.event(target, restart, change))
    }
    events += own.filter { ($0["seq"]?.integer ?? 0) > (change["seq"]?.integer ?? 0) }.compactMap(Self.event)
    events = events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
    advice = Self.advice(resource, own, zip(targets, restarts).filter { $0.1?.isBad ?? false }.map(\.0))
  }

  private static func headline(_ resource: String, _ targets: Int, _ restarts: [RestartRecords?]) -> String {
    guard targets > 0 else { return "\(resource) changed; no rule leads from it to a target." }
    let ended = restarts.count { $0?.end != nil }
    let bad = restarts.count { $0?.isBad ?? false }
    let concerned = targets == 1 ? "1 target" : "\(targets) targets"
    let open = targets - ended
    return "\(resource) changed; of \(concerned) \(ended - bad) came to a good end, \(bad) to a bad one, "
      + "\(open) \(open == 1 ? "is" : "are") still to come."
  }

  private static func event(_ target: String, _ restart: RestartRecords?, _ change: JSONValue) -> Event {
    guard let restart, let last = restart.own.last(where: { $0.kind != "quarantined" }) else {
      return Event(
        time: change.time, text: "\(target): its changes settle, or wait for the cooldown", details: [])
    }
    return Event(time: last.time, text: restart.headline, details: ["restart \(restart.id)"])
  }

  private static func event(_ record: JSONValue) -> Event? {
    let text: String
    switch record.kind {
    case "disappeared": text = "it disappeared: tasks that read it cannot start"
    case "returned": text = "it is there again"
    case "quarantined":
      text =
        "version \(record.text("version")) was put in quarantine, after restart \(record.text("restart")) of "
        + record.text("target")
    case "unquarantined": text = "version \(record.text("version")) left quarantine: \(record.text("reason"))"
    case "ordered":
      let reason = record["reason"] == nil ? "" : ": \(record.text("reason"))"
      text = "\(record.text("actor")) ordered: \(record.text("order"))\(reason)"
    default: return nil
    }
    return Event(time: record.time, text: text, details: [])
  }

  private static func advice(_ resource: String, _ own: [JSONValue], _ bad: [String]) -> [String] {
    var advice = bad.prefix(3).map { "rollwatch why \($0) tells why it came to a bad end, and what to do." }
    let quarantine = own.last { ["quarantined", "unquarantined"].contains($0.kind) }
    if let quarantine, quarantine.kind == "quarantined" {
      advice.append(
        "Its version \(quarantine.text("version")) is in quarantine: mend the value, or let the others follow with "
          + "rollwatch release \(resource).")
    }
    return advice.isEmpty ? ["Nothing; rollwatch why TARGET tells more of one of them."] : advice
  }
}

extension JSONValue {
  /// True of a plan that has this change, or a later one of the same resource, among its causes.
  fileprivate func isPlan(for change: JSONValue) -> Bool {
    (self["causes"]?.elements ?? []).contains { cause in
      cause["resource"] == change["resource"] && cause["to"] == change["to"]
    } || self["omittedCauses"] != nil
  }
}
