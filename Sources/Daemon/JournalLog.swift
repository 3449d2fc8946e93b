// SPDX-License-Identifier: Apache-2.0

public import Core
public import Journal

/// The journal of a state directory as the loop's durable log.
public struct JournalLog: DurableLog {
  private let journal: JournalStore
  private let keepsState: Bool

  /// A log into this journal. Without the state only records are kept: what a restart by hand leaves behind must not
  /// take the place of what the daemon remembers.
  public init(_ journal: JournalStore, keepsState: Bool) {
    self.journal = journal
    self.keepsState = keepsState
  }

  /// Makes a step durable.
  public func append(_ step: Step) throws(Failure) {
    do throws(JournalFailure) {
      try journal.append(keepsState ? step : Step(records: step.records, changes: []))
    } catch {
      throw Failure(kind: .permanent, reason: error.description, mayHaveTakenEffect: false)
    }
  }
}
