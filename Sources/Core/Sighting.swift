// SPDX-License-Identifier: Apache-2.0
// What one scope's sweeps have seen, held against what was seen before.

/// The memory of one scope: every watched resource, and how its sweeps go.
struct Sighting: Sendable {
  struct Entry: Sendable {
    var seen: Seen
    /// The last sweep that saw it.
    var sweep: Int
    /// Whole sweeps in a row that did not.
    var missed: Int
  }

  /// What one observation means.
  enum News: Hashable, Sendable {
    /// The first sight of it: its baseline.
    case first
    /// Back after it had disappeared, in the version it had.
    case returned
    /// Another version; `hadDisappeared` where it was away in between.
    case changed(from: Version, changedAt: Timestamp, hadDisappeared: Bool)
    /// Something to remember, but nothing to tell.
    case touched
  }

  private(set) var entries: [String: Entry]
  var source: SourceState?
  /// The number of the current or last sweep; 0 before the first.
  var sweep = 0
  var isSweeping = false
  var hasBeenTried = false
  /// False where the sweep under way cannot show what is missing: its rules have changed since it began.
  var isWhole = true
  var sweepStartedAt: Timestamp?
  var nextSweep: Timestamp?
  /// Resources that the sweep under way saw first.
  var firstSights = 0
  private var presentInSweep = 0

  init(seen: [String: Seen], source: SourceState?, nextSweep: Timestamp?) {
    entries = seen.mapValues { Entry(seen: $0, sweep: 0, missed: 0) }
    self.source = source
    self.nextSweep = nextSweep
  }

  mutating func begin(at now: Timestamp) {
    sweep += 1
    isSweeping = true
    isWhole = true
    sweepStartedAt = now
    nextSweep = nil
    firstSights = 0
    presentInSweep = 0
  }

  /// Takes in one observation. Nil means that nothing is new. `isWatched` is asked only for names never seen before.
  mutating func take(
    _ observation: Observation, answeredAt: Timestamp, isWatched: () -> Bool
  ) -> News? {
    guard let index = entries.index(forKey: observation.name) else {
      guard !observation.isScheduledForDeletion, isWatched() else { return nil }
      let seen = Seen(version: observation.version, modifiedAt: observation.modifiedAt, presence: .present)
      entries[observation.name] = Entry(seen: seen, sweep: sweep, missed: 0)
      firstSights += 1
      presentInSweep += 1
      return .first
    }
    let entry = entries.values[index]
    if observation.isScheduledForDeletion {
      guard entry.seen.presence == .present else { return nil }
      entries.values[index].seen.presence = .leaving
      return .touched
    }
    if entry.sweep != sweep { presentInSweep += 1 }
    entries.values[index].sweep = sweep
    entries.values[index].missed = 0
    let isUnchanged = entry.seen.version == observation.version
    if isUnchanged, entry.seen.presence == .present, entry.seen.modifiedAt == observation.modifiedAt {
      return nil
    }
    entries.values[index].seen = Seen(
      version: observation.version, modifiedAt: observation.modifiedAt, presence: .present)
    guard !isUnchanged else { return entry.seen.presence == .disappeared ? .returned : .touched }
    return .changed(
      from: entry.seen.version,
      changedAt: Self.changedAt(observation, before: entry.seen, answeredAt: answeredAt),
      hadDisappeared: entry.seen.presence == .disappeared)
  }

  /// When the change happened, never too early: a deployment made after it is taken to read the new value.
  ///
  /// A secret's version can move without its last-changed time moving with it; then all that is certain is that it
  /// happened before AWS answered.
  private static func changedAt(
    _ observation: Observation, before: Seen, answeredAt: Timestamp
  ) -> Timestamp {
    switch observation.version {
    case .parameter(_, let modifiedAt): return modifiedAt
    case .secret:
      guard let modifiedAt = observation.modifiedAt, modifiedAt > before.modifiedAt ?? modifiedAt else {
        return answeredAt
      }
      return modifiedAt
    }
  }

  /// The end of a whole sweep: the names that have now been missing twice in a row, sorted.
  mutating func missingTwice() -> [String] {
    guard isWhole, presentInSweep < entries.count else { return [] }
    var gone: [String] = []
    for index in entries.indices where entries.values[index].sweep != sweep {
      entries.values[index].missed += 1
      guard entries.values[index].missed == 2, entries.values[index].seen.presence != .disappeared else {
        continue
      }
      entries.values[index].seen.presence = .disappeared
      gone.append(entries.keys[index])
    }
    return gone.sorted()
  }

  /// Forgets every name that no rule watches any more, and says which.
  mutating func forget(where isUnwatched: (String) -> Bool) -> [String] {
    let names = entries.keys.filter(isUnwatched).sorted()
    for name in names { entries[name] = nil }
    return names
  }

  func presence(of name: String) -> Seen.Presence? { entries[name]?.seen.presence }
}
