// SPDX-License-Identifier: Apache-2.0
// Where all restarts stand among each other at one moment: who is under way, and who comes first for each version that is on
// trial. It is worked out from the state in one go, and then answers for each target at next to no cost.
//
// One order holds over all versions: by how deep a rule stands in the order that `after` gives, by the order of the rules and of
// their targets, by name. So the first of all that wait is first in every line it stands in, and no two ever wait for each other.

/// Why a restart may not begin yet, though nothing about its target is in the way.
struct Bar: Hashable, Sendable {
  /// What it waits for.
  var hold: Restart.Hold
  /// The same in one line, for the record.
  var reason: String
  /// When it may be over; nil where only an event can end it.
  var until: Timestamp?
}

/// A target's place in the one order of all that wait.
struct Place: Hashable, Comparable, Sendable {
  /// How deep its rules stand in the order that `after` gives.
  var level: Int
  /// The position of its first rule.
  var rank: Int
  /// Which of that rule's targets it is.
  var position: Int
  /// Itself: among equals its name decides.
  var target: Target

  static func < (left: Self, right: Self) -> Bool {
    let (mine, other) = ((left.level, left.rank, left.position), (right.level, right.rank, right.position))
    return mine == other ? left.target.description < right.target.description : mine < other
  }
}

/// One target as it stands.
struct Stand: Sendable {
  var place: Place
  /// The names of the rules that lead here.
  var rules: [String]
  /// The causes of what waits, and of what is under way.
  var pending: [Change]
  var underWay: [Change]
  /// A restart of it is under way.
  var isBusy: Bool
  /// It waits for something that has nothing to do with its turn, so nobody waits for it.
  var isPassedOver: Bool
}

/// Where all restarts stand.
struct Standing: Sendable {
  /// The targets of one version that is on trial.
  private struct Line: Sendable {
    var trial: Trial
    /// No target waits for the version, and no restart for it is under way.
    var isEmpty = true
    /// The places of those that come first, in order; no more than a canary may ask for.
    var first: [Place] = []
    /// Those whose restart for it is under way.
    var underWay = 0
    /// The least level of a target to which a rule leads, for each rule that others come after.
    var levels: [String: Int] = [:]

    init(trial: Trial) { self.trial = trial }

    /// Takes in a target that waits for this version, with its place where others wait for it.
    mutating func take(
      _ version: String, _ awaited: [String], _ level: Int, _ place: Place?, atMost places: Int
    ) {
      guard version == trial.version else { return }
      note(awaited, level)
      guard let place else { return }
      let position = first.firstIndex { place < $0 } ?? first.count
      guard position < places else { return }
      first.insert(place, at: position)
      if first.count > places { first.removeLast() }
    }

    /// Takes in a target whose restart for this version is under way.
    mutating func take(_ version: String, _ awaited: [String], _ level: Int) {
      guard version == trial.version else { return }
      note(awaited, level)
      underWay += 1
    }

    private mutating func note(_ awaited: [String], _ level: Int) {
      isEmpty = false
      for name in awaited { levels[name] = min(levels[name] ?? .max, level) }
    }
  }

  private var lines: [Resource: Line]
  /// Restarts under way, and looks that are the first step of one.
  private var busy = 0
  private var busyOfRule: [String: Int] = [:]
  private let rules: RuleSet

  /// Where nobody stands yet; `trials` says which versions are on trial.
  init(rules: RuleSet, trials: [Resource: Trial]) {
    self.rules = rules
    lines = trials.mapValues { Line(trial: $0) }
  }

  /// Takes a target in.
  mutating func add(_ stand: Stand) {
    if stand.isBusy { reserve(stand.rules) }
    guard !lines.isEmpty else { return }
    let level = stand.place.level
    let awaited = stand.rules.filter(rules.isAwaited)
    for cause in stand.pending {
      let place = stand.isPassedOver ? nil : stand.place
      lines[cause.resource]?.take(cause.to, awaited, level, place, atMost: rules.widestCanary)
    }
    for cause in stand.underWay { lines[cause.resource]?.take(cause.to, awaited, level) }
  }

  /// Keeps a place for a restart that is about to begin.
  mutating func reserve(_ names: [String]) {
    busy += 1
    for name in names { busyOfRule[name, default: 0] += 1 }
  }

  /// True where no more restarts may be under way.
  var isFull: Bool { busy >= rules.policy.concurrent }

  /// True where no target waits for this version, and no restart for it is under way.
  func isOver(_ resource: Resource) -> Bool { lines[resource]?.isEmpty ?? true }

  // MARK: Asking

  /// Why the target may not begin yet: others come first for a version that it waits for, or too many are under way.
  func bar(to stand: Stand, isUrgent: Bool, at now: Timestamp) -> Bar? {
    for cause in stand.pending {
      guard let line = lines[cause.resource], line.trial.version == cause.to else { continue }
      if let bar = predecessor(of: stand, line, cause.resource) { return bar }
      if !isUrgent, let bar = canary(before: stand, line, cause.resource, at: now) { return bar }
    }
    return crowd(stand)
  }

  private func predecessor(of stand: Stand, _ line: Line, _ resource: Resource) -> Bar? {
    guard !line.levels.isEmpty else { return nil }
    let awaited = rules.predecessors(of: stand.rules)
    guard let name = awaited.first(where: { (line.levels[$0] ?? .max) < stand.place.level }) else {
      return nil
    }
    return Bar(
      hold: .turn, reason: "comes after the restarts of rule '\(name)' for \(resource), which are not over",
      until: nil)
  }

  private func canary(
    before stand: Stand, _ line: Line, _ resource: Resource, at now: Timestamp
  ) -> Bar? {
    let completions = line.trial.completions
    let pace = rules.pace(of: stand.rules)
    guard pace.canary > 0 else { return nil }
    if completions.count >= pace.canary {
      let begins = completions[pace.canary - 1] + pace.soak
      guard now < begins else { return nil }
      return Bar(
        hold: .turn, reason: "the restarts that went first for \(resource) are watched until \(begins)",
        until: begins)
    }
    let before = line.first.prefix { $0 < stand.place }
    guard completions.count + line.underWay + before.count >= pace.canary else { return nil }
    let first = before.first.map { "\($0.target)" } ?? "a restart that is under way"
    return Bar(
      hold: .turn, reason: "\(first) goes first for \(resource); the others follow once that has completed",
      until: nil)
  }

  private func crowd(_ stand: Stand) -> Bar? {
    if isFull {
      return Bar(
        hold: .turn, reason: "\(busy) restarts are under way, and no more may be at once", until: nil)
    }
    for name in stand.rules {
      guard let limit = rules[name]?.pace.concurrent, let busy = busyOfRule[name], busy >= limit else {
        continue
      }
      return Bar(
        hold: .turn, reason: "\(busy) restarts of rule '\(name)' are under way, and no more may be at once",
        until: nil)
    }
    return nil
  }
}
