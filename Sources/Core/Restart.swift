// SPDX-License-Identifier: Apache-2.0

/// One restart of one target, from its plan to its end.
public struct Restart: Hashable, Sendable, Codable {
  /// Names it in records, logs and CloudTrail.
  public var id: RestartID
  /// The changes, one a resource; empty for a restart by hand.
  public var causes: [Change]
  /// The newest cause's time, by AWS's clock; nil for a restart by hand.
  public var newestChange: Timestamp?
  /// How long to wait for somebody else's rollout, and for this one.
  public var deadline: Duration
  /// How far it has come.
  public var phase: Phase

  /// The life of a restart once it is planned. Before that its causes are `Settle`; after it there is only a record.
  public enum Phase: Hashable, Sendable, Codable {
    /// Waits for something outside. → issuing, following, or its end.
    case held(Hold, since: Timestamp)
    /// The call may be made at any moment, or was; `replacing` is the PRIMARY deployment seen just before, so that
    /// any other one began after the intent. → following, held, or its end.
    case issuing(replacing: String?)
    /// A deployment is under way. → its end.
    case following(deployment: String, since: Timestamp)
  }

  /// What a restart waits for.
  public enum Hold: String, Hashable, Sendable, Codable {
    /// Somebody else's rollout, at most until the deadline.
    case rollout
    /// A cause that has disappeared or is scheduled for deletion.
    case goneCause
    /// AWS, which does not answer.
    case failing
    /// A permission.
    case denied
  }

  /// A restart with all its parts.
  public init(
    id: RestartID, causes: [Change], newestChange: Timestamp?, deadline: Duration, phase: Phase
  ) {
    self.id = id
    self.causes = causes
    self.newestChange = newestChange
    self.deadline = deadline
    self.phase = phase
  }
}
