// SPDX-License-Identifier: Apache-2.0

import Core
import JSON
import Rules
import Testing

@testable import Notify

struct OutboxTests {
  private static let now = Duration.seconds(1_000)

  /// An outbox with a window of 30 s that has read so many failures, all of one moment.
  private static func outbox(_ failures: Int, window: Duration = .seconds(30)) -> Outbox {
    var outbox = Outbox(told: Mark(seq: 10, failing: []), events: Receiver.Event.standard, window: window)
    for number in 0..<failures { outbox.take(tiding(11 + Int64(number)), at: now) }
    return outbox
  }

  private static func tiding(_ seq: Int64, _ target: String = "ecs:shop/web", _ outcome: String = "failed")
    -> Tiding
  {
    Tiding(
      seq: seq, record: ["kind": "ended", "target": .string(target), "outcome": .string(outcome)],
      failing: [],
      home: Location(region: "eu-west-2", account: nil), causes: { _ in [] })
  }

  private static func seqs(_ step: Outbox.Step) -> [Int64]? {
    if case .send(let notices) = step { notices.map(\.seq) } else { nil }
  }

  @Test func `a notice goes after a second, in which others of the same moment come`() {
    var outbox = Self.outbox(1)
    #expect(outbox.next(at: Self.now) == .wait(until: Self.now + .seconds(1)))
    #expect(Self.seqs(outbox.next(at: Self.now + .seconds(1))) == [11])
  }

  @Test func `a few go one by one, and all of them at once`() {
    var outbox = Self.outbox(3)
    let later = Self.now + .seconds(1)
    for seq in 11...13 as ClosedRange<Int64> {
      #expect(Self.seqs(outbox.next(at: later)) == [seq])
      outbox.delivered(upTo: seq, at: later)
    }
    #expect(outbox.next(at: later) == .wait(until: nil))
    #expect(outbox.told.seq == 13)
  }

  @Test func `more than a few go as one digest`() {
    var outbox = Self.outbox(4)
    #expect(Self.seqs(outbox.next(at: Self.now + .seconds(1))) == [11, 12, 13, 14])
  }

  @Test func `a digest holds no more than a message may, and the rest follows after the window`() {
    var outbox = Self.outbox(Limits.noticesPerMessage + 5)
    #expect(outbox.isFull)
    let later = Self.now + .seconds(1)
    #expect(Self.seqs(outbox.next(at: later))?.count == Limits.noticesPerMessage)
    outbox.delivered(upTo: 10 + Int64(Limits.noticesPerMessage), at: later)
    #expect(outbox.next(at: later) == .wait(until: later + .seconds(30)))
    #expect(Self.seqs(outbox.next(at: later + .seconds(30)))?.count == 5)
  }

  @Test func `what comes after a message waits for the window`() {
    var outbox = Self.outbox(1)
    let sent = Self.now + .seconds(1)
    _ = outbox.next(at: sent)
    outbox.delivered(upTo: 11, at: sent)
    outbox.take(Self.tiding(12), at: sent + .seconds(5))
    #expect(outbox.next(at: sent + .seconds(5)) == .wait(until: sent + .seconds(30)))
    #expect(Self.seqs(outbox.next(at: sent + .seconds(30))) == [12])
  }

  @Test func `without a window each goes by itself, at once`() {
    var outbox = Self.outbox(5, window: .zero)
    #expect(Self.seqs(outbox.next(at: Self.now)) == [11])
  }

  @Test func `in a hurry nothing is gathered`() {
    var outbox = Self.outbox(2)
    outbox.hurry()
    #expect(Self.seqs(outbox.next(at: Self.now)) == [11])
  }

  @Test func `what a receiver is not told of moves its mark and nothing else`() {
    var outbox = Outbox(told: Mark(seq: 10, failing: []), events: [.success], window: .seconds(30))
    outbox.take(Self.tiding(11), at: Self.now)
    #expect(outbox.next(at: Self.now) == .wait(until: nil))
    #expect(outbox.told == Mark(seq: 11, failing: ["ecs:shop/web  "]))
  }

  @Test func `a mark never passes what was not told`() {
    var outbox = Self.outbox(1)
    outbox.take(Tiding(silent: 12), at: Self.now)
    outbox.take(Self.tiding(13, "ecs:shop/other"), at: Self.now)
    #expect(outbox.told == Mark(seq: 10, failing: []))
    #expect(outbox.read == Mark(seq: 13, failing: ["ecs:shop/web  ", "ecs:shop/other  "]))
    outbox.delivered(upTo: 11, at: Self.now)
    #expect(outbox.told == Mark(seq: 11, failing: ["ecs:shop/web  "]))
  }

  // MARK: Receivers that fail

  private static let silence = DeliveryFailure(reason: "silence", remedy: nil, retryAfter: nil)

  @Test(arguments: [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (60, 300)])
  func `attempt after attempt the wait has twice as high a ceiling, up to five minutes`(
    _ attempts: Int, _ seconds: Int
  ) {
    var outbox = Self.outbox(1)
    for _ in 0..<attempts { outbox.failed(Self.silence, at: Self.now, random: 0.5) }
    #expect(outbox.trouble?.next == Self.now + .milliseconds(500 * seconds))
    #expect(outbox.next(at: Self.now) == .wait(until: Self.now + .milliseconds(500 * seconds)))
  }

  @Test func `a receiver that says when is not asked before`() {
    var outbox = Self.outbox(1)
    let busy = DeliveryFailure(reason: "429", remedy: nil, retryAfter: .seconds(90))
    outbox.failed(busy, at: Self.now, random: 0.1)
    #expect(outbox.trouble?.next == Self.now + .seconds(90))
    let forEver = DeliveryFailure(reason: "429", remedy: nil, retryAfter: .seconds(86_400))
    outbox.failed(forEver, at: Self.now, random: 0.1)
    #expect(outbox.trouble?.next == Self.now + .seconds(3_600))
  }

  @Test(arguments: [(0.0, 120), (0.5, 210)])
  func `a receiver that refuses is asked seldom`(_ random: Double, _ seconds: Int) {
    var outbox = Self.outbox(1)
    outbox.failed(
      DeliveryFailure(reason: "404", remedy: "give another URL", retryAfter: nil), at: Self.now,
      random: random)
    #expect(outbox.trouble?.next == Self.now + .seconds(seconds))
  }

  @Test func `what has gathered while a receiver failed goes as a digest, in order`() {
    var outbox = Self.outbox(2)
    outbox.failed(Self.silence, at: Self.now, random: 0.9)
    for seq in 13...20 as ClosedRange<Int64> { outbox.take(Self.tiding(seq), at: Self.now) }
    #expect(Self.seqs(outbox.next(at: Self.now + .seconds(1))) == Array(11...20))
    outbox.delivered(upTo: 20, at: Self.now + .seconds(1))
    #expect(outbox.trouble == nil && outbox.told.seq == 20)
  }

  @Test func `what is too far behind is left out`() {
    var outbox = Self.outbox(5)
    outbox.skip(to: 13)
    #expect(outbox.told.seq == 13)
    #expect(Self.seqs(outbox.next(at: Self.now + .seconds(1))) == [14])
  }
}

extension Tiding {
  fileprivate init(silent seq: Int64) {
    self.init(
      seq: seq, record: ["kind": "planned"], failing: [], home: Location(region: "eu-west-2", account: nil),
      causes: { _ in [] })
  }
}
