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
    precondition(engine.summary.waiting == Estate.applications, "every application waits for its restart")
  }
}
