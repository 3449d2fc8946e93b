// SPDX-License-Identifier: Apache-2.0
// When each target is to be looked at next. Kept apart from what is known of the targets, so that asking costs next to nothing
// while thousands of them wait.

/// The times at which targets are due.
struct Agenda: Sendable {
  private var times: [Target: Timestamp] = [:]
  /// The earliest of them; nil where none is set.
  private(set) var next: Timestamp?
  /// False while the earliest is to be found again.
  private var isCurrent = true

  /// Sets or takes away a target's time. `next` is right again after `settle`.
  mutating func set(_ target: Target, _ time: Timestamp?) {
    let before = times[target]
    guard before != time else { return }
    times[target] = time
    if let before, before == next { isCurrent = false }
    if let time, isCurrent { next = min(next ?? time, time) }
  }

  /// Finds the earliest time again where it has gone.
  mutating func settle() {
    guard !isCurrent else { return }
    next = times.values.min()
    isCurrent = true
  }

  /// When a target is due; nil where only an event makes it so.
  func time(of target: Target) -> Timestamp? { times[target] }

  func isDue(_ target: Target, at now: Timestamp) -> Bool { times[target].map { $0 <= now } ?? false }
}
