// SPDX-License-Identifier: Apache-2.0

/// A pattern over resources, the targets to restart, and how patient to be.
public struct Rule: Hashable, Sendable {
  /// Unique over all files.
  public var name: String
  /// Where both its resources and its targets are.
  public var location: Location
  /// What it watches; never empty.
  public var watch: [Watch]
  /// What it does not watch after all.
  public var except: [Watch]
  /// What to restart; never empty.
  public var restart: [TargetTemplate]
  /// Debounce, cooldown and deadline.
  public var patience: Patience
  /// How carefully its restarts begin.
  public var pace = Pace.standard
  /// The names of the rules whose restarts for the same cause are over before its own begin.
  public var after: [String] = []
  /// True where its restarts wait for no canary, no window, no cooldown and no rollout in progress.
  public var isUrgent = false
  /// When its restarts are welcome.
  public var timetable = Timetable.always
  /// A restart that is due for so long begins in spite of windows and freezes; nil where it never does.
  public var overdue: Duration?

  /// A rule with all its parts.
  public init(
    name: String, location: Location, watch: [Watch], except: [Watch], restart: [TargetTemplate],
    patience: Patience
  ) {
    self.name = name
    self.location = location
    self.watch = watch
    self.except = except
    self.restart = restart
    self.patience = patience
  }
}

/// One entry of `watch` or `except`.
public struct Watch: Hashable, Sendable {
  /// Parameters or secrets.
  public var kind: Resource.Kind
  /// Which names.
  public var pattern: Pattern

  /// An entry with both its parts.
  public init(kind: Resource.Kind, pattern: Pattern) {
    self.kind = kind
    self.pattern = pattern
  }
}

/// How long a rule waits, for what.
public struct Patience: Hashable, Sendable, Codable {
  /// A restart is due when no further change was seen for this long.
  public var quiet: Duration
  /// And no later than this after the first change; at least `quiet`.
  public var limit: Duration
  /// Least time between two restarts of one target, start to start.
  public var cooldown: Duration
  /// A rollout that takes longer is late; a hold for somebody else's rollout lasts no longer.
  public var deadline: Duration

  /// The defaults of the rule language: 30 s, 5 min, 2 min, 30 min.
  public static let standard = Patience(
    quiet: .seconds(30), limit: .seconds(300), cooldown: .seconds(120), deadline: .seconds(1_800))

  /// Patience with all its parts.
  public init(quiet: Duration, limit: Duration, cooldown: Duration, deadline: Duration) {
    self.quiet = quiet
    self.limit = limit
    self.cooldown = cooldown
    self.deadline = deadline
  }

  /// The patience of two rules that lead to one target: longest `quiet`, shortest `limit` but never below that
  /// `quiet`, longest `cooldown`, longest `deadline`.
  public func merged(with other: Self) -> Self {
    let quiet = max(quiet, other.quiet)
    return Patience(
      quiet: quiet, limit: max(quiet, min(limit, other.limit)), cooldown: max(cooldown, other.cooldown),
      deadline: max(deadline, other.deadline))
  }
}
