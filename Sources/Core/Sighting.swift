// SPDX-License-Identifier: Apache-2.0
// What one scope's sweeps have seen, held against what was seen before.
//
// A sweep of a large estate is nearly always the last one over again: the same names, in the same order, none of them changed. So
// every entry remembers which one came after it, and a name is looked up only where that guess is wrong.

/// The memory of one scope: every watched resource, and how its sweeps go.
struct Sighting: Sendable {
  private struct Entry: Sendable {
    let name: String
    var seen: Seen
    /// The last sweep that saw it.
    var sweep: Int
    /// Whole sweeps in a row that did not.
    var missed: Int
    /// The position of the one that was told of after it, as far as is known.
    var follower: Int
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

  private var entries: [Entry]
  /// Where each name is; nil while all entries are in the order of their names.
  private var positions: [String: Int]?
  /// The position of the last one that was told of.
  private var latest: Int?
  var source: SourceState?
  /// The number of the current or last sweep; 0 before the first.
  private(set) var sweep = 0
  var isSweeping = false
  var hasBeenTried = false
  /// False where the sweep under way cannot show what is missing: its rules have changed since it began.
  var isWhole = true
  var sweepStartedAt: Timestamp?
  var nextSweep: Timestamp?
  /// When the last sweep of this process ended, whole or not.
  var sweptAt: Timestamp?
  /// Resources that the sweep under way saw first.
  private(set) var firstSights = 0
  private var presentInSweep = 0

  init(seen: Memory, source: SourceState?, nextSweep: Timestamp?) {
    self.source = source
    self.nextSweep = nextSweep
    entries = []
    entries.reserveCapacity(seen.entries.count)
    for entry in seen.entries {
      entries.append(
        Entry(name: entry.name, seen: entry.seen, sweep: 0, missed: 0, follower: entries.count + 1))
    }
  }

  var count: Int { entries.count }

  /// What is remembered, as the journal has it.
  var remembered: Memory { Memory(entries.map { Memory.Entry(name: $0.name, seen: $0.seen) }) }

  func seen(_ name: String) -> Seen? { position(of: name).map { entries[$0].seen } }

  mutating func begin(at now: Timestamp) {
    sweep += 1
    latest = nil
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
    guard let position = nextPosition(of: observation.name) else {
      guard !observation.isScheduledForDeletion, isWatched() else { return nil }
      append(observation.name, Seen(observation))
      firstSights += 1
      presentInSweep += 1
      return .first
    }
    let before = entries[position].seen
    if observation.isScheduledForDeletion {
      guard before.presence == .present else { return nil }
      entries[position].seen.presence = .leaving
      return .touched
    }
    if entries[position].sweep != sweep { presentInSweep += 1 }
    entries[position].sweep = sweep
    entries[position].missed = 0
    let now = Seen(observation)
    guard now != before else { return nil }
    entries[position].seen = now
    guard now.version != before.version else { return before.presence == .disappeared ? .returned : .touched }
    return .changed(
      from: before.version, changedAt: Self.changedAt(now, before: before, answeredAt: answeredAt),
      hadDisappeared: before.presence == .disappeared)
  }

  /// When the change happened, never too early: a deployment made after it is taken to read the new value.
  ///
  /// A secret's version can move without its last-changed time moving with it; then all that is certain is that it
  /// happened before AWS answered.
  private static func changedAt(_ now: Seen, before: Seen, answeredAt: Timestamp) -> Timestamp {
    switch now.version {
    case .parameter(_, let modifiedAt): return modifiedAt
    case .secret:
      guard let modifiedAt = now.modifiedAt, modifiedAt > before.modifiedAt ?? modifiedAt else {
        return answeredAt
      }
      return modifiedAt
    }
  }

  /// The end of a whole sweep: the names that have now been missing twice in a row, sorted.
  mutating func missingTwice() -> [String] {
    guard isWhole, presentInSweep < entries.count else { return [] }
    var gone: [String] = []
    for position in entries.indices where entries[position].sweep != sweep {
      entries[position].missed += 1
      guard entries[position].missed == 2, entries[position].seen.presence != .disappeared else { continue }
      entries[position].seen.presence = .disappeared
      gone.append(entries[position].name)
    }
    return gone.sorted()
  }

  /// Every name that is remembered.
  var names: some Sequence<String> { entries.lazy.map(\.name) }

  mutating func forget(_ names: [String]) {
    guard !names.isEmpty else { return }
    let forgotten = Set(names)
    entries.removeAll { forgotten.contains($0.name) }
    if positions != nil { positions = allPositions }
    for position in entries.indices { entries[position].follower = position + 1 }
    latest = nil
  }

  // MARK: Positions

  private func position(of name: String) -> Int? {
    if let positions { return positions[name] }
    let place = entries.place(of: name, by: \.name)
    return place < entries.count && entries[place].name == name ? place : nil
  }

  /// The position of the one that is told of now.
  private mutating func nextPosition(of name: String) -> Int? {
    let guess = latest.map { entries[$0].follower } ?? 0
    let isRight = guess < entries.count && entries[guess].name == name
    guard let position = isRight ? guess : position(of: name) else { return nil }
    if !isRight, let latest { entries[latest].follower = position }
    latest = position
    return position
  }

  private mutating func append(_ name: String, _ seen: Seen) {
    let position = entries.count
    if let latest { entries[latest].follower = position }
    if positions == nil { positions = allPositions }
    entries.append(Entry(name: name, seen: seen, sweep: sweep, missed: 0, follower: position + 1))
    positions?[name] = position
    latest = position
  }

  private var allPositions: [String: Int] {
    Dictionary(entries.indices.lazy.map { (entries[$0].name, $0) }, uniquingKeysWith: { $1 })
  }
}

extension Seen {
  fileprivate init(_ observation: Observation) {
    self.init(version: observation.version, modifiedAt: observation.modifiedAt, presence: .present)
  }
}
