// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform
import Simulation
import Testing

@testable import Daemon

/// A systemd with one unit, whose job stops it and starts it in its own time.
private final class FakeSystemd: Units, Sendable {
  struct Script {
    var stopsAfter = Duration.milliseconds(300)
    var startsAfter = Duration.milliseconds(300)
    /// How the unit is once the job has started it.
    var ends = (active: "active", sub: "running")
    /// False where the job ends before it starts the unit.
    var starts = true
    var refusal: BusFailure?
  }

  private struct Job {
    var begins: Duration
  }

  private let content: Locked<(unit: UnitState, job: Job?, script: Script, invocations: Int, restarts: Int)>
  private let world: SimulatedWorld

  init(_ unit: UnitState, _ script: Script, _ world: SimulatedWorld) {
    content = Locked((unit, nil, script, 1, 0))
    self.world = world
  }

  var restarts: Int { content.withLock(\.restarts) }

  func state(of unit: String) async throws(BusFailure) -> UnitState {
    let now = world.elapsed()
    return content.withLock { content in
      guard let job = content.job else { return content.unit }
      let stopped = job.begins + content.script.stopsAfter
      let started = stopped + content.script.startsAfter
      if now >= started || now >= stopped && !content.script.starts {
        content.job = nil
        content.unit.job = 0
        if content.script.starts {
          (content.unit.active, content.unit.sub) = content.script.ends
          content.unit.invocation = "i-\(content.invocations)"
        } else {
          (content.unit.active, content.unit.sub) = ("inactive", "dead")
        }
      } else if now >= stopped {
        (content.unit.active, content.unit.sub) = ("activating", "start")
        content.unit.invocation = "i-\(content.invocations)"
      } else {
        (content.unit.active, content.unit.sub) = ("deactivating", "stop-sigterm")
      }
      return content.unit
    }
  }

  func restart(_ unit: String) async throws(BusFailure) {
    let now = world.elapsed()
    let refusal: BusFailure? = content.withLock { content in
      if let refusal = content.script.refusal { return refusal }
      content.restarts += 1
      content.invocations += 1
      content.unit.job = 7
      content.job = Job(begins: now)
      return nil
    }
    if let refusal { throw refusal }
  }
}

struct UnitActionTests {
  private static let unit = "app.service"
  private let world = SimulatedWorld(start: Timestamp(milliseconds: 1_800_000_000_000))

  private static func running(_ change: (inout UnitState) -> Void = { _ in }) -> UnitState {
    var unit = UnitState(load: "loaded", active: "active", sub: "running")
    unit.invocation = "i-1"
    unit.type = "notify"
    unit.result = "success"
    change(&unit)
    return unit
  }

  private func snapshot(_ unit: UnitState, following run: String? = nil) throws -> RunSnapshot {
    let action = UnitAction(FakeSystemd(unit, FakeSystemd.Script(), world), time: world)
    let look = Look(target: .unit(Self.unit), restart: nil, plannedAt: nil, deployment: run)
    return try world.run { () -> Result<RunSnapshot, Failure> in
      do throws(Failure) { return .success(try await action.inspect(Self.unit, for: look)) } catch {
        return .failure(error)
      }
    }.get()
  }

  private func issue(_ systemd: FakeSystemd) throws -> Result<String, Failure> {
    let action = UnitAction(systemd, time: world)
    return try world.run { () -> Result<String, Failure> in
      do throws(Failure) { return .success(try await action.issue(Self.unit)) } catch {
        return .failure(error)
      }
    }
  }

  // MARK: Whether it can be restarted

  @Test(
    arguments: [
      ("not-found", "there is no unit"), ("masked", "is masked"),
      ("bad-setting", "cannot be used: bad-setting"),
    ])
  func `what is not there, or masked, or broken, is refused with a remedy`(_ load: String, _ words: String)
    throws
  {
    guard
      case .impossible(let reason, let remedy) = try snapshot(Self.running { $0.load = load }).readiness
    else {
      Issue.record("it is possible")
      return
    }
    #expect(reason.contains(words) && !remedy.isEmpty)
  }

  @Test func `a unit that nobody may start by name is refused`() throws {
    guard case .impossible = try snapshot(Self.running { $0.refusesStart = true }).readiness else {
      Issue.record("it is possible")
      return
    }
  }

  @Test func `a unit that does not run needs no restart, unless it is one that runs once`() throws {
    let stopped = Self.running { ($0.active, $0.sub) = ("inactive", "dead") }
    guard case .needless = try snapshot(stopped).readiness else {
      Issue.record("it is restarted")
      return
    }
    var once = stopped
    once.type = "oneshot"
    #expect(try snapshot(once).readiness == .ready)
  }

  @Test func `a unit that failed is restarted: the new value may heal it`() throws {
    let failed = Self.running { ($0.active, $0.sub, $0.result) = ("failed", "failed", "exit-code") }
    #expect(try snapshot(failed).readiness == .ready)
    let looping = Self.running {
      ($0.active, $0.sub, $0.result) = ("activating", "auto-restart", "exit-code")
    }
    #expect(try snapshot(looping).readiness == .ready)
  }

  @Test func `a job in progress is waited for`() throws {
    guard case .busy = try snapshot(Self.running { $0.job = 3 }).readiness else {
      Issue.record("it is not busy")
      return
    }
  }

  // MARK: Restarting it

  @Test func `a restart is known by the invocation that it begins, as soon as that begins`() throws {
    let systemd = FakeSystemd(Self.running(), FakeSystemd.Script(), world)
    #expect(try issue(systemd).get() == "i-2")
    #expect(systemd.restarts == 1)
  }

  @Test func `a unit that takes long to stop is found by a later look`() throws {
    let systemd = FakeSystemd(Self.running(), FakeSystemd.Script(stopsAfter: .seconds(60)), world)
    let failure = try #require(throws: Failure.self) { try issue(systemd).get() }
    #expect(failure.kind == .transient && failure.mayHaveTakenEffect && systemd.restarts == 1)
  }

  @Test func `a job that ends without starting it is no restart`() throws {
    let systemd = FakeSystemd(Self.running(), FakeSystemd.Script(starts: false), world)
    let failure = try #require(throws: Failure.self) { try issue(systemd).get() }
    #expect(failure.kind == .permanent && failure.reason.contains("has not started app.service"))
  }

  @Test(
    arguments: [
      (BusFailure.Kind.denied, Failure.Kind.denied, false), (.unreachable, .transient, false),
      (.lost, .transient, true), (.refused, .permanent, false), (.noUnit, .permanent, false),
    ])
  func `what systemd answers instead is told for what it is`(
    _ kind: BusFailure.Kind, _ expected: Failure.Kind, _ mayHaveTakenEffect: Bool
  ) throws {
    let refusal = BusFailure(kind: kind, description: "no \u{1b}way")
    let systemd = FakeSystemd(Self.running(), FakeSystemd.Script(refusal: refusal), world)
    let failure = try #require(throws: Failure.self) { try issue(systemd).get() }
    #expect(failure.kind == expected && failure.mayHaveTakenEffect == mayHaveTakenEffect)
    #expect(failure.reason.hasPrefix(#"restarting app.service: no \u{1b}way"#))
    #expect(failure.reason.contains("polkit") == (kind == .denied))
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
  ) throws {
    let unit = Self.running {
      ($0.active, $0.sub, $0.type, $0.mainCode, $0.mainStatus) = (active, sub, type, 1, 3)
    }
    let snapshot = try snapshot(unit, following: "i-1")
    #expect(snapshot.runs.map(\.id) == ["i-1"] && snapshot.runs.first?.state == state)
    #expect(snapshot.recognition == .succession && !snapshot.anyRunCounts)
  }

  @Test func `a job in progress is no end`() throws {
    let unit = Self.running { ($0.active, $0.sub, $0.job) = ("activating", "start", 7) }
    guard case .running = try snapshot(unit, following: "i-1").runs.first?.state else {
      Issue.record("it has ended")
      return
    }
  }

  @Test func `an invocation that another one has followed was superseded, or died`() throws {
    let restarted = Self.running { $0.invocation = "i-9" }
    var runs = try snapshot(restarted, following: "i-1").runs
    #expect(runs.map(\.id) == ["i-9", "i-1"])
    #expect(runs.last?.state == .ended(.superseded, reason: "somebody has restarted it since"))
    var died = restarted
    died.restarts = 2
    runs = try snapshot(died, following: "i-1").runs
    #expect(
      runs.last?.state
        == .ended(.failed, reason: "it ended, and systemd has started it again by itself 2 times"))
  }
}
