// SPDX-License-Identifier: Apache-2.0
// What there is on the first day: applications with their parameters, secrets and services, and the contents that the rules
// directory goes through. All of it follows from the seed.

import Core
import Rules

/// An estate, mostly small, sometimes large.
struct RandomEstate: Sendable {
  struct Application: Sendable {
    var name: String
    var location: Location
    var resources: [Resource]

    var target: Target { .of(name, location) }
    var kind: Kind { Kind(of: name) }
  }

  let applications: [Application]
  /// Everything that is written to, of the applications and besides.
  let resources: [Resource]
  let locations: [Location]
  /// The contents of the rules directory; the first is there at the start.
  let ruleSets: [KnownRules]
  /// Those who are told; on some days nobody is.
  let receivers: [Receiver]
  let schedule: Schedule
  let policy: Policy
  let times: RandomTimes
  /// How far the clock that dates deployments is behind the one that dates changes.
  let deploymentClockLag: Duration
  /// The least of each duration in any rule.
  let shortest: Patience
  /// The most of each duration in any rule.
  let longest: Patience

  static let home = Location(region: "eu-west-2", account: nil)
  static let away = Location(region: "eu-west-1", account: nil)

  init(start: Timestamp, _ dice: inout Dice) throws {
    let size =
      switch dice.pick(1...1_000) {
      case 1...900: dice.pick(1...4)
      case 901...992: dice.pick(5...15)
      case 993...999: dice.pick(16...60)
      default: dice.pick(100...200)
      }
    locations = dice.chance(25) ? [Self.home, Self.away] : [Self.home]
    var applications: [Application] = []
    for number in 0..<size { applications.append(Self.application(number, dice.one(of: locations), &dice)) }
    self.applications = applications
    resources =
      applications.flatMap(\.resources)
      + locations.flatMap { location in
        ["/live/shared/A", "/live/shared/B", "/other/1"].map { .parameter($0, location) }
          + ["other/x/y"].map { .secret($0, location) }
      }
    schedule = Schedule(
      parameters: dice.time(10...90), secrets: dice.time(10...90), rollouts: dice.time(5...20),
      sweepsOnce: false)
    receivers = dice.chance(60) ? SimulatedReceivers.all : []
    deploymentClockLag = dice.chance(35) ? dice.time(1...180) : .zero
    let patiences = dice.chance(50) ? [Self.patience(&dice)] : (1...3).map { _ in Self.patience(&dice) }
    (shortest, longest) = Self.bounds(patiences)
    policy = Policy(
      concurrent: dice.chance(50) ? 5 : dice.pick(1...4),
      targetsPerChange: dice.chance(85) ? 50 : dice.pick(1...3))
    times = RandomTimes(start: start, &dice)
    var sets: [KnownRules] = []
    for number in 0..<3 {
      var rules = try Self.rules(number, applications, locations, patiences, &dice)
      Self.addTurns(to: &rules, &dice)
      times.add(to: &rules, &dice)
      sets.append(KnownRules(rules, digest: "\(number)", policy: policy))
    }
    ruleSets = sets
  }

  /// Paces, urgency, and an order in which rules come only after rules that stand before them.
  private static func addTurns(to rules: inout [KnownRule], _ dice: inout Dice) {
    for index in rules.indices {
      if dice.chance(40) {
        rules[index].rule.pace = Pace(
          canary: dice.pick(0...2), soak: dice.chance(70) ? .zero : dice.time(1...60),
          concurrent: dice.chance(80) ? nil : dice.pick(1...2))
      }
      rules[index].rule.isUrgent = dice.chance(8)
      if index > 0, dice.chance(15) { rules[index].rule.after = [rules[dice.pick(0...index - 1)].rule.name] }
    }
  }

  private static func application(
    _ number: Int, _ location: Location, _ dice: inout Dice
  ) -> Application {
    let kind: Kind = dice.chance(75) ? .service : dice.one(of: [.deployed, .task, .flow, .tool, .unit])
    let name = "\(kind.rawValue)\(number)"
    var resources = [Resource.parameter("/live/\(name)/URL", location)]
    if dice.chance(50) { resources.append(.parameter("/live/\(name)/pool/SIZE", location)) }
    if dice.chance(40) { resources.append(.parameter("/live/\(name)/flags/NEW", location)) }
    if dice.chance(60) { resources.append(.secret("live/\(name)/db", location)) }
    return Application(name: name, location: location, resources: resources)
  }

  private static func patience(_ dice: inout Dice) -> Patience {
    let quiet = dice.time(1...60)
    return Patience(
      quiet: quiet, limit: quiet + dice.time(0...120), cooldown: dice.chance(20) ? .zero : dice.time(1...240),
      deadline: dice.chance(25) ? dice.time(180...900) : dice.time(30...180))
  }

  private static func bounds(_ patiences: [Patience]) -> (shortest: Patience, longest: Patience) {
    func patience(_ choose: (Duration, Duration) -> Duration) -> Patience {
      patiences.dropFirst().reduce(patiences[0]) {
        Patience(
          quiet: choose($0.quiet, $1.quiet), limit: choose($0.limit, $1.limit),
          cooldown: choose($0.cooldown, $1.cooldown), deadline: choose($0.deadline, $1.deadline))
      }
    }
    return (patience { min($0, $1) }, patience { max($0, $1) })
  }

  private static func rules(
    _ number: Int, _ applications: [Application], _ locations: [Location], _ patiences: [Patience],
    _ dice: inout Dice
  ) throws -> [KnownRule] {
    var rules: [KnownRule] = []
    if number == 2 || dice.chance(30) {
      for location in locations { rules.append(try .every(location, dice.one(of: patiences))) }
    }
    if number < 2 {
      for application in applications where dice.chance(number == 0 ? 90 : 60) {
        rules.append(
          try .all(
            of: application.name, exceptFlags: dice.chance(40), to: [application.name], application.location,
            dice.one(of: patiences)))
      }
      for location in locations {
        let names = applications.filter { $0.location == location }.map(\.name)
        guard names.count > 1 else { continue }
        rules.append(try .shared(by: Array(names.prefix(5)), location, dice.one(of: patiences)))
        if dice.chance(50) {
          rules.append(
            try .all(
              of: names[0], exceptFlags: false, to: [names[0], names[1]], location, dice.one(of: patiences)))
        }
      }
    }
    return rules
  }
}

extension Resource {
  static func parameter(_ name: String, _ location: Location) -> Self {
    Resource(scope: Scope(kind: .parameter, location: location), name: name)
  }

  static func secret(_ name: String, _ location: Location) -> Self {
    Resource(scope: Scope(kind: .secret, location: location), name: name)
  }
}
