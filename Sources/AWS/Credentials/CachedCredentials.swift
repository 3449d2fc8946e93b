// SPDX-License-Identifier: Apache-2.0
// Keeps credentials and renews them in time. AWS's tools renew when fewer than 15 minutes are left, and insist
// on it below 10; so does this. Whatever the number of callers, one of them fetches and the others get what it got.

import Core
public import Platform

/// Credentials from one source, fetched when needed, by one caller at a time.
public final class CachedCredentials: CredentialsProvider {
  private let source: any CredentialsSource
  private let time: any TimeSource
  private let state = Locked(State())

  /// Nothing is fetched before the first call of `credentials()`.
  public init(_ source: any CredentialsSource, time: any TimeSource) {
    self.source = source
    self.time = time
  }

  /// Credentials that are valid for some minutes more, as far as this machine's clock can tell.
  public func credentials() async throws(CredentialsFailure) -> Credentials {
    while true {
      switch state.withLock({ $0.nextStep(now: time.now(), elapsed: time.elapsed()) }) {
      case .use(let credentials): return credentials
      case .fetch: return try await fetch()
      case .wait(let ticket):
        switch await outcome(ticket) {
        case .fetched(let credentials): return credentials
        case .failed(let failure): throw failure
        case .abandoned: continue
        case .cancelled: throw .cancelled
        }
      }
    }
  }

  /// How many callers wait for a fetch.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Makes the next caller fetch.
  public func invalidate() async {
    state.withLock { $0.cached = nil }
  }

  private func fetch() async throws(CredentialsFailure) -> Credentials {
    do {
      let fresh = try await sendable()
      end(.fetched(fresh)) { $0.keep(fresh, attempted: $1) }
      return fresh
    } catch {
      // Not the source's failure but this caller's end: one of those who wait takes its place.
      if Task.isCancelled {
        end(.abandoned) { _, _ in }
        throw .cancelled
      }
      var fallback: Credentials?
      end(.failed(error)) { fallback = $0.fallback(now: time.now(), attempted: $1) }
      guard let fallback else { throw error }
      return fallback
    }
  }

  /// What the source gives. Kept, what cannot be sent would fail every call until it expires.
  private func sendable() async throws(CredentialsFailure) -> Credentials {
    let fresh = try await source.fetch()
    guard isHeaderValue(fresh.accessKeyID), fresh.sessionToken.map(isHeaderValue) ?? true else {
      throw CredentialsFailure(
        message: "the access key's id or the session token holds a line break or another character that "
          + "no header may have; look at where they come from", isTransient: false)
    }
    return fresh
  }

  /// Notes how the fetch came out, then tells those who wait.
  private func end(_ outcome: Outcome, _ note: (inout State, Duration) -> Void) {
    let elapsed = time.elapsed()
    let waiting = state.withLock { state in
      note(&state, elapsed)
      return state.endFetch()
    }
    for continuation in waiting { continuation.resume(returning: outcome) }
  }

  private func outcome(_ ticket: Int) async -> Outcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known = state.withLock { $0.join(ticket, continuation, isCancelled: Task.isCancelled) }
        if let known { continuation.resume(returning: known) }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(returning: .cancelled)
    }
  }
}

/// How a fetch that others wait for came out.
private enum Outcome: Sendable {
  case fetched(Credentials)
  case failed(CredentialsFailure)
  case abandoned
  case cancelled
}

/// What `CachedCredentials` guards: pure, so that the lock is held for moments only.
private struct State {
  struct Cached {
    let credentials: Credentials
    /// On the steady clock: when they were fetched, or the last attempt to renew them failed and could.
    var attempted: Duration
  }

  enum Step {
    case use(Credentials)
    case fetch
    case wait(ticket: Int)
  }

  var cached: Cached?
  var waiting: [Int: CheckedContinuation<Outcome, Never>] = [:]
  private var isFetching = false
  private var tickets = 0

  mutating func nextStep(now: Timestamp, elapsed: Duration) -> Step {
    let renewal =
      cached.map { Renewal($0.credentials, attempted: $0.attempted, now: now, elapsed: elapsed) } ?? .due
    if let cached, renewal == .notNeeded || (renewal == .wanted && isFetching) {
      return .use(cached.credentials)
    }
    if isFetching {
      tickets += 1
      return .wait(ticket: tickets)
    }
    isFetching = true
    return .fetch
  }

  mutating func keep(_ fresh: Credentials, attempted: Duration) {
    cached = Cached(credentials: fresh, attempted: attempted)
  }

  /// What to use after a failed fetch: what there is, unless it has to be renewed by now or was invalidated.
  mutating func fallback(now: Timestamp, attempted: Duration) -> Credentials? {
    guard let old = cached,
      Renewal(old.credentials, attempted: old.attempted, now: now, elapsed: attempted) != .due
    else { return nil }
    cached?.attempted = attempted
    return old.credentials
  }

  /// Registers one who waits, or says at once why it need not.
  mutating func join(
    _ ticket: Int, _ continuation: CheckedContinuation<Outcome, Never>, isCancelled: Bool
  ) -> Outcome? {
    if isCancelled { return .cancelled }
    guard isFetching else { return .abandoned }
    waiting[ticket] = continuation
    return nil
  }

  mutating func endFetch() -> [CheckedContinuation<Outcome, Never>] {
    defer { waiting = [:] }
    isFetching = false
    return Array(waiting.values)
  }
}

/// Whether credentials are to be renewed.
enum Renewal: Sendable, Hashable {
  case notNeeded
  /// Renew, and carry on with the old ones where that fails.
  case wanted
  case due

  /// For a minute after an attempt, credentials are used whatever the clock says: some sources give shorter
  /// ones than the limits below, and where this machine's clock is wrong AWS is the judge, not we.
  init(_ credentials: Credentials, attempted: Duration, now: Timestamp, elapsed: Duration) {
    guard let expiration = credentials.expiration, elapsed - attempted >= .seconds(60) else {
      self = .notNeeded
      return
    }
    let left = expiration - now
    self = left >= .seconds(15 * 60) ? .notNeeded : left >= .seconds(10 * 60) ? .wanted : .due
  }
}

extension CredentialsFailure {
  /// The caller's task was cancelled.
  static let cancelled = CredentialsFailure(
    message: "cancelled while waiting for credentials", isTransient: true)
}
