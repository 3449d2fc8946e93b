// SPDX-License-Identifier: Apache-2.0
// A report as JSON. Its keys are documented in docs/OPERATIONS.md, for other programs to depend on.

public import Core
public import JSON

extension JSONValue {
  /// What `rollwatch status --json` prints. `daemon` says who made the report; nil where it was read from the journal.
  public init(_ report: Report, daemon: DaemonIdentity?) {
    self = [
      "time": .time(report.at), "daemon": daemon.map(JSONValue.init),
      "sources": .array(report.sources.map(JSONValue.init)),
      "restarts": .array(report.items.map(JSONValue.init)),
      "quarantined": .array(report.quarantined.map(JSONValue.init)),
      "approvals": .array(report.approvals.map(JSONValue.init)),
      "holds": .array(report.holds.map(JSONValue.init)),
    ]
  }

  fileprivate static func time(_ time: Timestamp) -> JSONValue { .string(time.description) }
  fileprivate static func count(_ count: Int) -> JSONValue { .number(String(count)) }

  fileprivate static func object(_ members: [(String, JSONValue?)], at location: Location?) -> JSONValue {
    var kept = members.compactMap { key, value in value.map { Member(key, $0) } }
    if let location {
      kept.append(Member("region", .string(location.region)))
      if let account = location.account { kept.append(Member("account", .string(account))) }
    }
    return .object(kept)
  }

  private init(_ daemon: DaemonIdentity) {
    self = [
      "version": .string(daemon.version), "pid": .number("\(daemon.processID)"), "since": .time(daemon.since),
    ]
  }

  private init(_ source: Report.Source) {
    self = .object(
      [
        ("source", .string(source.scope.source)), ("resources", .count(source.resources)),
        ("sweptAt", source.sweptAt.map(Self.time)), ("failingSince", source.failingSince.map(Self.time)),
        ("next", source.next.map(Self.time)),
      ], at: source.scope.location)
  }

  private init(_ item: Report.Item) {
    self = .object(
      [
        ("target", .string(item.target.description)), ("stage", .string(item.stage.rawValue)),
        ("restart", item.restart.map { .string($0.description) }),
        ("deployment", item.deployment.map(JSONValue.string)),
        ("reason", item.reason.map(JSONValue.string)), ("since", .time(item.since)),
        ("next", item.next.map(Self.time)), ("rules", .strings(item.rules)),
        ("causes", .strings(item.causes)),
        ("omittedCauses", item.omittedCauses > 0 ? .count(item.omittedCauses) : nil),
      ], at: item.target.location)
  }

  private init(_ quarantined: Report.Quarantined) {
    self = .object(
      [
        ("resource", .string(quarantined.resource.description)), ("version", .string(quarantined.version)),
        ("restart", .string(quarantined.restart.description)),
        ("target", .string(quarantined.target.description)), ("since", .time(quarantined.since)),
      ], at: quarantined.resource.scope.location)
  }

  private init(_ approval: Report.Approval) {
    self = .object(
      [
        ("resource", .string(approval.resource.description)), ("version", .string(approval.version)),
        ("targets", .count(approval.targets)),
      ], at: approval.resource.scope.location)
  }

  private init(_ hold: Report.OperatorHold) {
    self = .object(
      [
        ("target", hold.target.map { .string($0.description) }), ("actor", .string(hold.actor)),
        ("reason", hold.reason.map(JSONValue.string)), ("since", .time(hold.since)),
      ], at: hold.target?.location)
  }
}

/// Which daemon made a report.
public struct DaemonIdentity: Hashable, Sendable {
  /// The program's version.
  public var version: String
  /// Its process.
  public var processID: Int32
  /// Since when it runs.
  public var since: Timestamp

  /// An identity with all its parts.
  public init(version: String, processID: Int32, since: Timestamp) {
    self.version = version
    self.processID = processID
    self.since = since
  }
}
