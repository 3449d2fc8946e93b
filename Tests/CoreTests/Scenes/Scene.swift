// SPDX-License-Identifier: Apache-2.0
// One engine on a stage of its own: facts go in at a second of the scene, and all that comes of them is told in lines.
//
// After every fact the scene checks what must always hold: the state folded from the durable steps is the engine's own
// state, every record bears the time of its fact, and nothing is due that has not been begun.

import Testing

@testable import Core

struct Scene {
  private(set) var engine: Engine
  private(set) var state: State
  private var teller = Teller()
  private var rules: RuleSet
  private let schedule: Schedule
  private var lives = 1

  /// An engine that has not been started.
  init(_ rules: [Rule], schedule: Schedule = .standard, policy: Policy = .standard) {
    self.rules = RuleSet(rules: rules, digest: "d", policy: policy)
    self.schedule = schedule
    state = .empty
    engine = Engine(state: .empty, rules: self.rules, schedule: schedule, seed: 1, at: second(-10))
  }

  /// An engine that knows these parameters in version 1, and whose second sweep, begun at second 0, goes on and on.
  static func watching(
    _ names: String..., by rules: Rule..., policy: Policy = .standard
  ) throws -> Scene {
    var scene = Scene(rules, policy: policy)
    _ = scene.starts(at: -10)
    _ = scene.sees(at: -10, names.map { seen($0, 1) })
    _ = scene.endsSweep(at: -10)
    _ = scene.waits(until: 50)
    return scene
  }

  /// The same of `/shop/URL` and `/shop/KEY`, under one rule that leads to `web`.
  static func shop(_ patience: Patience = .of()) throws -> Scene {
    try watching("/shop/URL", "/shop/KEY", by: .over("/shop/**", patience: patience))
  }

  // MARK: Facts

  /// Hands a fact in, and tells everything that comes of it.
  mutating func at(_ seconds: Int, _ event: Event) -> [String] {
    let now = second(seconds)
    let effects = engine.handle(event, at: now)
    for (position, effect) in effects.enumerated() {
      guard case .append(let step) = effect else { continue }
      #expect(position == 0, "a step is made durable before anything else")
      #expect(step.records.allSatisfy { $0.time == now })
      state.apply(step)
    }
    #expect(state.known == engine.known)
    if case .stopping = event { return teller.tell(effects, state) }
    #expect(engine.nextDeadline.map { $0 > now } ?? true, "nothing is due that has not been begun")
    return teller.tell(effects, state)
  }

  mutating func starts(at seconds: Int) -> [String] { at(seconds, .started(version: "1", pid: 7)) }

  /// A page of the sweep under way.
  mutating func sees(
    at seconds: Int, _ observations: [Observation], in scope: Scope = parameters, answered: Int? = nil
  ) -> [String] {
    at(
      seconds,
      .observed(
        scope, sweep: engine.sweepNumber(of: scope), observations, answeredAt: second(answered ?? seconds)))
  }

  mutating func sees(at seconds: Int, _ observations: Observation...) -> [String] {
    sees(at: seconds, observations)
  }

  mutating func endsSweep(
    at seconds: Int, _ failure: Failure? = nil, in scope: Scope = parameters
  ) -> [String] {
    at(seconds, .swept(scope, sweep: engine.sweepNumber(of: scope), failure))
  }

  /// Ends the sweep under way, and lets the next one begin, run and end a minute after it.
  mutating func sweepsWhole(
    at seconds: Int, _ observations: [Observation], in scope: Scope = parameters
  ) -> [String] {
    waits(until: seconds) + sees(at: seconds, observations, in: scope) + endsSweep(at: seconds, in: scope)
  }

  /// Lets the deadlines pass that come until then, each at its own moment.
  mutating func waits(until seconds: Int) -> [String] {
    var told: [String] = []
    while let deadline = engine.nextDeadline, deadline <= second(seconds) {
      let offset = Int((deadline - second(0)).components.seconds)
      let isWhole = second(offset) == deadline
      told += at(isWhole ? offset : offset + 1, .deadlinePassed)
    }
    return told
  }

  mutating func finds(
    at seconds: Int, _ service: ServiceSnapshot, of target: Target = web
  ) -> [String] {
    let isAsked = engine.isReading(target)
    #expect(isAsked)
    return at(seconds, .inspected(target, .success(.found(service))))
  }

  mutating func failsToLook(at seconds: Int, _ failure: Failure) -> [String] {
    let isAsked = engine.isReading(web)
    #expect(isAsked)
    return at(seconds, .inspected(web, .failure(failure)))
  }

  mutating func isGiven(at seconds: Int, deployment number: Int, of target: Target = web) -> [String] {
    at(seconds, .issued(target, .success("ecs-svc/\(number)")))
  }

  mutating func failsToIssue(at seconds: Int, _ failure: Failure) -> [String] {
    at(seconds, .issued(web, .failure(failure)))
  }

  mutating func reloads(at seconds: Int, _ rules: Rule...) -> [String] {
    self.rules = RuleSet(rules: rules, digest: "e")
    return at(seconds, .rulesReloaded(self.rules))
  }

  /// Ends the process without a word, and goes on from what was durable.
  mutating func crashes(at seconds: Int) -> [String] {
    lives += 1
    engine = Engine(
      state: state, rules: rules, schedule: schedule, seed: UInt64(lives), at: second(seconds))
    return starts(at: seconds)
  }

  // MARK: Ways to get somewhere

  /// A change at second 100 whose restart is under way at 130, as `ecs-svc/2`.
  static func rollingOut(_ patience: Patience = .of()) throws -> Scene {
    var scene = try issuing(patience)
    _ = scene.isGiven(at: 131, deployment: 2)
    return scene
  }

  /// A change at second 100 whose call is being made at 130.
  static func issuing(_ patience: Patience = .of()) throws -> Scene {
    var scene = try looking(patience)
    _ = scene.finds(at: 130, .steady)
    return scene
  }

  /// A change at second 100 whose service is being read at 130.
  static func looking(_ patience: Patience = .of()) throws -> Scene {
    var scene = try shop(patience)
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    _ = scene.waits(until: 130)
    return scene
  }
}

extension Schedule {
  static let standard = Schedule(
    parameters: .seconds(60), secrets: .seconds(60), rollouts: .seconds(5), sweepsOnce: false)
}

/// What must be the same in the engine and in the state folded from its steps.
struct Known: Equatable {
  var seen: [Scope: Memory]
  var targets: [Target: TargetState]
  var sources: [Scope: SourceState]
  var trials: [Resource: Trial]
  var holdOfAll: OperatorHold?
}

extension State {
  var known: Known {
    Known(
      seen: seen.filter { !$0.value.isEmpty }, targets: targets, sources: sources, trials: trials,
      holdOfAll: holdOfAll)
  }
}

extension Engine {
  var known: Known {
    Known(
      seen: scopes.mapValues { $0.remembered }.filter { !$0.value.isEmpty }, targets: targets,
      sources: scopes.compactMapValues(\.source), trials: trials, holdOfAll: holdOfAll)
  }

  /// True where the scene owes an answer to `inspect`.
  func isReading(_ target: Target) -> Bool {
    if case .inspecting = work[target]?.flight { true } else { false }
  }

  func sweepNumber(of scope: Scope) -> Int { scopes[scope]?.sweep ?? 0 }
}
