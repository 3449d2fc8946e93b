// SPDX-License-Identifier: Apache-2.0
// The machine that the process runs on: programs that it starts, and units of its systemd, which go on when the process dies.

import Core
import Daemon
import LocalAWS
import Platform

/// How runs that are none of AWS's go.
enum LocalCourse: Sendable {
  case completes(after: Duration)
  case fails(after: Duration)
  case hangs

  init(_ rollout: Rollout) {
    self =
      switch rollout {
      case .completes(let time): .completes(after: time)
      case .fails(let time, _, _), .rollsBack(let time, _, _, _): .fails(after: time)
      case .hangs: .hangs
      default: .completes(after: .seconds(5))
      }
  }
}

/// What goes wrong between the process and systemd.
enum BusFault: CaseIterable, Sendable {
  case unreachable
  case denied
  case lostBefore
  case lostAfter
  case staysOpen
  case dependency
}

/// Programs and units by name. It goes by the machine's own clocks.
final class SimulatedMachine: Sendable {
  /// A start, of a program or of a unit.
  typealias Began = @Sendable (_ run: String, _ restart: RestartID?) -> Void
  /// An order that was not carried out.
  typealias Refused = @Sendable (Target) -> Void

  private struct Thing: Sendable {
    var isThere = true
    var course = LocalCourse.completes(after: .zero)
    var nextCourse: LocalCourse?
    /// Of a unit: its last invocation.
    var invocation: Invocation?

    mutating func takeCourse() -> LocalCourse {
      defer { nextCourse = nil }
      return nextCourse ?? course
    }
  }

  private struct Invocation: Sendable {
    var id: String
    var course: LocalCourse
    var beganAt: Duration
    var startedAt: Timestamp
  }

  private struct Content: Sendable {
    var things: [String: Thing] = [:]
    var dice: Dice
    var faults: [BusFault] = []
    var count = 0
  }

  private let content: Locked<Content>
  private let time: any TimeSource
  private let began: Began
  private let refused: Refused

  init(seed: UInt64, time: any TimeSource, began: @escaping Began, refused: @escaping Refused) {
    content = Locked(Content(dice: Dice(seed: seed)))
    self.time = time
    self.began = began
    self.refused = refused
  }

  // MARK: Steering

  /// What there is from the beginning; a unit runs already.
  func seed(_ name: String, isUnit: Bool) {
    let (now, wall) = (time.elapsed(), time.now())
    content.withLock { content in
      content.count += 1
      let first = Invocation(
        id: "invocation \(content.count)", course: .completes(after: .zero), beganAt: now, startedAt: wall)
      content.things[name] = Thing(invocation: isUnit ? first : nil)
    }
  }

  func steer(_ name: String, _ course: LocalCourse, onlyNext: Bool) {
    content.withLock { content in
      if onlyNext { content.things[name]?.nextCourse = course } else { content.things[name]?.course = course }
    }
  }

  /// Installs it, or removes it. What runs of it goes on.
  func set(_ name: String, isThere: Bool) { content.withLock { $0.things[name]?.isThere = isThere } }

  func isThere(_ name: String) -> Bool { content.withLock { $0.things[name]?.isThere ?? false } }

  /// Half of all orders to systemd meet one of these.
  func disturb(_ faults: [BusFault]) { content.withLock { $0.faults = faults } }

  /// Somebody restarts a unit.
  func restartByHand(_ unit: String) { if isThere(unit) { _ = begin(unit, for: nil) } }

  private func begin(_ unit: String, for restart: RestartID?) -> String {
    let (now, wall) = (time.elapsed(), time.now())
    let id = content.withLock { content in
      content.count += 1
      let id = "invocation \(content.count)"
      let course = content.things[unit]?.takeCourse() ?? .hangs
      content.things[unit]?.invocation = Invocation(id: id, course: course, beganAt: now, startedAt: wall)
      return id
    }
    began(id, restart)
    return id
  }

  // MARK: Programs

  func path(of program: Program) throws(ProgramFailure) -> String {
    guard isThere(program.words[0]) else {
      throw ProgramFailure(.notFound, "\(program.words[0]) is not there")
    }
    return program.words[0]
  }

  func start(_ program: Program, for restart: RestartID?) throws(ProgramFailure) -> SimulatedRun {
    let name = try path(of: program)
    let (number, course) = content.withLock { content in
      content.count += 1
      return (Int32(content.count), content.things[name]?.takeCourse() ?? .hangs)
    }
    began("process \(number)", restart)
    return SimulatedRun(processID: number, course: course, time: time)
  }

  // MARK: Units

  func state(of unit: String) -> UnitState {
    let thing = content.withLock { $0.things[unit] }
    guard let thing, thing.isThere, let invocation = thing.invocation else {
      return UnitState(load: "not-found", active: "inactive", sub: "dead")
    }
    let age = time.elapsed() - invocation.beganAt
    var state: UnitState
    switch invocation.course {
    case .completes(let duration) where age >= duration:
      state = UnitState(load: "loaded", active: "active", sub: "running")
    case .fails(let duration) where age >= duration:
      state = UnitState(load: "loaded", active: "failed", sub: "failed")
      (state.result, state.mainCode, state.mainStatus) = ("exit-code", 1, 1)
    case .completes, .fails, .hangs:
      state = UnitState(load: "loaded", active: "activating", sub: "start")
      state.job = 7
    }
    state.type = "notify"
    state.invocation = invocation.id
    state.startedAt = UInt64(clamping: invocation.startedAt.milliseconds) * 1_000
    return state
  }

  func restart(_ unit: String, for restart: RestartID?) throws(BusFailure) -> UnitRestart {
    guard isThere(unit) else { throw BusFailure(kind: .noUnit, description: "Unit \(unit) not found.") }
    let fault = content.withLock { content -> BusFault? in
      guard !content.faults.isEmpty, content.dice.chance(50) else { return nil }
      return content.dice.one(of: content.faults)
    }
    switch fault {
    case .unreachable: throw BusFailure(kind: .unreachable, description: "No such file or directory")
    case .denied: throw BusFailure(kind: .denied, description: "Access denied")
    case .lostBefore: throw BusFailure(kind: .lost, description: "Connection reset by peer")
    case .dependency:
      refused(.unit(unit))
      return .ended(job: 8, result: "dependency")
    case nil, .lostAfter, .staysOpen: break
    }
    let invocation = begin(unit, for: restart)
    switch fault {
    case .lostAfter: throw BusFailure(kind: .lost, description: "Connection reset by peer")
    case .staysOpen: return .open
    default: return .began(invocation)
    }
  }
}

/// A program that runs in simulated time.
final class SimulatedRun: ProgramRun {
  let processID: Int32
  private let course: LocalCourse
  private let beganAt: Duration
  private let time: any TimeSource
  private let ended = Locked<ProgramEnding?>(nil)

  init(processID: Int32, course: LocalCourse, time: any TimeSource) {
    self.processID = processID
    self.course = course
    self.time = time
    beganAt = time.elapsed()
  }

  /// How it comes to its end by itself, and when.
  private var own: (length: Duration, ending: ProgramEnding)? {
    switch course {
    case .completes(let duration): (duration, Self.ending(.exited(0), nil, ""))
    case .fails(let duration): (duration, Self.ending(.exited(2), nil, "no such stack\n"))
    case .hangs: nil
    }
  }

  private static func ending(
    _ cause: ProgramEnding.Cause, _ reason: ProgramEnding.Reason?, _ errors: String
  ) -> ProgramEnding {
    ProgramEnding(cause: cause, wasEnded: reason, output: [], outputIsCut: false, errors: Array(errors.utf8))
  }

  var ending: ProgramEnding? {
    let age = time.elapsed() - beganAt
    return ended.withLock { $0 ?? own.flatMap { age >= $0.length ? $0.ending : nil } }
  }

  func end(within limit: Duration, grace: Duration, on time: any TimeSource) async -> ProgramEnding {
    let left = min(own?.length ?? limit, limit) - (time.elapsed() - beganAt)
    var reason = ProgramEnding.Reason.late
    do { try await time.sleep(for: left) } catch { reason = .cancelled }
    if let ending { return ending }
    let ending = Self.ending(.signaled(15), reason, "")
    ended.withLock { $0 = ending }
    return ending
  }
}

/// The machine as a mortal process sees it.
struct MortalMachine: Programs, Units {
  let life: Life
  let inner: SimulatedMachine
  /// The restart for which a unit is now restarted, as far as the journal says.
  let restart: @Sendable (_ unit: String) -> RestartID?
  /// Told of every order that leaves.
  let leaves: @Sendable (RestartID?) -> Void

  func path(of program: Program) throws(ProgramFailure) -> String { try inner.path(of: program) }

  func start(_ program: Program) async throws(ProgramFailure) -> any ProgramRun {
    let id = program.environment["ROLLWATCH_RESTART"].map(RestartID.init)
    guard life.passes(.beforeCall(changes: true)) else {
      throw ProgramFailure(.exhausted, Life.death.reason)
    }
    leaves(id)
    _ = life.passes(.duringCall(changes: true))
    return try inner.start(program, for: id)
  }

  func state(of unit: String) async throws(BusFailure) -> UnitState {
    guard life.passes(.beforeCall(changes: false)) else { throw Self.gone }
    return inner.state(of: unit)
  }

  func restart(
    _ unit: String, replacing invocation: String?, patience: Duration
  ) async throws(BusFailure) -> UnitRestart {
    let id = restart(unit)
    guard life.passes(.beforeCall(changes: true)) else { throw Self.gone }
    leaves(id)
    _ = life.passes(.duringCall(changes: true))
    return try inner.restart(unit, for: id)
  }

  private static let gone = BusFailure(kind: .lost, description: Life.death.reason)
}
