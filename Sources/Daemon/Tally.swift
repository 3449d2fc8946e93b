// SPDX-License-Identifier: Apache-2.0

public import Core

/// Keeps count of what ended badly, for programs that end with a status, and passes everything on.
public final class Tally: Reporter {
  private let next: any Reporter
  private var failures = 0
  private var summary: Engine.Summary?

  /// A tally in front of another reporter.
  public init(_ next: any Reporter) { self.next = next }

  /// True where every restart ended well and every source could be swept.
  public var isGood: Bool { failures == 0 && (summary?.failingSources ?? 0) == 0 }

  /// Counts refusals and bad endings.
  public func recorded(_ records: [Record]) {
    failures += records.count { $0.isFailure }
    next.recorded(records)
  }

  /// Notes how many sources fail.
  public func alive(_ summary: Engine.Summary, isReady: Bool) throws(Failure) {
    self.summary = summary
    try next.alive(summary, isReady: isReady)
  }

  /// Passes on.
  public func reloading() { next.reloading() }
  /// Passes on.
  public func reloaded() { next.reloaded() }
  /// Passes on.
  public func stopping() { next.stopping() }
}

extension Record {
  fileprivate var isFailure: Bool {
    switch entry {
    case .refused: true
    case .ended(let ending):
      switch ending.outcome {
      case .completed, .superseded: false
      case .failed, .rolledBack, .late: true
      }
    case .started, .stopped, .rulesLoaded, .baseline, .changed, .disappeared, .returned, .planned, .held,
      .released,
      .issued, .skipped, .quarantined, .unquarantined, .ordered, .sourceFailing, .sourceRecovered:
      false
    }
  }
}

/// Says each record in a sentence, to people rather than to a log.
public final class Narrator: Reporter {
  private let say: (Record, String) -> Void

  /// A narrator that hands each record on with its sentence.
  public init(say: @escaping (Record, String) -> Void) { self.say = say }

  /// Says each.
  public func recorded(_ records: [Record]) { for record in records { say(record, record.message) } }
  /// Says nothing.
  public func alive(_ summary: Engine.Summary, isReady: Bool) throws(Failure) {}
  /// Says nothing.
  public func reloading() {}
  /// Says nothing.
  public func reloaded() {}
  /// Says nothing.
  public func stopping() {}
}
