// SPDX-License-Identifier: Apache-2.0
// What one receiver is to be told, when, and in how many messages: pure, with the time as an argument. A notice leaves it only
// when it was taken, so whatever happens it is told at least once, and in order.

internal import Core
internal import Rules

/// How far a receiver has come in the journal. Kept durably: where it begins after a crash.
struct Mark: Hashable, Sendable {
  /// All records up to this one were told, or need not be.
  var seq: Int64
  /// The targets whose last restart failed, up to there.
  var failing: Set<String>

  mutating func apply(_ change: Tiding.Change?) {
    switch change {
    case .failed(let target): failing.insert(target)
    case .mended(let target): failing.remove(target)
    case nil: break
    }
  }
}

/// The notices that wait for one receiver.
struct Outbox: Sendable {
  /// What to do next.
  enum Step: Hashable, Sendable {
    /// Send these, oldest first: one by itself, or several as a digest.
    case send([Notice])
    /// Nothing before this time; nil: before there is something new.
    case wait(until: Duration?)
  }

  /// Why and how often it did not take what it was sent.
  struct Trouble: Hashable, Sendable {
    var attempts: Int
    var next: Duration
  }

  /// Up to so many go one by one.
  static let singles = 3
  /// How long the first notice waits for others of the same moment.
  static let gathering = Duration.seconds(1)
  /// The longest wait before another attempt.
  static let longestWait = Duration.seconds(300)
  /// The longest that a receiver may ask us to wait.
  static let longestWish = Duration.seconds(3_600)

  /// Up to here all is told.
  private(set) var told: Mark
  /// Up to here all is read.
  private(set) var read: Mark
  private(set) var trouble: Trouble?
  private var tidings: [Tiding] = []
  private let events: Set<Receiver.Event>
  private let window: Duration
  /// When the oldest notice that waits came.
  private var firstCame: Duration?
  /// When the last message was taken.
  private var lastSent: Duration?
  /// Notices up to this one may go now, one by one.
  private var releasedUpTo: Int64 = 0
  /// True where there is no time to gather.
  private var hurries = false

  /// An outbox for a receiver that was told everything up to a mark.
  init(told: Mark, events: Set<Receiver.Event>, window: Duration) {
    self.told = told
    read = told
    self.events = events
    self.window = window
  }

  /// How many notices wait.
  var waiting: Int { tidings.count { $0.notice != nil } }

  /// True where no more is to be read for now.
  var isFull: Bool { waiting >= Limits.noticesPerMessage }

  // MARK: In

  /// Takes in what one record says.
  mutating func take(_ tiding: Tiding, at now: Duration) {
    precondition(tiding.seq > read.seq, "a record is read once")
    var tiding = tiding
    if let notice = tiding.notice, !events.contains(notice.event) { tiding.notice = nil }
    read.apply(tiding.change)
    read.seq = tiding.seq
    if tiding.notice != nil, firstCame == nil { firstCame = now }
    // What changes nothing and need not be told is told already, unless something before it is not.
    if tiding.notice != nil || tiding.change != nil { tidings.append(tiding) }
    settle()
  }

  /// Leaves out everything up to a record: it is too far behind.
  mutating func skip(to seq: Int64) {
    told.seq = max(told.seq, seq)
    read.seq = max(read.seq, seq)
    tidings.removeAll { $0.seq <= seq }
    settle()
  }

  /// From here on nothing is gathered: there will be no later.
  mutating func hurry() { hurries = true }

  /// What to do now.
  mutating func next(at now: Duration) -> Step {
    let notices = tidings.compactMap(\.notice)
    guard let first = notices.first else { return .wait(until: nil) }
    if let trouble, trouble.next > now { return .wait(until: trouble.next) }
    if trouble == nil, first.seq <= releasedUpTo { return .send([first]) }
    let due = trouble == nil ? opening(at: now) : now
    guard due <= now || hurries else { return .wait(until: due) }
    guard window == .zero || notices.count <= Self.singles else {
      return .send(Array(notices.prefix(Limits.noticesPerMessage)))
    }
    releasedUpTo = notices.last?.seq ?? 0
    return .send([first])
  }

  private func opening(at now: Duration) -> Duration {
    let gathered = (firstCame ?? now) + min(Self.gathering, window)
    return max(gathered, lastSent.map { $0 + window } ?? gathered)
  }

  // MARK: What came of it

  /// What was sent up to this record was taken.
  mutating func delivered(upTo seq: Int64, at now: Duration) {
    trouble = nil
    lastSent = now
    while let tiding = tidings.first, tiding.seq <= seq {
      told.apply(tiding.change)
      tidings.removeFirst()
    }
    told.seq = seq
    if !tidings.contains(where: { $0.notice != nil }) { firstCame = nil }
    settle()
  }

  /// It was not taken. `random` is from 0 up to 1.
  mutating func failed(_ failure: DeliveryFailure, at now: Duration, random: Double) {
    let attempts = (trouble?.attempts ?? 0) + 1
    releasedUpTo = 0
    trouble = Trouble(attempts: attempts, next: now + Self.delay(failure, attempts: attempts, random: random))
  }

  /// Full jitter: any time up to 1 s, 2 s, 4 s … 5 min, but not before the receiver wants to hear from us. Where only somebody's
  /// help can make it work, 2 to 5 minutes.
  private static func delay(_ failure: DeliveryFailure, attempts: Int, random: Double) -> Duration {
    let ceiling = min(Duration.seconds(1 << min(attempts - 1, 20)), longestWait)
    let delay = failure.needsHelp ? .seconds(120) + (longestWait - .seconds(120)) * random : ceiling * random
    return max(delay, min(failure.retryAfter ?? .zero, longestWish))
  }

  /// What need not be told is told once nothing before it has to be.
  private mutating func settle() {
    while let tiding = tidings.first, tiding.notice == nil {
      told.apply(tiding.change)
      told.seq = tiding.seq
      tidings.removeFirst()
    }
    if tidings.isEmpty { told = read }
  }
}

/// Why a receiver did not take a message.
struct DeliveryFailure: Error, Hashable, Sendable {
  /// In one line, without a secret.
  var reason: String
  /// What somebody has to do before it can work; nil where time may be enough.
  var remedy: String?
  /// How long the receiver wants to be left alone.
  var retryAfter: Duration?

  /// True where the same message will be refused again.
  var needsHelp: Bool { remedy != nil }
}
