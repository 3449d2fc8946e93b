// SPDX-License-Identifier: Apache-2.0
// The whole daemon on a day that is out to confuse it: an AWS in memory, a journal on a real disk, simulated time, and people,
// faults and deaths that all follow from one seed. The same seed is the same day, to the last record.

internal import AWS
internal import Core
internal import Daemon
internal import Journal
internal import LocalAWS
internal import LocalGitHub
internal import Logging
internal import Notify
internal import Platform
internal import Simulation

/// One day of a random estate.
public final class SimulatedDay: Sendable {
  /// What came of a day.
  public struct Report: Sendable {
    /// The seed that it follows from.
    public var seed: UInt64
    /// What should not have been; empty on a good day.
    public var mistakes: [String]
    /// How often the process lived.
    public var lives: Int
    /// Applications of the estate, each of them restarted in its own way.
    public var applications: Int
    /// Restarts that took effect.
    public var restarts: Int
    /// Records of each kind, restarts of each outcome and of each kind of target, and messages to receivers.
    public var counts: [String: Int]
    /// How long it was.
    public var length: Duration
  }

  let estate: RandomEstate
  let world: SimulatedWorld
  let aws: RunningAWS
  let machine: SimulatedMachine
  let gitHub: SimulatedGitHub
  let receivers: SimulatedReceivers
  let witness: Locked<Witness>
  private let seed: UInt64
  let directory: String
  private let trace: (@Sendable (String) -> Void)?
  private let parametersPerSecond: Double
  private let process: Locked<Process>

  /// What of the process is known outside of it.
  private struct Process: Sendable {
    var dice: Dice
    var life = Life(endsAt: nil, times: 0)
    var lives = 0
    var notices: AsyncStream<Loop.Notice>.Continuation?
    /// The content of the rules directory.
    var rules = 0
    var hasBrokenRules = false
    var mayDie = true
    var isOver = false
    var isToStop = false
    var lastClockStep: Duration?
  }

  private init(seed: UInt64, directory: String, trace: (@Sendable (String) -> Void)?) throws {
    self.seed = seed
    self.directory = directory
    self.trace = trace
    var dice = Dice(seed: seed)
    let start = Timestamp(milliseconds: 1_800_000_000_000)
    estate = try RandomEstate(start: start, &dice)
    world = SimulatedWorld(start: start)
    aws = RunningAWS(SimulatedAWS(seed: dice.seed()), time: world)
    if dice.chance(30) { aws.clockOffset = .seconds(dice.pick(-7_200...7_200)) }
    let witness = Locked(
      Witness(rules: estate.ruleSets[0], shortest: estate.shortest, receivers: estate.receivers))
    self.witness = witness
    let time = OutsideTime(world: world, aws: aws)
    let refused = { @Sendable (target: Target) in
      witness.withLock { $0.facts.looked(at: target, isFit: false, at: time.elapsed()) }
    }
    machine = SimulatedMachine(seed: dice.seed(), time: world) { run, restart in
      witness.withLock { $0.began(run, for: restart, at: time.now()) }
    } refused: {
      refused($0)
    }
    gitHub = SimulatedGitHub(estate.applications, time: time) { beginning in
      let restart = RestartID(userAgent: beginning.userAgent)
      witness.withLock { $0.began(String(beginning.run), for: restart, at: beginning.at) }
    } refused: {
      refused($0)
    }
    receivers = SimulatedReceivers(seed: dice.seed()) { receiver, records in
      witness.withLock { $0.told(receiver, of: records) }
    }
    parametersPerSecond = dice.one(of: [1, 2, 5])
    process = Locked(Process(dice: Dice(seed: dice.seed())))
  }

  /// Lives through a day, with its journal in this directory, which must be empty. Every event is told to `trace`.
  public static func run(
    seed: UInt64, directory: String, trace: (@Sendable (String) -> Void)?
  ) throws -> Report {
    let day = try SimulatedDay(seed: seed, directory: directory, trace: trace)
    do {
      try day.world.run { await day.pass() }
    } catch {
      day.complain("everybody waits for everybody at \(error.at)")
    }
    return day.report
  }

  private var report: Report {
    let lives = process.withLock { $0.lives }
    return witness.withLock { witness in
      Report(
        seed: seed, mistakes: witness.allMistakes, lives: lives, applications: estate.applications.count,
        restarts: witness.restarts,
        counts: witness.ledger.counts.merging(["messages": witness.messages]) { $1 },
        length: world.elapsed())
    }
  }

  private func pass() async {
    async let living: Void = live()
    var course = Course(self, seed: seed &+ 1)
    await course.play()
    process.withLock { process in
      process.isOver = true
      process.notices?.yield(.stop(reason: "the day is over"))
    }
    await living
  }

  // MARK: Telling

  func tell(_ what: @autoclosure () -> String) {
    guard let trace else { return }
    let time = world.elapsed().milliseconds
    let fraction = String(time % 1_000 + 1_000).dropFirst()
    trace("\(time / 1_000).\(fraction) \(what())")
  }

  func complain(_ mistake: String) {
    witness.withLock { $0.complains(mistake) }
    tell("MISTAKE \(mistake)")
  }

  var isWrong: Bool { witness.withLock { !$0.allMistakes.isEmpty } }

  // MARK: The process, from outside

  /// Tells the process something, if there is one.
  func notify(_ notice: Loop.Notice) {
    process.withLock { process in
      if case .stop = notice { process.isToStop = true }
      process.notices?.yield(notice)
    }
  }

  /// An operator tells the process something, if there is one.
  func order(_ action: Order.Action) {
    notify(
      .order(Order(action: action, reason: nil, actor: "uid 0", home: RandomEstate.home)) {
        [weak self] answer in
        self?.tell("\(action): \(answer)")
      })
  }

  /// Changes the rules directory. Broken rules are mended after the next try to read them.
  func changeRules(to number: Int, broken: Bool) {
    tell("the rules directory has content \(number)\(broken ? ", for the moment broken" : "")")
    process.withLock { process in
      process.hasBrokenRules = broken
      if !broken { process.rules = number }
    }
  }

  /// Sets the machine's clock; AWS's own stays what it is.
  func stepClock(by duration: Duration) {
    tell("the clock is set by \(duration)")
    world.step(by: duration)
    aws.clockOffset -= duration
    let now = world.elapsed()
    let isAlive = process.withLock { process in
      process.lastClockStep = now
      return process.notices != nil && !process.life.isOver
    }
    if !isAlive { witness.withLock { $0.clockStepped(at: now) } }
  }

  /// From now on the process is safe.
  func calmDown() {
    process.withLock { process in
      process.mayDie = false
      process.life.becomesImmortal()
    }
  }

  // MARK: The process

  private func live() async {
    while !process.withLock({ $0.isOver }), !isWrong {
      do {
        try await oneLife()
      } catch {
        return complain("\(error)")
      }
      verify()
      let (pause, tear) = process.withLock { process in
        (process.dice.time(2...60), process.dice.chance(20) ? process.dice.pick(1...2_000) : 0)
      }
      guard !process.withLock({ $0.isOver }) else { return }
      if tear > 0 { tearStream(tear) }
      try? await world.sleep(for: pause)
    }
  }

  private func oneLife() async throws {
    let (life, number, rules, seed) = process.withLock { process in
      process.lives += 1
      process.life = process.mayDie ? Life(&process.dice) : Life(endsAt: nil, times: 0)
      process.isToStop = process.isOver
      return (process.life, process.lives, process.rules, process.dice.seed())
    }
    tell("life \(number) begins")
    let journal = try JournalStore(directory: directory, home: RandomEstate.home)
    let state = try journal.load()
    witness.withLock { witness in
      witness.rules = estate.ruleSets[rules]
      witness.begins(with: state)
    }
    let (notices, continuation) = AsyncStream<Loop.Notice>.makeStream()
    process.withLock { $0.notices = continuation }
    let clients = clients(of: life, seed: seed)
    let notifications = try notifications(of: life, clients, seed: seed)
    var loop = Loop(
      state: state, rules: estate.ruleSets[rules].set, schedule: estate.schedule, seed: seed, goal: .none,
      ports: Loop.Ports(
        source: AWSSource(clients, time: world),
        action: actions(of: life, clients),
        log: MortalLog(life: life, inner: WitnessedLog(day: self, journal: journal)),
        reporter: WakingReporter(notifications, MortalReporter(life: life)), time: world,
        reload: { self.reload() }))
    do throws(Failure) {
      _ = try await notifications.during(grace: .seconds(3)) { () async throws(Failure) in
        try await loop.run([.started(version: "simulated", pid: Int32(number))], notices: notices)
      }
      if !process.withLock({ $0.isToStop || $0.isOver }) { complain("the loop ended by itself") }
    } catch {
      if !life.isOver { complain("the loop failed: \(error.reason)") }
    }
    process.withLock { $0.notices = nil }
    tell("life \(number) ends" + (life.isOver ? " in the middle of it" : ""))
    if let step = process.withLock({ $0.lastClockStep }), world.elapsed() - step < .seconds(3) {
      witness.withLock { $0.clockStepped(at: step) }
    }
    let (now, wall) = (world.elapsed(), world.now())
    witness.withLock { $0.ends(at: now, wall: wall) }
  }

  private func actions(of life: Life, _ clients: AWSClients) -> TargetActions {
    let transport = MortalTransport(life: life, inner: gitHub) { [self] operation, request in
      sees(operation, request, region: RandomEstate.home.region)
    }
    let machine = MortalMachine(life: life, inner: machine) { [self] unit in
      witness.withLock { $0.state.targets[.unit(unit)]?.open?.id }
    } leaves: { [self] id in
      leaves("an order to the machine", id)
    }
    return TargetActions(
      clients, .client(over: transport, token: LocalGitHub.token), programs: machine, units: machine,
      environment: [:], time: world)
  }

  private func notifications(of life: Life, _ clients: AWSClients, seed: UInt64) throws -> Notifications {
    try Notifications(
      estate.receivers, secrets: ReceiverSecrets(of: []), directory: directory, home: RandomEstate.home,
      ports: Notifications.Ports(
        transport: MortalTransport(life: life, inner: receivers) { [self] _, request in
          tell("a message leaves for \(request.url)")
        },
        limits: HTTPLimits(
          connect: .seconds(5), silence: .seconds(10), total: .seconds(20), responseBytes: 64 << 10),
        client: { location throws(Failure) in try clients.client(for: location) }, environment: [:],
        userAgent: "rollwatch/simulated", time: world, seed: seed,
        logger: Logger(label: "simulated") { _ in SwiftLogNoOpLogHandler() }))
  }

  private func reload() -> RuleSet? {
    let number: Int? = process.withLock { process in
      defer { process.hasBrokenRules = false }
      return process.hasBrokenRules ? nil : process.rules
    }
    guard let number else {
      tell("the rules are broken; the old ones stay")
      return nil
    }
    witness.withLock { $0.rules = estate.ruleSets[number] }
    return estate.ruleSets[number].set
  }

  private func clients(of life: Life, seed: UInt64) -> AWSClients {
    AWSClients { [self] location throws(Failure) in
      let transport = MortalTransport(life: life, inner: InMemoryAWS(aws)) { [self] operation, request in
        sees(operation, request, region: location.region)
      }
      do throws(ConfigurationFailure) {
        return try AWSClient(
          region: location.region, credentials: Keys(), transport: transport, time: world,
          endpoints: EndpointOptions(overrides: .none, usesFIPS: false, usesDualStack: false),
          userAgent: "rollwatch/simulated", seed: seed, maxAttempts: 3,
          limits: ClientLimits(
            exchange: HTTPLimits(
              connect: .seconds(5), silence: .seconds(20), total: .seconds(60), responseBytes: 8 << 20),
            parametersPerSecond: parametersPerSecond, secretsPerSecond: 5))
      } catch {
        throw Failure(kind: .permanent, reason: "\(error)", mayHaveTakenEffect: false)
      }
    }
  }

  private func sees(_ operation: String, _ request: HTTPRequest, region: String) {
    let agent = request.headers.first { $0.name == "User-Agent" }?.value ?? ""
    let now = world.elapsed()
    if operation.restarts { leaves(operation, RestartID(userAgent: agent)) }
    witness.withLock {
      $0.sees(operation, region: region, parametersPerSecond: parametersPerSecond, at: now)
    }
  }

  /// An order to restart something leaves the process.
  private func leaves(_ order: String, _ id: RestartID?) {
    tell("\(order) leaves: \(id.map(\.description) ?? "for nobody")")
    let now = world.elapsed()
    if let id { witness.withLock { $0.calls(id, at: now) } }
  }
}

/// The clocks of those who are elsewhere: their wall clock is AWS's.
private struct OutsideTime: TimeSource {
  let world: SimulatedWorld
  let aws: RunningAWS

  func now() -> Timestamp { world.now() + aws.clockOffset }
  func elapsed() -> Duration { world.elapsed() }
  func sleep(for duration: Duration) async throws(CancellationError) { try await world.sleep(for: duration) }
}

private struct Keys: CredentialsProvider {
  func credentials() async throws(CredentialsFailure) -> Credentials {
    Credentials(accessKeyID: "test", secretAccessKey: "test", sessionToken: nil, expiration: nil)
  }
  func invalidate() async {}
}
