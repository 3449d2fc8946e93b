// SPDX-License-Identifier: Apache-2.0
// Where a limit is reached, that is told: nothing is left out in silence.

import Testing

@testable import Core

struct LimitsTests {
  private let many = Limits.causesPerRestart + 3

  private func lead(_ rule: String) -> Lead { Lead(target: web, rules: [rule], patience: .of(), position: 0) }

  /// As many changes, one a resource, as a restart keeps and three more.
  private func settled() -> Settle {
    func change(_ number: Int) -> Change {
      Change(
        resource: parameter("/shop/\(number)"), from: "1", to: "2", changedAt: second(number), changedBy: nil)
    }
    var settle = Settle(change(0), rules: ["shop"], patience: .of(), position: 0, at: second(0))
    for number in 1..<many { _ = settle.add(change(number), by: lead("shop"), at: second(0)) }
    return settle
  }

  @Test func `causes over the limit are counted in the plan`() throws {
    var scene = try Scene.watching(by: .over("/shop/**"))
    _ = scene.sees(at: 60, (0..<many).map { seen("/shop/\($0)", 1) })
    let changes = scene.sees(at: 100, (0..<many).map { seen("/shop/\($0)", 2, at: 99) })
    #expect(changes.count == many, "every change has its record")
    _ = scene.waits(until: 130)
    let told = scene.finds(at: 130, .steady)
    #expect(told.first?.hasSuffix("/shop/999 1→2 and 3 more") == true)
  }

  @Test func `the newest change counts although its cause is left out`() throws {
    let settled = settled()
    #expect(settled.causes.count == Limits.causesPerRestart)
    #expect(settled.omittedCauses == 3)
    let restart = Restart(id: RestartID("r"), settled: settled, at: second(2_000))
    let service = ServiceSnapshot.with(.numbered(2, at: many - 2))
    let decision = restart.decision(on: .found(service), gone: nil, isUrgent: false, at: second(2_000))
    #expect(decision == .restart(.init(replacing: "ecs-svc/2")))
  }

  @Test func `causes that join a restart are counted over the limit too`() {
    var restart = Restart(id: RestartID("r"), settled: settled(), at: second(2_000))
    let late = Change(
      resource: parameter("/shop/late"), from: "1", to: "2", changedAt: second(3_000), changedBy: nil)
    let known = Change(
      resource: parameter("/shop/5"), from: "2", to: "3", changedAt: second(2_999), changedBy: nil)
    var more = Settle(late, rules: ["other"], patience: .of(deadline: 9_000), position: 0, at: second(2_000))
    _ = more.add(known, by: lead("other"), at: second(2_000))
    restart.absorb(more)
    #expect(restart.causes.count == Limits.causesPerRestart)
    #expect(restart.omittedCauses == 4)
    #expect(restart.newestChange == second(3_000))
    #expect(restart.rules == ["other", "shop"])
    #expect(restart.deadline == .seconds(9_000))
    #expect(restart.causes[5].from == "1" && restart.causes[5].to == "3")
  }

  @Test(arguments: [
    (Scope(kind: .parameter, location: home), 50), (Scope(kind: .secret, location: home), 10),
  ])
  func `a request is narrowed to as many prefixes as it takes, and else to none`(
    scope: Scope, most: Int
  ) throws {
    func prefixes(_ count: Int) throws -> [String] {
      var scene = Scene(
        try (0..<count).map { number in
          var rule = try Rule.over("/app\(number)x/*")
          rule.watch[0].kind = scope.kind
          return rule
        })
      let told = scene.starts(at: 0).last ?? ""
      return told.split(separator: " below ").dropFirst().joined().split(separator: " ").map(String.init)
    }
    #expect(try prefixes(most).count == most)
    #expect(try prefixes(most + 1) == [])
  }

  @Test func `a prefix of another stands for both, and one rule over everything asks for everything`() throws
  {
    func narrowing(_ patterns: String...) throws -> [String] {
      let rules = try patterns.map { try Rule.over($0) }
      return RuleSet(rules: rules, digest: "").narrowing(of: parameters, atMost: 50)
    }
    #expect(try narrowing("/shop/db/*", "/shop/*", "/pay/*") == ["/pay/", "/shop/"])
    #expect(try narrowing("/shop/*", "/shop/*") == ["/shop/"])
    #expect(try narrowing("/shop/*", "**/URL") == [])
    #expect(try narrowing("/shop/*", "/{app}/*") == ["/"])
  }

  @Test func `a bad end keeps the last events and stopped tasks`() throws {
    var engine = try Scene.rollingOut().engine
    let failed = ServiceSnapshot.with(.numbered(2, at: 131, .failed)).changing {
      $0.events = (0..<50).map { .said("event \($0)") }
    }
    _ = engine.handle(.deadlinePassed, at: second(136))
    _ = engine.handle(.inspected(web, .success(.found(failed))), at: second(136))
    let tasks = (0..<50).map { StoppedTask.task("\($0)", "UserInitiated", exitCode: 0) }
    let evidence = Evidence(stoppedTasks: tasks, protectedTasks: [], gaps: [])
    let effects = engine.handle(.diagnosed(web, .success(evidence)), at: second(137))
    let ending = try #require(effects.endings.first)
    #expect(ending.events == (0..<10).map { "\(second(200)) event \($0)" })
    #expect(ending.stoppedTasks == (0..<10).map { "task \($0) stopped: UserInitiated; app: exit code 0" })
  }

  @Test func `a pattern longer than any name is refused`() throws {
    let longest = String(repeating: "a", count: Limits.patternBytes)
    #expect(try Pattern(longest).match(longest) == [:])
    let error = #expect(throws: PatternError.self) { try Pattern(longest + "a") }
    #expect(error?.offset == Limits.patternBytes)
  }
}
