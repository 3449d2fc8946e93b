// SPDX-License-Identifier: Apache-2.0

/// One restart of one target, from its plan to its end.
public struct Restart: Hashable, Sendable, Codable {
  /// Names it in records, logs and CloudTrail.
  public var id: RestartID
  /// The changes, one a resource; empty for a restart by hand.
  public var causes: [Change]
  /// How many causes were left out for `Limits.causesPerRestart`.
  public var omittedCauses: Int
  /// The newest cause's time, by AWS's clock; nil for a restart by hand, which has no cause to wait for.
  public var newestChange: Timestamp?
  /// The names of the rules that led here, sorted.
  public var rules: [String]
  /// How long to wait for somebody else's rollout, and for this one.
  public var deadline: Duration
  /// When it was planned, by our clock.
  public var plannedAt: Timestamp
  /// How far it has come.
  public var phase: Phase
  /// What it waits for, as last recorded; nil while it waits for nothing.
  public var hold: Hold?
  /// From when the deadline of the deployment counts anew, since it went on after a pause; nil where none made it wait.
  public var resumedAt: Timestamp?
  /// Which of a rule's targets this one is; nil for a restart by hand.
  public var position: Int?
  /// The operator by whose word it waits for no turn, no window and no quarantine; nil where it does.
  public var expeditedBy: String?
  /// The restart that came to a bad end and that this one makes again; nil for any other.
  public var retryOf: RestartID?

  /// The life of a restart once it is planned. Before that its causes are in `Settle`; after it there is only a
  /// record.
  public enum Phase: Hashable, Sendable, Codable {
    /// No call has been made. → issuing, following by adoption, or its end.
    case planned
    /// The call may be made at any moment, or was. → following, planned where it certainly was not, or its end.
    case issuing(Intent)
    /// A deployment is under way. → its end.
    case following(deployment: String, since: Timestamp)
  }

  /// What was there just before the call: any other PRIMARY deployment began after it.
  public struct Intent: Hashable, Sendable, Codable {
    /// The PRIMARY deployment that the call replaces; nil where there was none.
    public var replacing: String?

    /// An intent to replace this deployment.
    public init(replacing: String?) { self.replacing = replacing }
  }

  /// What a restart waits for.
  public enum Hold: String, Hashable, Sendable, Codable {
    /// Somebody else's rollout, at most until the deadline.
    case rollout
    /// Whoever lets its own deployment go on after a pause hook.
    case pause
    /// A cause that has disappeared or is scheduled for deletion.
    case goneCause
    /// A read or a call that failed and is tried again.
    case failing
    /// A permission, or credentials.
    case denied
    /// Other restarts, which come first.
    case turn
    /// A window to open, or a freeze to end.
    case window
    /// Another version of a cause: this one is in quarantine.
    case quarantine
    /// An operator's approval of so many targets.
    case approval
    /// An operator who has said that it is to wait.
    case operatorsWord
  }

  /// A restart for changes that have settled.
  public init(id: RestartID, settled: Settle, at now: Timestamp) {
    self.id = id
    causes = settled.causes
    omittedCauses = settled.omittedCauses
    newestChange = settled.newestChange
    rules = settled.rules
    deadline = settled.patience.deadline
    position = settled.position
    plannedAt = now
    phase = .planned
    hold = nil
  }

  /// A restart that a person asked for.
  public init(id: RestartID, byHandWithin deadline: Duration, at now: Timestamp) {
    self.id = id
    causes = []
    omittedCauses = 0
    newestChange = nil
    rules = []
    self.deadline = deadline
    plannedAt = now
    phase = .planned
    hold = nil
  }

  /// Another attempt at a restart that came to a bad end. Like one by hand it waits for no change and for nobody.
  public init(id: RestartID, retrying failed: Restart, by actor: String, at now: Timestamp) {
    self = failed
    self.id = id
    newestChange = nil
    plannedAt = now
    phase = .planned
    hold = nil
    expeditedBy = actor
    retryOf = failed.id
  }

  /// The call that may have been made already, if any may.
  var intent: Intent? {
    switch phase {
    case .planned, .following: nil
    case .issuing(let intent): intent
    }
  }

  /// Takes up changes that settled while the restart was held.
  mutating func absorb(_ settled: Settle) {
    var merged: [Resource: Change] = [:]
    for change in causes + settled.causes {
      var change = change
      if let earlier = merged[change.resource] { change.from = earlier.from }
      merged[change.resource] = change
    }
    var order: [Resource] = []
    var known: Set<Resource> = []
    for change in causes + settled.causes where known.insert(change.resource).inserted {
      order.append(change.resource)
    }
    let all = order.compactMap { merged[$0] }
    causes = Array(all.prefix(Limits.causesPerRestart))
    omittedCauses += settled.omittedCauses + all.count - causes.count
    newestChange = max(newestChange ?? settled.newestChange, settled.newestChange)
    rules = Set(rules).union(settled.rules).sorted()
    deadline = max(deadline, settled.patience.deadline)
  }

  /// The plan as it is recorded; `reason` is what a person gave for a restart by hand.
  func plan(of target: Target, reason: String?) -> Plan {
    Plan(
      restart: id, target: target, rules: rules, causes: causes, omittedCauses: omittedCauses, reason: reason)
  }
}
