// SPDX-License-Identifier: Apache-2.0
// Every call has time limits, so work that was begun comes back. Should it not, by a fault of ours, the loop would go round and look
// alive while a source is never swept again: a restart that never comes. So the signs of life are watched too.

internal import Core

/// When the work that is under way last gave a sign of life.
struct Progress {
  /// Work of which one answer shows that all of it goes on.
  private enum Strand: Hashable {
    /// The sweep of one scope: pages come one after the other.
    case sweep(Scope)
    /// What is done to targets: many calls may wait for their turn at one rate.
    case actions
  }

  private struct Signs {
    var underWay = 0
    var last = Duration.zero
  }

  /// Many times as long as one call may take, all attempts and waits included.
  static let longestSilence = Duration.seconds(900)

  private var strands: [Strand: Signs] = [:]

  /// Work begins.
  mutating func note(_ effect: Effect, at now: Duration) {
    switch effect {
    case .append, .answer: break
    case .sweep(let scope, _, _): note(.sweep(scope), +1, at: now)
    case .inspect, .issue, .diagnose: note(.actions, +1, at: now)
    }
  }

  /// Work goes on, or is over.
  mutating func note(_ event: Event, at now: Duration) {
    switch event {
    case .observed(let scope, _, _, _): note(.sweep(scope), 0, at: now)
    case .swept(let scope, _, _): note(.sweep(scope), -1, at: now)
    case .inspected, .issued, .withheld, .diagnosed: note(.actions, -1, at: now)
    case .started, .requested, .ordered, .rulesReloaded, .clockStepped, .stopping, .deadlinePassed: break
    }
  }

  private mutating func note(_ strand: Strand, _ change: Int, at now: Duration) {
    var signs = strands[strand] ?? Signs()
    // The first sign of work that joins other work is none of the other's.
    if change <= 0 || signs.underWay == 0 { signs.last = now }
    signs.underWay += change
    strands[strand] = signs
  }

  /// Throws where work is under way that has given no sign for too long.
  func require(at now: Duration) throws(Failure) {
    for (strand, signs) in strands where signs.underWay > 0 && now - signs.last > Self.longestSilence {
      let what =
        switch strand {
        case .sweep(let scope): "the sweep of \(scope.source) in \(scope.location.region)"
        case .actions: "a call for a target"
        }
      throw Failure(
        kind: .permanent,
        reason:
          "\(what) has given no sign of life for \((now - signs.last).milliseconds / 1_000) s, which no call may "
          + "take; ending, so that the next start goes on from the journal",
        mayHaveTakenEffect: false)
    }
  }
}
