// SPDX-License-Identifier: Apache-2.0
// One engine in a world that is out to confuse it: writes in bursts, deletions, other people's deployments, failing
// calls, lost answers, reloads, and crashes between any two effects. Everything follows from one seed.

@testable import Core

struct RandomDay {
  private struct Answer {
    var at: Timestamp
    var number: Int
    var kind: Kind

    enum Kind {
      case event(Event)
      /// Half of a scope's names, as they are when the answer comes.
      case page(Scope, sweep: Int, isFirst: Bool)
      /// What the service is when the answer comes.
      case look(Target)
    }
  }

  private var random: SeededGenerator
  private var world: World
  private var engine: Engine
  private var state = State.empty
  private var rules: RuleSet
  private let ruleSets: [RuleSet]
  private var answers: [Answer] = []
  private var answerCount = 0
  private var now = second(0)
  private var nextHappening = second(0)
  /// Percent of calls that fail, and of effects before which the process dies; none once the day calms down.
  private var faults = 5
  private var crashes = 3
  /// What the engine's own calls have done so far, by AWS's clock.
  private var forced: Set<RestartID> = []
  private var lastForced: [Target: Timestamp] = [:]
  private(set) var lives = 1
  private(set) var ledger: Ledger
  private(set) var mistakes: [String] = []

  private static let schedule = Schedule(
    parameters: .seconds(20), secrets: .seconds(25), rollouts: .seconds(5), sweepsOnce: false)

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    world = World(at: second(0) - .seconds(500))
    let patience = Patience.of(quiet: 10, limit: 40, cooldown: 30, deadline: 100)
    ruleSets = try Self.ruleSets(patience)
    rules = ruleSets[0]
    ledger = Ledger(cooldown: patience.cooldown)
    engine = Engine(state: .empty, rules: rules, schedule: Self.schedule, seed: seed, at: second(0))
    handle(.started(version: "1", pid: 1))
  }

  private static func ruleSets(_ patience: Patience) throws -> [RuleSet] {
    func secretRule(to names: [String]) throws -> Rule {
      var rule = try Rule.over("s/*", named: "secrets", to: names, patience: patience)
      rule.watch[0].kind = .secret
      return rule
    }
    let all = [
      [
        try Rule.over("/a/**", named: "a", to: ["a"], patience: patience),
        try .over("/b/**", named: "b", to: ["b"], patience: patience),
        try .over("/shared/*", named: "shared", to: ["a", "b"], patience: patience),
        try secretRule(to: ["a"]),
      ],
      [
        try .over("/a/*", "/shared/1", except: ["/a/2"], named: "a", to: ["a"], patience: patience),
        try secretRule(to: ["a", "b"]),
      ],
      [try .over("/{app}/**", named: "every", to: ["{app}"], patience: patience)],
    ]
    return all.enumerated().map { RuleSet(rules: $0.element, digest: "\($0.offset)") }
  }

  // MARK: Time

  mutating func live(steps: Int) {
    for _ in 0..<steps {
      step()
      if !mistakes.isEmpty || !ledger.mistakes.isEmpty { return }
    }
  }

  /// The world calms down and is whole again; the engine brings everything to its end.
  mutating func calmDown() {
    (faults, crashes) = (0, 0)
    nextHappening = Timestamp(milliseconds: .max)
    for resource in World.resources {
      if world.version(of: resource) == nil { world.write(resource, at: now) }
      world.scheduleDeletion(resource, false)
    }
    for target in World.targets { repair(target) }
    let end = now + .seconds(2_000)
    while now < end, mistakes.isEmpty {
      step()
      releaseQuarantine()
    }
    for resource in World.resources where rules.watches(resource.name, in: resource.scope) {
      let seen = state.seen[resource.scope]?[resource.name]
      check(seen?.version == world.version(of: resource), "\(resource) was not noticed")
    }
    check(ledger.isAllPlanned, "changes are lost: \(ledger.unplanned)")
    let isOver = state.targets.values.allSatisfy { $0.open == nil && $0.waiting == nil }
    check(isOver && ledger.openRestarts == 0, "restarts have no end")
  }

  private mutating func step() {
    let answer = answers.indices.min {
      (answers[$0].at, answers[$0].number) < (answers[$1].at, answers[$1].number)
    }
    let deadline = engine.nextDeadline ?? Timestamp(milliseconds: .max)
    let answerTime = answer.map { answers[$0].at } ?? Timestamp(milliseconds: .max)
    now = max(now, min(deadline, answerTime, nextHappening))
    world.pass(to: now)
    if nextHappening <= now {
      happen()
    } else if let answer, answerTime <= now {
      deliver(answers.remove(at: answer))
    } else {
      handle(.deadlinePassed)
    }
  }

  private mutating func deliver(_ answer: Answer) {
    switch answer.kind {
    case .event(let event): handle(event)
    case .look(let target): handle(.inspected(target, .success(world.inspection(of: target))))
    case .page(let scope, let sweep, let isFirst):
      let page = world.observations(of: scope) { ($0.utf8.last == UInt8(ascii: "1")) == isFirst }
      handle(.observed(scope, sweep: sweep, page, answeredAt: now))
    }
  }

  // MARK: The engine

  private mutating func handle(_ event: Event) {
    let effects = engine.handle(event, at: now)
    for effect in effects {
      if chance(crashes) { return crash() }
      perform(effect)
    }
    if state.known != engine.known {
      mistakes.append("the state of the steps is not the engine's after \(event)")
    }
    if chance(crashes), chance(10) { crash() }
  }

  private mutating func crash() {
    lives += 1
    answers = []
    now = now + .seconds(pick(0...60))
    world.pass(to: now)
    engine = Engine(state: state, rules: rules, schedule: Self.schedule, seed: random.next(), at: now)
    handle(.started(version: "1", pid: 1))
  }

  private mutating func perform(_ effect: Effect) {
    switch effect {
    case .append(let step):
      state.apply(step)
      for record in step.records { ledger.read(record, madeAt: world.madeAt) }
    case .sweep(let scope, let number, _):
      let isWhole = !chance(faults)
      let start = now + .milliseconds(pick(1...2_000))
      answer(.page(scope, sweep: number, isFirst: true), at: start)
      if isWhole {
        answer(.page(scope, sweep: number, isFirst: false), at: start + .milliseconds(pick(0...3_000)))
      }
      answer(.event(.swept(scope, sweep: number, isWhole ? nil : .throttled)), at: start + .seconds(3))
    case .inspect(let look): inspect(look.target)
    case .issue(let assignment): issue(assignment.target, assignment.restart)
    case .answer(_, let answer):
      if case .refused(let reason) = answer { mistakes.append(reason) }
    case .diagnose(let target, _):
      answer(.event(.diagnosed(target, chance(faults) ? .failure(.denied) : .success(.none))))
    }
  }

  private mutating func inspect(_ target: Target) {
    if chance(faults) { return answer(.event(.inspected(target, .failure(.throttled)))) }
    // What is read may be as old as the call, or as new as its answer.
    if chance(50) { return answer(.look(target)) }
    answer(.event(.inspected(target, .success(world.inspection(of: target)))))
  }

  /// The call takes effect or not, and the answer comes or not: all four.
  private mutating func issue(_ target: Target, _ restart: RestartID) {
    let durable = state.targets[target]?.open
    check(
      durable?.id == restart && durable?.intent != nil, "\(restart) is issued before its intent is durable")
    let hasEffect = !chance(faults * 4)
    let isLost = chance(faults * 4)
    guard hasEffect else { return answer(.event(.issued(target, .failure(isLost ? .lost : .throttled)))) }
    guard let id = world.deploy(target, at: now, using: &random) else {
      return answer(.event(.issued(target, .failure(.notFound))))
    }
    let newestCause = ledger.newestCause(of: target) ?? Timestamp(milliseconds: .min)
    check(lastForced[target].map { $0 <= newestCause } ?? true, "\(restart) repeats \(target)'s last restart")
    check(forced.insert(restart).inserted, "\(restart) is carried out twice")
    lastForced[target] = World.reported(now)
    answer(.event(.issued(target, isLost ? .failure(.lost) : .success(id))))
  }

  private mutating func answer(_ kind: Answer.Kind) { answer(kind, at: now + .milliseconds(pick(1...4_000))) }

  private mutating func answer(_ kind: Answer.Kind, at time: Timestamp) {
    answerCount += 1
    answers.append(Answer(at: time, number: answerCount, kind: kind))
  }

  /// An operator looks after what failed: it will work now.
  private mutating func releaseQuarantine() {
    for quarantined in engine.report(at: now).quarantined {
      let subject = Order.Subject.named(quarantined.resource.description, in: home)
      handle(.ordered(Order(action: .release(subject), reason: nil, actor: "uid 0", home: home), number: 1))
    }
  }

  // MARK: The world

  private mutating func happen() {
    nextHappening = now + .milliseconds(pick(0...30_000))
    let resource = World.resources[pick(0...World.resources.count - 1)]
    let target = World.targets[pick(0...World.targets.count - 1)]
    switch pick(0...20) {
    case 0...6:
      let times = pick(1...3)
      for _ in 0..<times { world.write(resource, at: now) }
    case 7: for resource in World.resources { world.write(resource, at: now) }
    case 8: if pick(0...3) == 0 { world.delete(resource) }
    case 9: world.scheduleDeletion(resource, true)
    case 10: world.scheduleDeletion(resource, false)
    case 11, 12: _ = world.deploy(target, at: now, using: &random)
    case 13: world.change(target) { $0.desiredCount = 0 }
    case 14: world.change(target) { $0.controller = .codeDeploy }
    case 15, 16: repair(target)
    case 17:
      rules = ruleSets[pick(0...ruleSets.count - 1)]
      handle(.rulesReloaded(rules))
    case 18: faults = faults == 5 ? 25 : 5
    case 19:
      handle(.stopping(reason: "SIGTERM"))
      crash()
    default: nextHappening = now + .seconds(pick(60...400))
    }
  }

  private mutating func repair(_ target: Target) {
    world.change(target) {
      $0.desiredCount = 2
      $0.controller = .ecs
    }
  }

  // MARK: Dice

  private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func chance(_ percent: Int) -> Bool { pick(1...100) <= percent }

  private mutating func check(_ isSo: Bool, _ mistake: String) {
    if !isSo { mistakes.append(mistake) }
  }
}
