// SPDX-License-Identifier: Apache-2.0

public import Core
internal import Platform

/// Those who follow what happens to some target while the daemon runs: each sees the records that concern it.
public final class Audience: Sendable {
  private struct Seat {
    let shows: @Sendable (Record) -> Bool
    let view: AsyncStream<Record>.Continuation
  }

  private struct Hall {
    var seats: [Int: Seat] = [:]
    var next = 0
  }

  private let hall = Locked(Hall())

  /// Nobody looks on yet.
  public init() {}

  /// The records from now on that `shows` accepts. Nil where so many look on already that there is no seat left. A record waits for
  /// whoever is slow; of very many the oldest are lost first.
  func seat(_ shows: @escaping @Sendable (Record) -> Bool) -> AsyncStream<Record>? {
    let (stream, view) = AsyncStream<Record>.makeStream(bufferingPolicy: .bufferingNewest(100))
    let number: Int? = hall.withLock { hall in
      guard hall.seats.count < Limits.followingCommands else { return nil }
      hall.next += 1
      hall.seats[hall.next] = Seat(shows: shows, view: view)
      return hall.next
    }
    guard let number else { return nil }
    view.onTermination = { [weak self] _ in _ = self?.hall.withLock { $0.seats.removeValue(forKey: number) } }
    return stream
  }

  func show(_ records: [Record]) {
    let seats = hall.withLock { Array($0.seats.values) }
    for seat in seats {
      for record in records where seat.shows(record) { seat.view.yield(record) }
    }
  }
}

/// Shows an audience each record, and passes everything on.
public struct Broadcast: Reporter {
  private let audience: Audience
  private let next: any Reporter

  /// A broadcast in front of another reporter.
  public init(to audience: Audience, _ next: any Reporter) {
    self.audience = audience
    self.next = next
  }

  /// Passes on, then shows.
  public func recorded(_ records: [Record]) {
    next.recorded(records)
    audience.show(records)
  }

  /// Passes on.
  public func alive(_ summary: Engine.Summary, isReady: Bool) throws(Failure) {
    try next.alive(summary, isReady: isReady)
  }

  /// Passes on.
  public func reloading() { next.reloading() }
  /// Passes on.
  public func reloaded() { next.reloaded() }
  /// Passes on.
  public func stopping() { next.stopping() }
}
