// SPDX-License-Identifier: Apache-2.0

/// The debounce of one target: changes that wait until no more of them come.
public struct Settle: Hashable, Sendable, Codable {
  /// The changes, one a resource, in the order they were first seen; at most `Limits.causesPerRestart`.
  public private(set) var causes: [Change]
  /// How many causes were left out for that limit.
  public private(set) var omittedCauses: Int
  /// The newest cause's time, by AWS's clock; kept apart because causes may be left out.
  public private(set) var newestChange: Timestamp
  /// The names of the rules that led here, sorted.
  public private(set) var rules: [String]
  /// The merged patience of those rules.
  public private(set) var patience: Patience
  /// Which of a rule's targets this one is; absent from rows that an earlier version wrote.
  public private(set) var position: Int?
  /// When the first change was seen, by our clock.
  public internal(set) var first: Timestamp
  /// When the last change was seen, by our clock.
  public internal(set) var last: Timestamp

  /// The first change of a restart to come, seen now.
  public init(_ change: Change, rules: [String], patience: Patience, position: Int?, at now: Timestamp) {
    causes = [change]
    omittedCauses = 0
    newestChange = change.changedAt
    self.rules = rules.sorted()
    self.patience = patience
    self.position = position
    first = now
    last = now
  }

  /// When the restart is due, the cooldown apart: after `quiet` without a change, but never later than `limit`
  /// after the first.
  public var due: Timestamp { min(last + patience.quiet, first + patience.limit) }

  /// One more change. Of one resource only the way from its first to its last version is kept.
  ///
  /// - Returns: true where it comes by rules that led nothing here before.
  mutating func add(_ change: Change, by lead: Lead, at now: Timestamp) -> Bool {
    if let index = causes.firstIndex(where: { $0.resource == change.resource }) {
      let first = causes[index]
      causes[index] = change
      causes[index].from = first.from
    } else if causes.count < Limits.causesPerRestart {
      causes.append(change)
    } else {
      omittedCauses += 1
    }
    newestChange = max(newestChange, change.changedAt)
    let known = rules.count
    if lead.rules != rules { rules = Set(rules).union(lead.rules).sorted() }
    patience = patience.merged(with: lead.patience)
    position = min(position ?? lead.position, lead.position)
    last = now
    return rules.count > known
  }

  /// The same changes under other rules; nil where no rule leads any of them to the target any more. Where one still
  /// does all of them stay: the restart is for all that changed. The waiting began when it began.
  func reconsidered(under rules: RuleSet, for target: Target) -> Self? {
    let leads = causes.compactMap { change in
      rules.leads(from: change.resource.name, in: change.resource.scope).first { $0.target == target }
    }
    guard let first = leads.first else { return nil }
    var result = self
    result.rules = Set(leads.flatMap(\.rules)).sorted()
    result.patience = leads.dropFirst().reduce(first.patience) { $0.merged(with: $1.patience) }
    return result
  }
}
