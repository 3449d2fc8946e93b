// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform
import Testing

@testable import Daemon

/// A systemd with one unit, which a restart changes as its script says.
private final class FakeSystemd: Units, Sendable {
  private let content: Locked<(unit: UnitState, restarts: Int)>
  private let outcome: Result<UnitRestart, BusFailure>

  init(_ unit: UnitState, _ outcome: Result<UnitRestart, BusFailure> = .success(.open)) {
    content = Locked((unit, 0))
    self.outcome = outcome
  }

  var restarts: Int { content.withLock(\.restarts) }

  func state(of unit: String) async throws(BusFailure) -> UnitState { content.withLock(\.unit) }

  func restart(
    _ unit: String, replacing invocation: String?, patience: Duration
  ) async throws(BusFailure) -> UnitRestart {
    content.withLock { content in
      precondition(invocation == content.unit.invocation && patience > .zero, "not what it was asked for")
      content.restarts += 1
    }
    return try outcome.get()
  }
}

struct UnitActionTests {
  private static let unit = "app.service"

  private static func running(_ change: (inout UnitState) -> Void = { _ in }) -> UnitState {
    var unit = UnitState(load: "loaded", active: "active", sub: "running")
    unit.invocation = "i-1"
    unit.type = "notify"
    unit.result = "success"
    change(&unit)
    return unit
  }

  private func snapshot(_ unit: UnitState, following run: String? = nil) async throws -> RunSnapshot {
    try await UnitAction(FakeSystemd(unit)).inspect(
      Self.unit, for: Look(target: .unit(Self.unit), restart: nil, plannedAt: nil, deployment: run))
  }

  // MARK: Whether it can be restarted

  @Test(
    arguments: [
      ("not-found", "there is no unit"), ("masked", "is masked"),
      ("bad-setting", "cannot be used: bad-setting"),
    ])
  func `what is not there, or masked, or broken, is refused with a remedy`(_ load: String, _ words: String)
    async throws
  {
    guard
      case .impossible(let reason, let remedy) = try await snapshot(Self.running { $0.load = load }).readiness
    else {
      Issue.record("it is possible")
      return
    }
    #expect(reason.contains(words) && !remedy.isEmpty)
  }

  @Test func `a unit that nobody may start by name is refused`() async throws {
    guard case .impossible = try await snapshot(Self.running { $0.refusesStart = true }).readiness else {
      Issue.record("it is possible")
      return
    }
  }

  @Test func `a unit that does not run needs no restart, unless it is one that runs once`() async throws {
    let stopped = Self.running { ($0.active, $0.sub) = ("inactive", "dead") }
    guard case .needless = try await snapshot(stopped).readiness else {
      Issue.record("it is restarted")
      return
    }
    var once = stopped
    once.type = "oneshot"
    #expect(try await snapshot(once).readiness == .ready)
  }

  @Test func `a unit that failed is restarted: the new value may heal it`() async throws {
    let failed = Self.running { ($0.active, $0.sub, $0.result) = ("failed", "failed", "exit-code") }
    #expect(try await snapshot(failed).readiness == .ready)
    let looping = Self.running {
      ($0.active, $0.sub, $0.result) = ("activating", "auto-restart", "exit-code")
    }
    #expect(try await snapshot(looping).readiness == .ready)
  }

  @Test func `a job in progress is waited for`() async throws {
    guard case .busy = try await snapshot(Self.running { $0.job = 3 }).readiness else {
      Issue.record("it is not busy")
      return
    }
  }

  // MARK: Restarting it

  @Test func `a restart is known by the invocation that it begins`() async throws {
    let systemd = FakeSystemd(Self.running(), .success(.began("i-2")))
    #expect(try await UnitAction(systemd).issue(Self.unit) == "i-2")
    #expect(systemd.restarts == 1)
  }

  @Test func `a unit that takes long to stop is found by a later look`() async throws {
    let failure = await #expect(throws: Failure.self) {
      try await UnitAction(FakeSystemd(Self.running(), .success(.open))).issue(Self.unit)
    }
    #expect(failure?.kind == .transient && failure?.mayHaveTakenEffect == true)
  }

  @Test(arguments: [("done", "conditions"), ("dependency", "requires"), ("canceled", "cancelled")])
  func `a job that ends without starting it is no restart`(_ result: String, _ words: String) async throws {
    let failure = await #expect(throws: Failure.self) {
      try await UnitAction(FakeSystemd(Self.running(), .success(.ended(job: 7, result: result))))
        .issue(Self.unit)
    }
    #expect(failure?.kind == .permanent && failure?.reason.contains(words) == true)
  }

  @Test func `what runs once may be over and forgotten before anybody can look`() async throws {
    let once = Self.running {
      ($0.active, $0.sub, $0.type, $0.invocation) = ("inactive", "dead", "oneshot", nil)
    }
    let action = UnitAction(FakeSystemd(once, .success(.ended(job: 7, result: "done"))))
    #expect(try await action.issue(Self.unit) == "job 7")
    let runs = try await snapshot(once, following: "job 7").runs
    #expect(runs.map(\.state) == [.ended(.completed, reason: nil)])
    let seen = try await snapshot(once, following: "i-1").runs
    #expect(seen.map(\.state) == [.ended(.completed, reason: nil)])
    var forgotten = once
    forgotten.isForgotten = true
    guard case .ended(.failed, _) = try await snapshot(forgotten, following: "i-1").runs.first?.state else {
      Issue.record("nobody knows how it ended")
      return
    }
  }

  @Test(
    arguments: [
      (BusFailure.Kind.denied, Failure.Kind.denied, false), (.unreachable, .transient, false),
      (.lost, .transient, true), (.refused, .permanent, false), (.noUnit, .permanent, false),
    ])
  func `what systemd answers instead is told for what it is`(
    _ kind: BusFailure.Kind, _ expected: Failure.Kind, _ mayHaveTakenEffect: Bool
  ) async throws {
    let refusal = BusFailure(kind: kind, description: "no \u{1b}way")
    let thrown = await #expect(throws: Failure.self) {
      try await UnitAction(FakeSystemd(Self.running(), .failure(refusal))).issue(Self.unit)
    }
    let failure = try #require(thrown)
    #expect(failure.kind == expected && failure.mayHaveTakenEffect == mayHaveTakenEffect)
    #expect(failure.reason.hasPrefix(#"restarting app.service: no \u{1b}way"#))
    #expect(failure.reason.contains("README") == (kind == .denied))
  }

  // MARK: Following it

  @Test(
    arguments: [
      ("active", "running", "notify", Run.State.ended(.completed, reason: nil)),
      ("reloading", "reload", "notify", .ended(.completed, reason: nil)),
      ("inactive", "dead", "oneshot", .ended(.completed, reason: nil)),
      ("activating", "start", "oneshot", .running(progress: "it is activating (start)")),
      ("failed", "failed", "notify", .ended(.failed, reason: "it failed (success, exit status 3)")),
      (
        "activating", "auto-restart", "notify",
        .ended(.failed, reason: "it failed (success, exit status 3); systemd starts it again by itself")
      ),
      (
        "inactive", "dead", "simple",
        .ended(
          .failed,
          reason: "it does not run any more (success, exit status 3): it ended by itself, or was stopped")
      ),
    ])
  func `how the invocation is, is how the restart is`(
    _ active: String, _ sub: String, _ type: String, _ state: Run.State
  ) async throws {
    let unit = Self.running {
      ($0.active, $0.sub, $0.type, $0.mainCode, $0.mainStatus) = (active, sub, type, 1, 3)
    }
    let snapshot = try await snapshot(unit, following: "i-1")
    #expect(snapshot.runs.map(\.id) == ["i-1"] && snapshot.runs.first?.state == state)
    #expect(snapshot.recognition == .succession && !snapshot.anyRunCounts)
  }

  @Test func `a job in progress is no end`() async throws {
    let unit = Self.running { ($0.active, $0.sub, $0.job) = ("activating", "start", 7) }
    guard case .running = try await snapshot(unit, following: "i-1").runs.first?.state else {
      Issue.record("it has ended")
      return
    }
  }

  @Test func `an invocation that another one has followed was superseded, or died`() async throws {
    let restarted = Self.running { $0.invocation = "i-9" }
    var runs = try await snapshot(restarted, following: "i-1").runs
    #expect(runs.map(\.id) == ["i-9", "i-1"])
    #expect(runs.last?.state == .ended(.superseded, reason: "somebody has restarted it since"))
    var died = restarted
    died.restarts = 2
    runs = try await snapshot(died, following: "i-1").runs
    #expect(
      runs.last?.state
        == .ended(.failed, reason: "it ended, and systemd has started it again by itself 2 times"))
  }
}
