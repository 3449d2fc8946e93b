// SPDX-License-Identifier: Apache-2.0
// What runs to an end: the decision just before it is started, and the verdict over the run that is followed.

import Testing

@testable import Core

struct RunDecisionTests {
  private static func decision(
    on snapshot: RunSnapshot, gone: Resource? = nil, intent: Restart.Intent? = nil, isUrgent: Bool = false,
    at seconds: Int = 130
  ) -> Decision {
    Restart.planned(intent: intent).decision(
      on: .runs(snapshot), gone: gone, isUrgent: isUrgent, at: second(seconds))
  }

  private static func snapshot(
    _ readiness: RunSnapshot.Readiness = .ready, _ recognition: RunSnapshot.Recognition = .name,
    anyCounts: Bool = false, _ runs: Run...
  ) -> RunSnapshot {
    RunSnapshot(readiness: readiness, recognition: recognition, anyRunCounts: anyCounts, runs: runs)
  }

  private static func run(
    _ id: String, of restart: String? = nil, at seconds: Int, _ state: Run.State = .running(progress: nil)
  ) -> Run {
    Run(id: id, restart: restart.map(RestartID.init), startedAt: second(seconds), state: state)
  }

  // MARK: Decisions

  @Test func `what is ready begins, and the newest run is what it follows upon`() {
    #expect(Self.decision(on: Self.snapshot()) == .restart(.init(replacing: nil)))
    let decision = Self.decision(
      on: Self.snapshot(.ready, .succession, Self.run("2", at: 110), Self.run("1", at: 9)))
    #expect(decision == .restart(.init(replacing: "2")))
  }

  private static let bySelf: [(RunSnapshot.Readiness, Decision)] = [
    (.needless(reason: "it does not run"), .skip(reason: "it does not run")),
    (
      .impossible(reason: "no such thing", remedy: "make it"),
      .refuse(reason: "no such thing", remedy: "make it")
    ),
    (
      .busy(reason: "deployment d-1 is in progress"),
      .hold(
        .rollout,
        reason: "deployment d-1 is in progress; waits for its end, at most until \(second(190))")
    ),
  ]

  @Test(arguments: bySelf)
  func `what it says of itself decides`(readiness: RunSnapshot.Readiness, decision: Decision) {
    #expect(Self.decision(on: Self.snapshot(readiness)) == decision)
  }

  @Test func `another run is waited for no longer than the deadline, and for an urgent rule not at all`() {
    let busy = Self.snapshot(.busy(reason: "one goes on"))
    #expect(Self.decision(on: busy, at: 190) == .restart(.init(replacing: nil)))
    #expect(Self.decision(on: busy, isUrgent: true) == .restart(.init(replacing: nil)))
  }

  @Test func `a cause that cannot be read holds it`() {
    guard case .hold(.goneCause, _) = Self.decision(on: Self.snapshot(), gone: parameter("/shop/URL")) else {
      Issue.record("it is not held")
      return
    }
  }

  @Test(arguments: [RunSnapshot.Recognition.name, .succession, .memory])
  func `a run that bears the restart's id is the restart's, whatever else there is`(
    recognition: RunSnapshot.Recognition
  ) {
    let snapshot = Self.snapshot(
      .impossible(reason: "", remedy: ""), recognition, Self.run("3", at: 140),
      Self.run("2", of: "r", at: 131, .ended(.failed, reason: "why")))
    #expect(Self.decision(on: snapshot, intent: .init(replacing: "1")) == .adopt(deployment: "2"))
  }

  @Test func `only where runs bear no name is another run than the one before as good as its own`() {
    let runs = [Self.run("2", at: 131), Self.run("1", at: 9)]
    let intent = Restart.Intent(replacing: "1")
    for (recognition, decision): (RunSnapshot.Recognition, Decision) in [
      (.name, .restart(.init(replacing: "2"))), (.succession, .adopt(deployment: "2")),
    ] {
      let snapshot = RunSnapshot(readiness: .ready, recognition: recognition, anyRunCounts: false, runs: runs)
      #expect(Self.decision(on: snapshot, intent: intent) == decision)
      #expect(Self.decision(on: snapshot, intent: .init(replacing: "2")) == .restart(.init(replacing: "2")))
    }
  }

  @Test func `what only a process remembers is never begun twice`() {
    let snapshot = Self.snapshot(.ready, .memory)
    #expect(Self.decision(on: snapshot) == .restart(.init(replacing: nil)))
    guard case .refuse(_, let remedy) = Self.decision(on: snapshot, intent: .init(replacing: nil)) else {
      Issue.record("it is begun again")
      return
    }
    #expect(remedy.contains("rollwatch restart"))
  }

  @Test func `somebody else's run counts where it has read the change and did not end badly`() {
    let cases: [(Run, Decision)] = [
      (Self.run("2", at: 101), .adopt(deployment: "2")),
      (Self.run("2", at: 101, .ended(.completed, reason: nil)), .adopt(deployment: "2")),
      (Self.run("2", at: 101, .ended(.failed, reason: "x")), .restart(.init(replacing: "2"))),
      (Self.run("2", at: 100), .restart(.init(replacing: "2"))),
    ]
    for (run, decision) in cases {
      #expect(Self.decision(on: Self.snapshot(.ready, .name, anyCounts: true, run)) == decision)
      #expect(Self.decision(on: Self.snapshot(.ready, .name, run)) == .restart(.init(replacing: "2")))
    }
  }

  @Test func `a service that CodeDeploy deploys is weighed by its group's deployments`() {
    var service = ServiceSnapshot.steady.changing { $0.controller = .codeDeploy }
    service.codeDeploy = Self.snapshot(.ready, .name, anyCounts: true, Self.run("d-1", at: 101))
    func decide() -> Decision {
      Restart.planned().decision(on: .found(service), gone: nil, isUrgent: false, at: second(130))
    }
    #expect(decide() == .adopt(deployment: "d-1"))
    service.codeDeploy = Self.snapshot()
    #expect(decide() == .restart(.init(replacing: nil)))
    service.desiredCount = 0
    guard case .skip = decide() else {
      Issue.record("it is not skipped")
      return
    }
  }

  // MARK: Verdicts

  private static func verdict(over id: String, _ snapshot: RunSnapshot, at seconds: Int) -> Verdict {
    .over(id, in: .runs(snapshot), since: second(100), deadline: .seconds(60), at: second(seconds))
  }

  @Test func `a run is followed to its own end, late or not`() {
    let failed = Self.run("1", at: 100, .ended(.failed, reason: "exit status 3"))
    #expect(
      Self.verdict(over: "1", Self.snapshot(.ready, .name, failed), at: 500)
        == .ended(.failed, reason: "exit status 3"))
    let running = Self.run("1", at: 100, .running(progress: "1 of 2 tasks runs"))
    #expect(Self.verdict(over: "1", Self.snapshot(.ready, .name, running), at: 159) == .underWay)
    #expect(
      Self.verdict(over: "1", Self.snapshot(.ready, .name, running), at: 160)
        == .ended(
          .late,
          reason: "not at its end after 60 s: 1 of 2 tasks runs; it is not started again for this change"))
  }

  @Test func `a run that is not listed may be listed yet, unless only memory kept it`() {
    #expect(Self.verdict(over: "1", Self.snapshot(.ready, .name), at: 159) == .underWay)
    #expect(Self.verdict(over: "1", Self.snapshot(.ready, .succession), at: 159) == .underWay)
    guard case .ended(.late, _) = Self.verdict(over: "1", Self.snapshot(.ready, .name), at: 160) else {
      Issue.record("it is not late")
      return
    }
    guard case .ended(.failed, let reason) = Self.verdict(over: "1", Self.snapshot(.ready, .memory), at: 101)
    else {
      Issue.record("it is still waited for")
      return
    }
    #expect(reason?.contains("not known") == true)
  }

  // MARK: In the engine

  @Test func `a task is run with its rule's options, and followed by its id`() throws {
    let options = TaskOptions(
      launch: .fargate, subnets: ["subnet-1"], securityGroups: [], hasPublicIP: false, count: 2)
    let rule = Rule(
      name: "migrate", location: home, watch: [Watch(kind: .parameter, pattern: try Pattern("/shop/*"))],
      except: [],
      restart: [.task(cluster: try Template("shop"), definition: try Template("migrate"), options)],
      patience: .of())
    var scene = try Scene.watching("/shop/URL", by: rule)
    let target = Target.task(OneTimeTask(cluster: "shop", definition: "migrate", location: home))
    _ = scene.sees(at: 100, seen("/shop/URL", 2, at: 100))
    #expect(scene.waits(until: 130) == ["inspect task:shop/migrate"])
    #expect(
      scene.at(130, .inspected(target, .success(.runs(Self.snapshot())))) == [
        "planned #1 of task:shop/migrate by migrate for /shop/URL 1→2", "issue task:shop/migrate #1",
      ])
    #expect(scene.engine.options(of: target) == .task(options))
    #expect(scene.at(131, .issued(target, .success("t-1"))) == ["issued #1 t-1"])
    _ = scene.waits(until: 136)
    let ended = Self.run("t-1", at: 131, .ended(.completed, reason: nil))
    #expect(
      scene.at(137, .inspected(target, .success(.runs(Self.snapshot(.ready, .name, ended))))) == [
        "ended #1 completed t-1 in 6.0 seconds"
      ])
  }
}

extension Engine {
  fileprivate func options(of target: Target) -> TargetOptions { rules.options(of: target, under: []) }
}
