// SPDX-License-Identifier: Apache-2.0
// A record as a line of the log: the same fact, in words, with the fields that journalctl can select by.

internal import Core
internal import Logging

extension Record {
  /// How loud the record is: what a person must know at night is an error.
  var level: Logger.Level {
    switch entry {
    case .started, .stopped, .rulesLoaded, .baseline, .changed, .returned, .planned, .released, .issued,
      .skipped, .unquarantined, .ordered, .sourceRecovered:
      .notice
    case .quarantined, .held, .disappeared, .sourceFailing: .warning
    case .refused: .error
    case .ended(let ending):
      switch ending.outcome {
      case .completed: .notice
      case .superseded: .warning
      case .failed, .rolledBack, .late: .error
      }
    }
  }

  /// The first few by name; the record has them all.
  fileprivate static func named(_ names: [some CustomStringConvertible], of count: Int) -> String {
    let first = names.prefix(3).map(\.description).joined(separator: ", ")
    return count > 3 ? "\(first) and \(count - 3) more" : first
  }

  /// The record in one sentence.
  var message: String {
    switch entry {
    case .started(let version, let pid): "rollwatch \(version) started as process \(pid)"
    case .stopped(let reason): "stopped: \(reason)"
    case .rulesLoaded(let rules, let digest): "rules in force: \(rules), digest \(digest.prefix(12))"
    case .baseline(let scope, let resources):
      "\(scope.source) in \(scope.location.region): \(resources) seen for the first time; nothing restarts for that"
    case .changed(let change, let targets):
      "\(change.resource) changed from \(change.from) to \(change.to)"
        + (change.changedBy.map { " by \($0)" } ?? "")
        + (targets.isEmpty ? "; concerns no target" : "; concerns \(Self.named(targets, of: targets.count))")
    case .disappeared(let resource):
      "\(resource) has disappeared: tasks that read it cannot start; nothing restarts for that"
    case .returned(let resource): "\(resource) is there again"
    case .planned(let plan): plan.message
    case .held(_, let target, let reason): "restart of \(target) is held: \(reason)"
    case .released(_, let target, let reason): "restart of \(target) goes on: \(reason)"
    case .issued(_, let target, let deployment, let adopted):
      adopted
        ? "\(target) is being restarted by deployment \(deployment), which is adopted"
        : "\(target) is being restarted by deployment \(deployment)"
    case .refused(_, let target, let reason, let remedy):
      "\(target) cannot be restarted: \(reason)" + (remedy.map { "; \($0)" } ?? "")
    case .skipped(_, let target, let reason): "\(target) need not be restarted: \(reason)"
    case .ended(let ending):
      "restart of \(ending.target) \(ending.outcome.rawValue) after \(ending.took.milliseconds / 1_000) s"
        + [ending.verdict, ending.reason].compactMap { $0 }.enumerated()
        .map { ($0.offset == 0 ? ": " : "; ") + $0.element }.joined()
    case .quarantined(let resource, let version, let restart, let target):
      "\(resource) in version \(version) is in quarantine: restart \(restart) of \(target) came to a bad end with it; "
        + "no other target is restarted for it"
    case .unquarantined(let resource, let version, let reason):
      "\(resource) in version \(version) is in quarantine no longer: \(reason)"
    case .ordered(let order):
      "\(order.actor) ordered: \(order.order) \(order.subject)" + (order.reason.map { ": \($0)" } ?? "")
    case .sourceFailing(let scope, let error):
      "\(scope.source) in \(scope.location.region) cannot be swept: \(error); trying again at every interval"
    case .sourceRecovered(let scope, let duration):
      "\(scope.source) in \(scope.location.region) can be swept again after \(duration.milliseconds / 1_000) s"
    }
  }

  /// The fields by which the journal of systemd selects: `ROLLWATCH_KIND`, `ROLLWATCH_TARGET` and so on.
  var metadata: Logger.Metadata {
    var fields: [String: String] = ["kind": kind, "message_id": messageID]
    switch entry {
    case .started, .stopped, .rulesLoaded: break
    case .baseline(let scope, _), .sourceFailing(let scope, _), .sourceRecovered(let scope, _):
      fields["source"] = scope.source
      fields["region"] = scope.location.region
    case .changed(let change, let targets):
      fields["resource"] = change.resource.description
      return fields.mapValues { .string($0) }.merging(
        ["target": .array(targets.map { .string($0.description) })]) { $1 }
    case .disappeared(let resource), .returned(let resource), .unquarantined(let resource, _, _):
      fields["resource"] = resource.description
    case .quarantined(let resource, _, let restart, let target):
      fields["resource"] = resource.description
      fields["restart"] = restart.description
      fields["target"] = target.description
    case .ordered(let order):
      fields["target"] = order.target?.description
      fields["resource"] = order.resource?.description
    case .planned(let plan):
      fields["restart"] = plan.restart.description
      fields["target"] = plan.target.description
    case .held(let restart, let target, _), .released(let restart, let target, _),
      .refused(let restart, let target, _, _), .skipped(let restart, let target, _):
      fields["restart"] = restart.description
      fields["target"] = target.description
    case .issued(let restart, let target, let deployment, _):
      fields["restart"] = restart.description
      fields["target"] = target.description
      fields["deployment"] = deployment
    case .ended(let ending):
      fields["restart"] = ending.restart.description
      fields["target"] = ending.target.description
      fields["deployment"] = ending.deployment
      fields["outcome"] = ending.outcome.rawValue
    }
    return fields.mapValues { .string($0) }
  }

  /// One id for each kind, so that `journalctl MESSAGE_ID=…` finds all of it; documented in docs/OPERATIONS.md.
  private var messageID: String {
    switch entry {
    case .started: "f6fadfa7e5c14b629362da5cc13da58a"
    case .stopped: "2c63888f28f04481be6ddce7a7ace732"
    case .rulesLoaded: "8a119b9e16bc47328f7b7676d015b0dc"
    case .baseline: "bc67ba94637d4efaa09e467ada679f81"
    case .changed: "fab36728a78b4b7e8787c0de2f960063"
    case .disappeared: "a712755f6cac44d599d5269512e74f7b"
    case .returned: "ac8efe121c5949f1ba2dde83458bfed0"
    case .planned: "5796a670482c490e8d9782bfcdc83011"
    case .held: "0b80a25553a14945a93258ef7777682c"
    case .released: "45ac16b9c20d4c218f8a7abff2e91ac7"
    case .issued: "dd2ee150d2844277b89c1af40ce8fcc9"
    case .refused: "3c3ae353fb14428e90b401a6c1cc0aff"
    case .skipped: "b9c8b9ffe46e46279419c7723226db94"
    case .ended: "bbeeb6361d334c6d96f0da847a2a3b87"
    case .quarantined: "7b8ef9dfa26548268c2b8ffdbbf57a30"
    case .unquarantined: "5628c84c988245df83274b4bee031759"
    case .ordered: "6e84a825538a4dbb94d466d27f1df32e"
    case .sourceFailing: "68e58909ccb24416925a56c9a30f4300"
    case .sourceRecovered: "ff53a46f5ead403a84c4b877678537a3"
    }
  }
}

extension OrderGiven {
  fileprivate var subject: String { target?.description ?? resource?.description ?? "--all" }
}

extension Plan {
  fileprivate var message: String {
    guard !causes.isEmpty else {
      return "\(target) is to be restarted by hand" + (reason.map { ": \($0)" } ?? "")
    }
    return "\(target) is to be restarted for "
      + Record.named(causes.map(\.resource), of: causes.count + omittedCauses)
  }
}
