// SPDX-License-Identifier: Apache-2.0

import Core
import Testing

@testable import AWS

struct RetryPolicyTests {
  @Test(arguments: [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 20.0), (1_000, 20.0)])
  func `the ceiling of the delay doubles up to 20 s`(_ attempt: Int, _ ceiling: Double) {
    #expect(Backoff.delay(afterAttempt: attempt, random: 1, hint: nil) == .seconds(ceiling))
    #expect(Backoff.delay(afterAttempt: attempt, random: 0, hint: nil) == .zero)
  }

  @Test func `a hint is a lower bound, and one beyond 20 s ends it`() {
    #expect(Backoff.delay(afterAttempt: 2, random: 1, hint: .seconds(1)) == .seconds(2))
    #expect(Backoff.delay(afterAttempt: 1, random: 0, hint: .seconds(20)) == .seconds(20))
    #expect(Backoff.delay(afterAttempt: 1, random: 0, hint: .seconds(21)) == nil)
  }

  @Test func `the quota is 500, a retry costs 5, one after a time limit 10`() {
    var quota = RetryQuota()
    let plain = RetryQuota.cost(isTimeout: false)
    let taken = (0..<101).map { _ in quota.take(plain) }
    #expect(taken.filter(\.self).count == 100 && quota.left == 0)
    for _ in 0..<9 { quota.succeed(lastCost: nil) }
    let isTaken = quota.take(RetryQuota.cost(isTimeout: true))
    #expect(!isTaken && quota.left == 9)
    quota.succeed(lastCost: 10)
    #expect(quota.left == 19)
    for _ in 0..<1_000 { quota.succeed(lastCost: nil) }
    #expect(quota.left == 500)
  }

  @Test func `before the first throttling nothing waits`() {
    var rate = AdaptiveRate()
    for second in 0..<10 {
      let delay = rate.reserve(at: .seconds(second))
      #expect(delay == .zero)
      rate.record(isThrottled: false, at: .seconds(second))
    }
    #expect(rate.rate == nil)
  }

  @Test func `a throttling cuts the measured rate to 0.7 of it, and successes bring it back`() throws {
    var rate = AdaptiveRate()
    for tick in 0..<80 { rate.record(isThrottled: false, at: .milliseconds(tick * 100)) }
    rate.record(isThrottled: true, at: .seconds(8))
    let cut = try #require(rate.rate)
    #expect((6.5...7.5).contains(cut))
    for tick in 81..<300 { rate.record(isThrottled: false, at: .milliseconds(tick * 100)) }
    #expect(try #require(rate.rate) > 12)
  }

  @Test func `the rate never falls below one call in two seconds`() {
    var rate = AdaptiveRate()
    for second in 0..<100 { rate.record(isThrottled: true, at: .seconds(second * 10)) }
    #expect(rate.rate == 0.5)
    let delays = (0..<3).map { _ in rate.reserve(at: .seconds(1_000)) }
    #expect(delays == [.zero, .seconds(2), .seconds(4)])
  }

  @Test func `calls are spaced evenly, also after a pause`() async throws {
    let time = StillTime()
    let limiter = RateLimiter(perSecond: 4, time: time)
    var turns: [Duration] = []
    for _ in 0..<3 {
      try await limiter.wait()
      turns.append(time.elapsed())
    }
    time.advance(.seconds(60))
    for _ in 0..<3 {
      try await limiter.wait()
      turns.append(time.elapsed())
    }
    #expect(turns.map(\.milliseconds) == [0, 250, 500, 60_500, 60_750, 61_000])
  }

  @Test func `small differences of clocks are no skew`() {
    var skew = ClockSkew()
    let now = Timestamp(milliseconds: 1_000_000_000)
    skew.observe(date: now + .seconds(239), host: "a", now: now)
    skew.observe(date: nil, host: "a", now: now)
    #expect(skew.correction(for: "a") == .zero && !skew.differs(from: .zero, for: "a"))
  }

  @Test func `a skew is corrected for its host alone, until it is gone`() {
    var skew = ClockSkew()
    let now = Timestamp(milliseconds: 1_000_000_000)
    skew.observe(date: now - .seconds(240), host: "a", now: now)
    #expect(skew.correction(for: "a") == .seconds(-240) && skew.correction(for: "b") == .zero)
    #expect(skew.differs(from: .zero, for: "a") && !skew.differs(from: .seconds(-250), for: "a"))
    skew.observe(date: now, host: "a", now: now)
    #expect(skew.correction(for: "a") == .zero && skew.differs(from: .seconds(-240), for: "a"))
  }

  @Test(
    arguments: [
      ("Mon, 23 Nov 2026 05:03:11 GMT", "2026-11-23T05:03:11.000Z"),
      ("Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59.000Z"),
    ])
  func `dates of HTTP are read`(_ text: String, _ time: String) {
    #expect(timestamp(httpDate: text)?.description == time)
  }

  @Test(
    arguments: [
      "", "now", "Mon, 23 Nov 2026 05:03:11 CET", "Mon, 23 XXX 2026 05:03:11 GMT",
      "Monday, 23-Nov-26 05:03:11 GMT", "Mon, 3 Nov 2026 05:03:11 GMT", "Mon, 23 Nov 2026 25:03:11 GMT",
    ])
  func `other dates are not guessed`(_ text: String) {
    #expect(timestamp(httpDate: text) == nil)
  }
}

struct PageGuardTests {
  @Test func `a listing is followed to its end`() throws {
    var pages = PageGuard(operation: "ssm:DescribeParameters", pageLimit: 3)
    var followed: [String?] = []
    for token in ["a", "b", nil] { followed.append(try pages.follow(token)) }
    #expect(followed == ["a", "b", nil])
  }

  @Test func `a token that comes back ends it`() throws {
    var pages = PageGuard(operation: "ssm:DescribeParameters", pageLimit: 100)
    for token in ["a", "b", "c"] { _ = try pages.follow(token) }
    #expect(throws: AWSFailure.self) { try pages.follow("b") }
  }

  @Test func `tokens that are always new end at the limit`() throws {
    var pages = PageGuard(operation: "ssm:DescribeParameters", pageLimit: 3)
    for token in ["a", "b"] { _ = try pages.follow(token) }
    #expect { try pages.follow("c") } throws: { ($0 as? AWSFailure)?.kind == .malformedAnswer }
  }
}
