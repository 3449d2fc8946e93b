// SPDX-License-Identifier: Apache-2.0

/// One line of the journal: something that happened, worth keeping for an audit and for recovery.
///
/// No case can hold a value, a credential or a token: there is no type for one.
public struct Record: Hashable, Sendable {
  /// When it was recorded.
  public var time: Timestamp
  /// What happened.
  public var entry: Entry

  /// A record with both its parts.
  public init(time: Timestamp, entry: Entry) {
    self.time = time
    self.entry = entry
  }

  /// What happened. The names are the records' `kind`, the labels their keys.
  public enum Entry: Hashable, Sendable {
    /// The daemon began.
    case started(version: String, pid: Int32)
    /// The daemon ended in good order.
    case stopped(reason: String)
    /// Rules are in force; `digest` is the SHA-256 of their files in hex.
    case rulesLoaded(rules: Int, digest: String)
    /// So many resources were seen for the first time by one sweep.
    case baseline(Scope, resources: Int)
    /// A resource has another version; these targets will be restarted for it.
    case changed(Change, targets: [Target])
    /// Missing from two whole sweeps in a row.
    case disappeared(Resource)
    /// Seen again after it had disappeared.
    case returned(Resource)
    /// A restart is about to be issued: the intent, durable before the call.
    case planned(Plan)
    /// A restart waits.
    case held(RestartID, Target, reason: String)
    /// A restart waits no longer.
    case released(RestartID, Target, reason: String)
    /// A deployment is under way; `adopted` where it was not, or not provably, ours.
    case issued(RestartID, Target, deployment: String, adopted: Bool)
    /// A restart that cannot be carried out until somebody changes something.
    case refused(RestartID, Target, reason: String, remedy: String?)
    /// A restart that is not needed.
    case skipped(RestartID, Target, reason: String)
    /// A deployment came to its end.
    case ended(Ending)
    /// No other target is restarted for this version: this restart for it came to a bad end.
    case quarantined(Resource, version: String, RestartID, Target)
    /// A version is in quarantine no longer.
    case unquarantined(Resource, version: String, reason: String)
    /// An operator gave an order, and it was carried out.
    case ordered(OrderGiven)
    /// A source began to fail.
    case sourceFailing(Scope, error: String)
    /// A source works again after so long.
    case sourceRecovered(Scope, after: Duration)
  }
}

/// An order as it is recorded.
public struct OrderGiven: Hashable, Sendable {
  /// `hold`, `release`, `retry`, `skip`, `approve` or `restart`.
  public var order: String
  /// What it was about; nil where it was a resource, or everything.
  public var target: Target?
  /// What it was about; nil where it was a target, or everything.
  public var resource: Resource?
  /// Who gave it.
  public var actor: String
  /// Why, where it was said.
  public var reason: String?

  /// An order with all its parts.
  public init(order: String, target: Target?, resource: Resource?, actor: String, reason: String?) {
    self.order = order
    self.target = target
    self.resource = resource
    self.actor = actor
    self.reason = reason
  }
}

/// Names one restart in records, logs and the user agent that CloudTrail keeps.
public struct RestartID: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Time and random digits: `20261123T041953Z-7f3a2c`.
  public var description: String

  /// An id of this text.
  public init(_ text: String) { description = text }

  /// Decodes the bare text.
  public init(from decoder: any Decoder) throws {
    description = try decoder.singleValueContainer().decode(String.self)
  }

  /// Encodes the bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// What is about to be restarted, and why.
public struct Plan: Hashable, Sendable {
  /// The restart's id.
  public var restart: RestartID
  /// What is restarted.
  public var target: Target
  /// The names of the rules that led to it, sorted.
  public var rules: [String]
  /// The changes, one a resource, oldest first; at most `Limits.causesPerRestart`.
  public var causes: [Change]
  /// How many causes were left out for that limit.
  public var omittedCauses: Int
  /// Why a person asked for it, for a restart by hand.
  public var reason: String?

  /// A plan with all its parts.
  public init(
    restart: RestartID, target: Target, rules: [String], causes: [Change], omittedCauses: Int, reason: String?
  ) {
    self.restart = restart
    self.target = target
    self.rules = rules
    self.causes = causes
    self.omittedCauses = omittedCauses
    self.reason = reason
  }
}

/// How a deployment that was followed came out.
public enum Outcome: String, Hashable, Sendable, Codable {
  /// Every task runs the new deployment.
  case completed
  /// ECS gave up on it.
  case failed
  /// ECS replaced it by a deployment of its own.
  case rolledBack
  /// Somebody replaced it by a deployment of theirs.
  case superseded
  /// Not at its end by the rule's deadline.
  case late
}

/// The end of one restart.
public struct Ending: Hashable, Sendable {
  /// The restart's id.
  public var restart: RestartID
  /// What was restarted.
  public var target: Target
  /// The deployment that was followed.
  public var deployment: String
  /// How it came out.
  public var outcome: Outcome
  /// Why, and what to do, for every outcome but `completed`.
  public var reason: String?
  /// The cause in one sentence, where it is known.
  public var verdict: String?
  /// The service's last events, newest first.
  public var events: [String]
  /// One line for each stopped task of this deployment: stop code, reason, exit codes.
  public var stoppedTasks: [String]
  /// From the issue to this end.
  public var took: Duration

  /// An ending with all its parts.
  public init(
    restart: RestartID, target: Target, deployment: String, outcome: Outcome, reason: String?,
    verdict: String?, events: [String], stoppedTasks: [String], took: Duration
  ) {
    self.restart = restart
    self.target = target
    self.deployment = deployment
    self.outcome = outcome
    self.reason = reason
    self.verdict = verdict
    self.events = events
    self.stoppedTasks = stoppedTasks
    self.took = took
  }
}

extension Record {
  /// The record's `kind`.
  public var kind: String {
    switch entry {
    case .started: "started"
    case .stopped: "stopped"
    case .rulesLoaded: "rulesLoaded"
    case .baseline: "baseline"
    case .changed: "changed"
    case .disappeared: "disappeared"
    case .returned: "returned"
    case .planned: "planned"
    case .held: "held"
    case .released: "released"
    case .issued: "issued"
    case .refused: "refused"
    case .skipped: "skipped"
    case .ended: "ended"
    case .quarantined: "quarantined"
    case .unquarantined: "unquarantined"
    case .ordered: "ordered"
    case .sourceFailing: "sourceFailing"
    case .sourceRecovered: "sourceRecovered"
    }
  }
}
