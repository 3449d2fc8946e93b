// SPDX-License-Identifier: Apache-2.0
// What the engine alone costs: sweeps of a large estate, page by page, without any AWS around them. Prints a line for each kind
// of sweep with the CPU time it took, in milliseconds.

import Core
import Glibc

/// 1,000 applications with a rule and 100 parameters each.
struct Estate {
  static let applications = 1_000
  static let parametersEach = 100
  static let page = 50

  let scope = Scope(kind: .parameter, location: Location(region: "eu-west-2", account: nil))

  func rules() throws -> RuleSet {
    let rules = try (0..<Self.applications).map { number in
      Rule(
        name: "app-\(number)", location: scope.location,
        watch: [Watch(kind: .parameter, pattern: try Pattern("/staging/app-\(number)/**"))], except: [],
        restart: [.service(cluster: try Template("staging"), name: try Template("app-\(number)"))],
        patience: .standard)
    }
    return RuleSet(rules: rules, digest: "")
  }

  func pages(version: Int64) -> [[Observation]] {
    let count = Self.applications * Self.parametersEach
    let modifiedAt = Timestamp(milliseconds: 1_700_000_000_000 + version)
    return stride(from: 0, to: count, by: Self.page).map { start in
      (start..<start + Self.page).map { number in
        Observation(
          name: "/staging/app-\(number / Self.parametersEach)/KEY_\(number % Self.parametersEach)",
          version: .parameter(number: version, modifiedAt: modifiedAt), modifiedAt: modifiedAt,
          modifiedBy: "arn:aws:iam::123456789012:user/somebody", isScheduledForDeletion: false)
      }
    }
  }
}

@main
enum EngineBench {
  static func main() throws {
    let estate = Estate()
    let start = Timestamp(milliseconds: 1_800_000_000_000)
    var engine = Engine(
      state: .empty, rules: try estate.rules(),
      schedule: Schedule(
        parameters: .seconds(60), secrets: .seconds(60), rollouts: .seconds(5), sweepsOnce: false),
      seed: 1, at: start)
    _ = engine.handle(.started(version: "bench", pid: 1), at: start)
    var now = start
    var sweep = 1
    for (name, version) in [("first", Int64(1)), ("unchanged", 1), ("unchanged", 1), ("changed", 2)] {
      let pages = estate.pages(version: version)
      let before = clock()
      for page in pages {
        _ = engine.handle(.observed(estate.scope, sweep: sweep, page, answeredAt: now), at: now)
      }
      _ = engine.handle(.swept(estate.scope, sweep: sweep, nil), at: now)
      print(name, Double(clock() - before) / Double(CLOCKS_PER_SEC) * 1_000)
      // One millisecond before the first restart is due: a sweep is measured, not what follows.
      sweep += 1
      now = now + .seconds(60)
      _ = engine.handle(.deadlinePassed, at: now)
    }
    precondition(
      engine.summary.waiting + engine.summary.held == Estate.applications,
      "every application waits for its restart")
    try Fleet.measure()
  }
}

/// One parameter that a thousand services read.
enum Fleet {
  static let services = 1_000
  static let location = Location(region: "eu-west-2", account: nil)

  /// Prints what the most expensive step of all restarts costs, in milliseconds of CPU time: the median of five fleets.
  static func measure() throws {
    print("paced", try (0..<5).map { _ in try dearestStep() }.sorted()[2])
  }

  /// Brings all of them through their restarts.
  private static func dearestStep() throws -> Double {
    let scope = Scope(kind: .parameter, location: location)
    var engine = Engine(
      state: .empty, rules: try rules(),
      schedule: Schedule(
        parameters: .seconds(3_600), secrets: .seconds(3_600), rollouts: .seconds(5), sweepsOnce: false),
      seed: 1, at: Timestamp(milliseconds: 1_800_000_000_000))
    var now = Timestamp(milliseconds: 1_800_000_000_000)
    var longest = 0.0
    var waiting: [Event] = []
    var done = 0
    func handle(_ event: Event) {
      let before = clock()
      let effects = engine.handle(event, at: now)
      longest = max(longest, Double(clock() - before) / Double(CLOCKS_PER_SEC) * 1_000)
      for effect in effects {
        switch effect {
        case .inspect(let look):
          waiting.append(.inspected(look.target, .success(.found(snapshot(of: look.target)))))
        case .issue(let assignment):
          let target = assignment.target
          issued.insert(target)
          waiting.append(.issued(target, .success(deployment(of: target))))
        case .append(let step):
          done += step.records.count { if case .ended = $0.entry { true } else { false } }
        case .answer, .sweep, .diagnose: break
        }
      }
    }
    var issued: Set<Target> = []
    func deployment(of target: Target) -> String { "ecs-svc/\(target)" }
    func snapshot(of target: Target) -> ServiceSnapshot {
      let isNew = issued.contains(target)
      return ServiceSnapshot(
        status: .active, desiredCount: 1, runningCount: 1, controller: .ecs, healthyPercent: nil,
        rollsBack: false,
        deployments: [
          Deployment(
            id: isNew ? deployment(of: target) : "ecs-svc/old", isPrimary: true,
            createdAt: Timestamp(milliseconds: isNew ? now.milliseconds : 0), state: .completed,
            stateReason: nil,
            desiredCount: 1, runningCount: 1, pendingCount: 0, failedTasks: 0)
        ], events: [])
    }
    handle(.started(version: "bench", pid: 1))
    for (sweep, version) in [(1, Int64(1)), (2, 2)] {
      let observation = Observation(
        name: "/shared", version: .parameter(number: version, modifiedAt: now), modifiedAt: now,
        modifiedBy: nil,
        isScheduledForDeletion: false)
      handle(.observed(scope, sweep: sweep, [observation], answeredAt: now))
      handle(.swept(scope, sweep: sweep, nil))
      if sweep == 1 {
        now = now + .seconds(3_600)
        handle(.deadlinePassed)
      }
    }
    while done < services {
      if waiting.isEmpty {
        guard let next = engine.nextDeadline else { break }
        now = max(now, next)
        handle(.deadlinePassed)
      } else {
        handle(waiting.removeFirst())
      }
    }
    precondition(done == services, "every service is restarted")
    return longest
  }

  private static func rules() throws -> RuleSet {
    let targets = try (0..<services).map {
      TargetTemplate.service(cluster: try Template("shop"), name: try Template("s\($0)"))
    }
    let rules = try stride(from: 0, to: services, by: 100).map { start in
      Rule(
        name: "rule-\(start)", location: location,
        watch: [Watch(kind: .parameter, pattern: try Pattern("/shared"))], except: [],
        restart: Array(targets[start..<start + 100]),
        patience: Patience(
          quiet: .seconds(1), limit: .seconds(10), cooldown: .zero, deadline: .seconds(1_800)))
    }
    return RuleSet(
      rules: rules, digest: "", policy: Policy(concurrent: 5, targetsPerChange: services))
  }
}
