// SPDX-License-Identifier: Apache-2.0
// What survives the process: the last seen versions, and how far each target's restart has come. The journal keeps
// it in tables beside the records, changed in the same transaction.

/// Everything the engine must know again after a crash.
public struct State: Sendable, Hashable {
  /// The last seen version of every watched resource.
  public var seen: [Scope: Memory]
  /// Every target with something waiting, under way, or cooling down.
  public var targets: [Target: TargetState]
  /// Every source that has been swept.
  public var sources: [Scope: SourceState]
  /// Every version that goes through several targets now, or was found to be bad.
  public var trials: [Resource: Trial]
  /// Set while an operator holds everything.
  public var holdOfAll: OperatorHold?

  /// A state with all its parts; all empty for a first start.
  public init(
    seen: [Scope: Memory], targets: [Target: TargetState], sources: [Scope: SourceState],
    trials: [Resource: Trial], holdOfAll: OperatorHold?
  ) {
    self.seen = seen
    self.targets = targets
    self.sources = sources
    self.trials = trials
    self.holdOfAll = holdOfAll
  }
}

extension State {
  /// Nothing known: a first start.
  public static let empty = State(seen: [:], targets: [:], sources: [:], trials: [:], holdOfAll: nil)

  /// The state after a step. Folding every step of a journal over the empty state gives what the engine must know.
  public mutating func apply(_ step: Step) {
    for change in step.changes {
      switch change {
      case .seen(let resource, let seen):
        self.seen[resource.scope, default: Memory([])][resource.name] = seen
        if self.seen[resource.scope]?.isEmpty == true { self.seen[resource.scope] = nil }
      case .target(let target, let state): targets[target] = state
      case .source(let scope, let source): sources[scope] = source
      case .trial(let resource, let trial): trials[resource] = trial
      case .holdOfAll(let hold): holdOfAll = hold
      }
    }
  }
}

/// What is remembered of one resource.
public struct Seen: Hashable, Sendable, Codable {
  /// The version it had when it was last seen.
  public var version: Version
  /// When AWS said then that it was last modified in any way.
  public var modifiedAt: Timestamp?
  /// Whether a task that reads it could start.
  public var presence: Presence

  /// Whether a resource is there.
  public enum Presence: String, Hashable, Sendable, Codable {
    /// Seen, as far as is known.
    case present
    /// A secret in its recovery window.
    case leaving
    /// Missing from two whole sweeps in a row.
    case disappeared
  }

  /// A memory with all its parts.
  public init(version: Version, modifiedAt: Timestamp?, presence: Presence) {
    self.version = version
    self.modifiedAt = modifiedAt
    self.presence = presence
  }
}

/// What is remembered of one source.
public struct SourceState: Hashable, Sendable, Codable {
  /// When it began to fail; nil while it works.
  public var failingSince: Timestamp?
  /// The `RuleSet.fingerprint` of the patterns under which all that is remembered of it is watched.
  public var watchedBy: UInt64

  /// A memory with all its parts.
  public init(failingSince: Timestamp?, watchedBy: UInt64) {
    self.failingSince = failingSince
    self.watchedBy = watchedBy
  }
}

/// What is remembered of one target.
public struct TargetState: Hashable, Sendable, Codable {
  /// Changes that wait for the next restart.
  public var waiting: Settle?
  /// The one restart that is open.
  public var open: Restart?
  /// When the last restart began, for the cooldown.
  public var lastStart: Timestamp?
  /// The last restart where it came to a bad end, so that an operator may have it made again.
  public var failed: Restart?
  /// Set while an operator holds the target.
  public var heldBy: OperatorHold?

  /// A memory of these, where nothing failed and nobody holds it.
  public init(waiting: Settle?, open: Restart?, lastStart: Timestamp?) {
    self.waiting = waiting
    self.open = open
    self.lastStart = lastStart
  }

  /// Nothing is known.
  public static let unknown = TargetState(waiting: nil, open: nil, lastStart: nil)

  /// Nothing worth keeping.
  public var isEmpty: Bool { self == .unknown }
}

/// One durable step: records, and the state they change, in one transaction or not at all.
public struct Step: Hashable, Sendable {
  /// Records in order; may be empty where only state changes.
  public var records: [Record]
  /// Changes of state, in any order: no two are about the same thing.
  public var changes: [StateChange]

  /// A step with both its parts.
  public init(records: [Record], changes: [StateChange]) {
    self.records = records
    self.changes = changes
  }

  /// Nothing to write.
  public var isEmpty: Bool { records.isEmpty && changes.isEmpty }
}

/// The new content of one row of the state; nil removes it.
public enum StateChange: Hashable, Sendable {
  /// What is remembered of a resource.
  case seen(Resource, Seen?)
  /// What is remembered of a target.
  case target(Target, TargetState?)
  /// What is remembered of a source.
  case source(Scope, SourceState?)
  /// What is known of a resource's version on its way through its targets.
  case trial(Resource, Trial?)
  /// That an operator holds everything.
  case holdOfAll(OperatorHold?)
}

extension TargetState {
  /// The same with every time by our own clock replaced; times by AWS's clock stay.
  func mappingTimes(_ transform: (Timestamp) -> Timestamp) -> Self {
    var result = self
    if let waiting {
      result.waiting?.first = transform(waiting.first)
      result.waiting?.last = transform(waiting.last)
    }
    result.lastStart = lastStart.map(transform)
    if let open {
      result.open?.plannedAt = transform(open.plannedAt)
      result.open?.resumedAt = open.resumedAt.map(transform)
      if case .following(let deployment, let since) = open.phase {
        result.open?.phase = .following(deployment: deployment, since: transform(since))
      }
    }
    return result
  }
}

extension SourceState {
  /// The same with every time by our own clock replaced.
  func mappingTimes(_ transform: (Timestamp) -> Timestamp) -> Self {
    SourceState(failingSince: failingSince.map(transform), watchedBy: watchedBy)
  }
}
