// SPDX-License-Identifier: Apache-2.0
// How the restarts of one change follow each other.

/// How carefully the restarts that one rule leads to begin.
public struct Pace: Hashable, Sendable {
  /// So many targets of a version go first, and must complete before the others begin; 0 lets all begin at once.
  public var canary: Int
  /// How long the last of those is watched before the others begin.
  public var soak: Duration
  /// At most so many restarts of the rule at once; nil where only the process's own limit holds.
  public var concurrent: Int?

  /// The defaults of the rule language: one canary, no soak.
  public static let standard = Pace(canary: 1, soak: .zero, concurrent: nil)

  /// A pace with all its parts.
  public init(canary: Int, soak: Duration, concurrent: Int?) {
    self.canary = canary
    self.soak = soak
    self.concurrent = concurrent
  }
}

/// What holds for all rules together.
public struct Policy: Hashable, Sendable {
  /// At most so many restarts at once.
  public var concurrent: Int
  /// A change that would restart more targets than this waits for an operator's approval.
  public var targetsPerChange: Int

  /// The defaults of the settings.
  public static let standard = Policy(concurrent: 5, targetsPerChange: 50)

  /// A policy with all its parts.
  public init(concurrent: Int, targetsPerChange: Int) {
    self.concurrent = concurrent
    self.targetsPerChange = targetsPerChange
  }
}

/// What is known of one version of a resource while it goes through its targets, or once it was found to be bad.
///
/// There is one where a change has several targets, and wherever a restart for it came to a bad end.
public struct Trial: Hashable, Sendable, Codable {
  /// The version, as records write it. One of any other version says nothing about the resource as it is now.
  public var version: String
  /// How many targets the change led to.
  public var targets: Int
  /// True while an operator has not approved of so many.
  public var needsApproval: Bool
  /// When the first restarts for it completed, as far as a canary may ask for.
  public var completions: [Timestamp]
  /// Set where a restart for it came to a bad end: no other target is restarted for it.
  public var quarantine: Quarantine?

  /// Why a version is in quarantine.
  public struct Quarantine: Hashable, Sendable, Codable {
    /// The restart that came to a bad end.
    public var restart: RestartID
    /// What it was of.
    public var target: Target
    /// When it ended.
    public var since: Timestamp

    /// A reason with all its parts.
    public init(restart: RestartID, target: Target, since: Timestamp) {
      self.restart = restart
      self.target = target
      self.since = since
    }
  }

  /// A version that no target runs yet.
  public init(version: String, targets: Int, needsApproval: Bool) {
    self.version = version
    self.targets = targets
    self.needsApproval = needsApproval
    completions = []
    quarantine = nil
  }

  /// The same with every time by our own clock replaced.
  func mappingTimes(_ transform: (Timestamp) -> Timestamp) -> Self {
    var result = self
    result.completions = completions.map(transform)
    if let quarantine { result.quarantine?.since = transform(quarantine.since) }
    return result
  }
}

/// An operator's word that something is not to be restarted.
public struct OperatorHold: Hashable, Sendable, Codable {
  /// Who gave it.
  public var actor: String
  /// Why, where it was said.
  public var reason: String?
  /// Since when.
  public var since: Timestamp

  /// A hold with all its parts.
  public init(actor: String, reason: String?, since: Timestamp) {
    self.actor = actor
    self.reason = reason
    self.since = since
  }
}
