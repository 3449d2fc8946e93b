// SPDX-License-Identifier: Apache-2.0

/// All that an engine has in hand, for people: what it watches, what waits and why, and when it goes on.
public struct Report: Hashable, Sendable {
  /// One source.
  public struct Source: Hashable, Sendable {
    /// What it covers.
    public var scope: Scope
    /// Watched resources seen so far.
    public var resources: Int
    /// When its last sweep ended, whole or not; nil before the first of this process.
    public var sweptAt: Timestamp?
    /// Since when it fails; nil while it works.
    public var failingSince: Timestamp?
    /// When it is swept next; nil while it is being swept.
    public var next: Timestamp?
  }

  /// What is in hand for one target.
  public struct Item: Hashable, Sendable {
    /// How far it has come.
    public enum Stage: String, Hashable, Sendable {
      /// Changes settle, or wait for the cooldown.
      case waiting
      /// A restart is planned, and waits.
      case held
      /// The call is about to be made, or was.
      case issuing
      /// A deployment is followed to its end.
      case following
    }

    /// What is restarted.
    public var target: Target
    /// How far it has come.
    public var stage: Stage
    /// The restart's id, once it is planned.
    public var restart: RestartID?
    /// The deployment, once there is one.
    public var deployment: String?
    /// What it waits for, in one line; nil where nothing but time or a rollout is waited for.
    public var reason: String?
    /// Since when: the first change, the plan, or the issue.
    public var since: Timestamp
    /// When the next step is due; nil where only an event can bring it.
    public var next: Timestamp?
    /// The names of the rules that led here, sorted.
    public var rules: [String]
    /// The resources that changed, as records name them; at most `Limits.causesPerReport`.
    public var causes: [String]
    /// How many causes were left out.
    public var omittedCauses: Int
  }

  /// A version that is believed to be bad.
  public struct Quarantined: Hashable, Sendable {
    /// Whose version.
    public var resource: Resource
    /// The version, as records write it.
    public var version: String
    /// The restart that failed.
    public var restart: RestartID
    /// What that restart was of.
    public var target: Target
    /// Since when.
    public var since: Timestamp
  }

  /// A change that asks for an operator's approval.
  public struct Approval: Hashable, Sendable {
    /// What changed.
    public var resource: Resource
    /// The version, as records write it.
    public var version: String
    /// How many targets it would restart.
    public var targets: Int
  }

  /// What an operator holds.
  public struct OperatorHold: Hashable, Sendable {
    /// What is held; nil for everything.
    public var target: Target?
    /// Who holds it.
    public var actor: String
    /// Why, where it was said.
    public var reason: String?
    /// Since when.
    public var since: Timestamp
  }

  /// When this was so.
  public var at: Timestamp
  /// Every source, in the order of the rules.
  public var sources: [Source]
  /// Every target with something in hand, in the order in which they came.
  public var items: [Item]
  /// Every version in quarantine.
  public var quarantined: [Quarantined]
  /// Every change that waits for approval.
  public var approvals: [Approval]
  /// Everything that an operator holds.
  public var holds: [OperatorHold]

  /// A report with all its parts.
  public init(
    at: Timestamp, sources: [Source], items: [Item], quarantined: [Quarantined], approvals: [Approval],
    holds: [OperatorHold]
  ) {
    self.at = at
    self.sources = sources
    self.items = items
    self.quarantined = quarantined
    self.approvals = approvals
    self.holds = holds
  }
}
