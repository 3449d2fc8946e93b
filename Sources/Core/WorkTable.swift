// SPDX-License-Identifier: Apache-2.0

/// What is under way for one target.
struct Work: Sendable {
  /// The effect whose answer is awaited.
  enum Flight: Sendable {
    case inspecting
    case issuing
    /// All of the ending is known but what the deployment's tasks say; with the service's events since it was made.
    case diagnosing(Ending, [ServiceSnapshot.Event])
  }

  var flight: Flight?
  /// Not before this.
  var nextLook: Timestamp?
  /// Why it is not looked at although it is due.
  var bar: Bar?
  /// What it waits for in words, as the last look or call has shown; the record has what was so at first.
  var waitsFor: String?
  /// The look under way is the first step of a restart, for which a place is kept.
  var isReserving = false
  /// Failed attempts in a row.
  var failures = 0
  /// Since when it is not known whether a call has begun a deployment.
  var doubtSince: Timestamp?
}

/// The work of all targets, which remembers whose was changed.
struct WorkTable: Sendable {
  private var works: [Target: Work] = [:]
  private var touched: Set<Target> = []

  subscript(target: Target) -> Work? {
    get { works[target] }
    _modify {
      touched.insert(target)
      yield &works[target]
    }
  }

  subscript(target: Target, default fresh: @autoclosure () -> Work) -> Work {
    get { works[target] ?? fresh() }
    _modify {
      touched.insert(target)
      yield &works[target, default: fresh()]
    }
  }

  /// Changes every one of them.
  mutating func change(_ change: (inout Work) -> Void) {
    for target in works.keys {
      touched.insert(target)
      if var work = works[target] {
        change(&work)
        works[target] = work
      }
    }
  }

  /// Those whose work was changed since this was last asked.
  mutating func takeTouched() -> Set<Target> {
    defer { touched = [] }
    return touched
  }
}
