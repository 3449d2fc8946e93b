// SPDX-License-Identifier: Apache-2.0

import Core
import Daemon
import LocalAWS
import LocalGitHub
import Platform
import Simulation

/// The course of a day: a time in which anything may happen, then calm, until everything is quiet.
struct Course: Sendable {
  private let day: SimulatedDay
  private var dice: Dice
  private var neighbours: Neighbours
  private var stormEnds: Duration?

  init(_ day: SimulatedDay, seed: UInt64) {
    self.day = day
    dice = Dice(seed: seed)
    neighbours = Neighbours(day) { day.tell($0) }
  }

  mutating func play() async {
    begin()
    for _ in 0..<(dice.chance(5) ? dice.pick(50...120) : dice.pick(8...32)) {
      await wait(gap())
      if day.isWrong { return }
      if let end = stormEnds, end <= day.world.elapsed() { calmWeather() }
      happen(Happening.next(&dice))
    }
    await calmDown()
  }

  private func wait(_ duration: Duration) async { try? await day.world.sleep(for: duration) }

  private mutating func gap() -> Duration {
    switch dice.pick(1...20) {
    case 1...10: dice.time(0...10)
    case 11...18: dice.time(5...60)
    default: dice.time(30...240)
    }
  }

  // MARK: The beginning

  private mutating func begin() {
    day.tell("\(day.estate.applications.count) applications in \(day.estate.locations.map(\.region))")
    day.aws.steer { aws, _ in
      aws.add(.user("test", account: SimulatedAWS.defaultAccount, accessKey: "test", secretKey: "test"))
    }
    let thin = dice.chance(20)
    for location in day.estate.locations {
      let drain = dice.chance(30) ? dice.time(5...60) : .zero
      day.aws.steer { aws, now in
        aws.setThinPages(thin, in: Neighbours.place(location), at: now)
        aws.setDrainTime(drain, in: Neighbours.place(location), at: now)
        aws.setDeploymentClockLag(
          day.estate.deploymentClockLag, in: Neighbours.place(location), at: now)
      }
    }
    for application in day.estate.applications {
      neighbours.seed(application, &dice)
      day.witness.withLock { neighbours.look(at: application.target, &$0.facts) }
    }
    if dice.chance(12) { addBystanders() }
    for resource in day.estate.resources where dice.chance(95) { write(resource) }
  }

  /// So many that a sweep has several pages.
  private mutating func addBystanders() {
    let (parameters, secrets) = (dice.pick(40...150), dice.pick(0...120))
    for location in day.estate.locations {
      day.aws.steer { aws, now in
        let place = Neighbours.place(location)
        aws.seedParameters((0..<parameters).map { "/bulk/\($0)" }, in: place, at: now)
        aws.seedSecrets((0..<secrets).map { "bulk/a/\($0)" }, in: place, at: now)
      }
    }
  }

  private func write(_ resource: Resource) {
    day.witness.withLock { neighbours.write(resource, &$0.facts) }
  }

  // MARK: Whatever may happen

  private mutating func happen(_ happening: Happening) {
    let resource = dice.one(of: day.estate.resources)
    let application = dice.one(of: day.estate.applications)
    switch happening {
    case .write: for _ in 0..<dice.pick(1...3) { write(resource) }
    case .writeMuch:
      let all = dice.chance(20) ? day.estate.resources : application.resources
      for resource in all { write(resource) }
    case .touch: neighbours.touch(resource)
    case .beginRotation: neighbours.beginRotation(of: resource)
    case .endRotation:
      let givenUp = dice.chance(20)
      day.witness.withLock { neighbours.endRotation(&$0.facts, givenUp: givenUp) }
    case .delete:
      let forGood = dice.chance(50)
      day.witness.withLock { neighbours.delete(resource, forGood: forGood, &$0.facts) }
    case .restore: restore(atLeast: 1)
    case .deploy: neighbours.deploy(application)
    case .writeAndDeploy:
      for resource in application.resources { write(resource) }
      neighbours.deploy(application)
    case .scaleToNothing: neighbours.scale(application, to: 0)
    case .scaleUp: neighbours.scale(application, to: dice.pick(1...3))
    case .remove: neighbours.remove(application)
    case .create: neighbours.create(application, controller: dice.chance(70) ? "ECS" : "CODE_DEPLOY")
    case .steerRollouts:
      neighbours.steer(application, Weather.rollout(&dice), onlyNext: dice.chance(50))
    case .storm: storm()
    case .reload:
      day.changeRules(to: dice.pick(0...2), broken: dice.chance(20))
      day.notify(.reload)
    case .changeRules: day.changeRules(to: dice.pick(0...2), broken: false)
    case .stepClock:
      let size = dice.one(of: [2, 30, 600, 7_200])
      day.stepClock(by: .seconds(dice.chance(50) ? size : -size))
    // Back it never goes: of what came before what nothing could be said any more.
    case .stepClockOfAWS:
      let size = Duration.seconds(dice.one(of: [1, 60, 1_200]))
      day.tell("AWS's clock is set forward by \(size)")
      day.aws.clockOffset += size
    case .terminate: day.notify(.stop(reason: "SIGTERM"))
    case .order: day.order(anOrder(about: application.target, resource))
    }
    day.witness.withLock { neighbours.look(at: application.target, &$0.facts) }
  }

  private mutating func anOrder(about target: Target, _ resource: Resource) -> Order.Action {
    let target = Order.Subject.named(target.description, in: target.location)
    let resource = Order.Subject.named(resource.description, in: resource.scope.location)
    return switch dice.pick(1...10) {
    case 1, 2: .hold(target)
    case 3: .hold(.all)
    case 4, 5: .release(.all)
    case 6: .release(target)
    case 7: .release(resource)
    case 8: .approve(resource)
    default: .approve(target)
    }
  }

  private mutating func storm() {
    guard stormEnds == nil else { return }
    let storm = Weather.storm(&dice)
    for fault in storm.faults {
      day.tell("for \(storm.lasts) \(fault.operation) meets \(fault.effect), \(fault.trigger)")
      day.aws.steer { aws, _ in aws.inject(fault) }
    }
    disturbTheRest()
    stormEnds = day.world.elapsed() + storm.lasts
  }

  /// What is none of AWS's has storms of its own.
  private mutating func disturbTheRest() {
    if dice.chance(30) {
      day.receivers.disturb(SimulatedReceivers.Fault.allCases.filter { _ in dice.chance(40) })
    }
    if dice.chance(40) { day.machine.disturb(BusFault.allCases.filter { _ in dice.chance(40) }) }
    switch dice.pick(1...6) {
    case 1: day.gitHub.setAway(true)
    case 2: day.gitHub.disturb(.cut(tookEffect: true))
    case 3: day.gitHub.disturb(.cut(tookEffect: false))
    case 4: day.gitHub.disturb(.status(dice.one(of: [403, 422, 500, 502]), "no"))
    default: break
    }
  }

  private mutating func calmWeather() {
    day.aws.steer { aws, _ in aws.clearFaults() }
    day.machine.disturb([])
    day.gitHub.calm()
    day.receivers.disturb([])
    stormEnds = nil
    day.tell("all faults are over")
  }

  private mutating func restore(atLeast count: Int) {
    let gone = day.estate.resources.filter { resource in
      day.witness.withLock { !$0.facts.isThere(resource) }
    }
    for resource in gone.prefix(count) {
      day.witness.withLock { neighbours.restore(resource, &$0.facts) }
    }
  }

  // MARK: Calm

  /// What a deployment that shifts traffic may bake and pause beyond its deadline.
  private static let longestShift = Duration.seconds(300)

  private mutating func calmDown() async {
    calmWeather()
    day.calmDown()
    day.tell("the day calms down")
    // What stays away goes on holding its restarts, and nothing else.
    if dice.chance(60) { restore(atLeast: .max) }
    let (longest, schedule) = (day.estate.longest, day.estate.schedule)
    // One after the other, where so many may be under way at once, and a canary before them.
    let rows = min(20, 2 + day.estate.applications.count / day.estate.policy.concurrent)
    let bound =
      (longest.deadline * 3 + Self.longestShift + longest.cooldown + longest.limit
        + day.estate.times.longestClosure) * rows
      + max(schedule.parameters, schedule.secrets) * 4 + .seconds(600)
    let latest = day.world.elapsed() + bound
    while let unrest = day.witness.withLock({ $0.restlessness() }), !day.isWrong {
      guard day.world.elapsed() < latest else { return day.complain("not quiet after \(bound): \(unrest)") }
      for action in day.witness.withLock({ $0.orders }) { day.order(action) }
      await wait(.seconds(10))
    }
    let restarts = day.witness.withLock { $0.restarts }
    guard dice.chance(3), !day.isWrong else { return }
    await wait(bound)
    if let unrest = day.witness.withLock({ $0.restlessness() }) { day.complain("quiet no longer: \(unrest)") }
    if day.witness.withLock({ $0.restarts }) != restarts { day.complain("a restart out of the blue") }
  }
}
