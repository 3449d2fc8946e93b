// SPDX-License-Identifier: Apache-2.0
// The loop around the engine: wait for a fact or for the next deadline, hand it in, carry the effects out in order. It
// decides nothing. It is the engine's only owner, so there is no lock and no actor around it; what takes long runs
// beside it as a child task and comes back as a later fact.

public import Core
public import Platform

/// Runs one engine until it is told to stop, or has reached its goal.
public struct Loop {
  /// What the outside tells the loop, other than answers to effects.
  public enum Notice: Sendable {
    /// End in good order.
    case stop(reason: String)
    /// Read the rules again.
    case reload
    /// Carry an operator's order out, and tell what came of it.
    case order(Order, tell: @Sendable (Answer) -> Void)
    /// Tell what is in hand.
    case report(tell: @Sendable (Report) -> Void)
  }

  /// When the loop has done what it is for.
  public enum Goal: Sendable {
    /// Never: a daemon.
    case none
    /// When nothing is left to do.
    case idle
    /// When the restart of this target is under way, or at its end.
    case issued(Target)
  }

  /// Why the loop ended.
  public enum End: Hashable, Sendable {
    /// It was told to.
    case stopped
    /// It has reached its goal.
    case reached
    /// It cannot reach its goal before somebody else does something.
    case stuck
  }

  /// What the loop works with.
  public struct Ports {
    /// Where observations come from.
    public var source: any Source
    /// What is done to targets.
    public var action: any Action
    /// Where steps become durable.
    public var log: any DurableLog
    /// Whom to tell.
    public var reporter: any Reporter
    /// Clocks.
    public var time: any TimeSource
    /// Reads the rules again; nil where they are broken, which it has told.
    public var reload: () -> RuleSet?

    /// Ports with all their parts.
    public init(
      source: any Source, action: any Action, log: any DurableLog, reporter: any Reporter,
      time: any TimeSource,
      reload: @escaping () -> RuleSet?
    ) {
      self.source = source
      self.action = action
      self.log = log
      self.reporter = reporter
      self.time = time
      self.reload = reload
    }
  }

  private enum Fact: Sendable {
    case event(Event)
    case notice(Notice)
    /// The time that was set has come.
    case alarm(Duration)
  }

  /// How often the loop wakes without any other reason: to look at the clock, and to tell that it is alive.
  private static let heartbeat = Duration.seconds(1)
  /// How long a stop waits for calls that are being made, so that their answers are not lost.
  private static let stopGrace = Duration.seconds(3)

  private var engine: Engine
  private let ports: Ports
  private let goal: Goal
  private var clock: LoopClock
  private let inbox = Inbox<Fact>()
  /// When the loop will be woken, on the steady clock.
  private var alarms: [Duration] = []
  private var callsUnderWay = 0
  /// Whom to tell what came of the order of each number.
  private var orders: [Int: @Sendable (Answer) -> Void] = [:]
  private var ordersTaken = 0
  private var progress = Progress()
  private var stop: (reason: String, latest: Timestamp)?

  /// A loop around an engine that goes on from a state.
  public init(
    state: consuming State, rules: RuleSet, schedule: Schedule, seed: UInt64, goal: Goal, ports: Ports
  ) {
    clock = LoopClock(ports.time)
    engine = Engine(state: state, rules: rules, schedule: schedule, seed: seed, at: clock.now)
    self.goal = goal
    self.ports = ports
  }

  /// Runs to the end. `first` are the events it begins with.
  ///
  /// Throws when a step could not be made durable, and when work that was begun gives no sign of life any more. Either way the
  /// process must end, and the next start decides.
  public mutating func run(
    _ first: [Event], notices: some AsyncSequence<Notice, Never> & Sendable
  ) async throws(Failure) -> End {
    let inbox = inbox
    let result: Result<End, Failure> = await withDiscardingTaskGroup { group in
      group.addTask {
        for await notice in notices { inbox.post(.notice(notice)) }
      }
      defer { group.cancelAll() }
      do throws(Failure) {
        for event in first { try handle(event, &group) }
        return .success(try await turn(&group))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private mutating func turn(_ group: inout DiscardingTaskGroup) async throws(Failure) -> End {
    while true {
      try ports.reporter.alive(engine.summary, isReady: engine.hasTriedEveryScope)
      if let end = try end(&group) { return end }
      try progress.require(at: ports.time.elapsed())
      setAlarm(&group)
      let facts = await inbox.next()
      if let step = clock.takeStep() { try handle(.clockStepped(step), &group) }
      for fact in facts { try take(fact, &group) }
      if let deadline = engine.nextDeadline, deadline <= clock.now { try handle(.deadlinePassed, &group) }
    }
  }

  /// Sees to it that the loop is woken in time. Waking too early does no harm, so an alarm is never taken back, and a new one
  /// is set only where it is earlier than all that are.
  private mutating func setAlarm(_ group: inout DiscardingTaskGroup) {
    let (inbox, time) = (inbox, ports.time)
    let wait = max(.zero, min(Self.heartbeat, engine.nextDeadline.map { $0 - clock.now } ?? Self.heartbeat))
    let due = time.elapsed() + wait
    guard alarms.allSatisfy({ due < $0 }) else { return }
    alarms.append(due)
    group.addTask {
      // Only the end of the loop cancels it.
      if (try? await time.sleep(for: wait)) != nil { inbox.post(.alarm(due)) }
    }
  }

  private mutating func end(_ group: inout DiscardingTaskGroup) throws(Failure) -> End? {
    if let stop, callsUnderWay == 0 || clock.now >= stop.latest {
      try handle(.stopping(reason: stop.reason), &group)
      return .stopped
    }
    switch goal {
    case .none: return nil
    case .idle where engine.isIdle: return .reached
    case .issued(let target) where engine.isUnderWayOrOver(target): return .reached
    case .idle, .issued: return engine.isStuck(at: clock.now) ? .stuck : nil
    }
  }

  // MARK: In

  private mutating func take(_ fact: Fact, _ group: inout DiscardingTaskGroup) throws(Failure) {
    switch fact {
    case .event(let event):
      switch event {
      case .issued, .withheld: callsUnderWay -= 1
      case .started, .observed, .swept, .inspected, .diagnosed, .requested, .ordered, .rulesReloaded,
        .clockStepped, .stopping, .deadlinePassed:
        break
      }
      progress.note(event, at: ports.time.elapsed())
      try handle(event, &group)
    case .alarm(let due):
      alarms.removeAll { $0 == due }
    case .notice(.reload):
      ports.reporter.reloading()
      if let rules = ports.reload() { try handle(.rulesReloaded(rules), &group) }
      ports.reporter.reloaded()
    case .notice(.order(let order, let tell)):
      ordersTaken += 1
      orders[ordersTaken] = tell
      try handle(.ordered(order, number: ordersTaken), &group)
    case .notice(.report(let tell)):
      tell(engine.report(at: clock.now))
    case .notice(.stop(let reason)):
      guard stop == nil else { return }
      stop = (reason, clock.now + Self.stopGrace)
      ports.reporter.stopping()
    }
  }

  private mutating func handle(_ event: Event, _ group: inout DiscardingTaskGroup) throws(Failure) {
    var looks: [Look] = []
    for effect in engine.handle(event, at: clock.now) {
      switch effect {
      case .append(let step):
        try ports.log.append(step)
        ports.reporter.recorded(step.records)
      case .answer(let number, let answer): orders.removeValue(forKey: number)?(answer)
      case .inspect(let look): looks.append(look)
      case .sweep, .issue, .diagnose:
        // What is not begun now is begun by the next start: the journal knows all of it.
        if stop == nil { begin(effect, &group) }
      }
    }
    if !looks.isEmpty, stop == nil { inspect(looks, &group) }
  }

  // MARK: Out

  private mutating func begin(_ effect: Effect, _ group: inout DiscardingTaskGroup) {
    let (inbox, source, action) = (inbox, ports.source, ports.action)
    progress.note(effect, at: ports.time.elapsed())
    switch effect {
    case .append, .answer, .inspect:
      preconditionFailure("a step is made durable, and an order answered, at once; looks begin together")
    case .sweep(let scope, let number, let prefixes):
      group.addTask {
        let failure = await Self.failure {
          () async throws(Failure) in
          try await source.sweep(scope, prefixes: prefixes) { observations, answeredAt in
            inbox.post(.event(.observed(scope, sweep: number, observations, answeredAt: answeredAt)))
          }
        }
        inbox.post(.event(.swept(scope, sweep: number, failure)))
      }
    case .issue(let assignment):
      callsUnderWay += 1
      group.addTask {
        let target = assignment.target
        switch await Self.result({ () async throws(Failure) in try await action.issue(assignment) }) {
        case .success(.began(let deployment)): inbox.post(.event(.issued(target, .success(deployment))))
        case .success(.withheld): inbox.post(.event(.withheld(target)))
        case .failure(let failure): inbox.post(.event(.issued(target, .failure(failure))))
        }
      }
    case .diagnose(let target, let deployment):
      group.addTask {
        let result = await Self.result { () async throws(Failure) in
          try await action.diagnose(target, deployment: deployment)
        }
        inbox.post(.event(.diagnosed(target, result)))
      }
    }
  }

  /// Looks that are due together are made together: ten services of a cluster are one call.
  private mutating func inspect(_ looks: [Look], _ group: inout DiscardingTaskGroup) {
    let (inbox, action) = (inbox, ports.action)
    for look in looks { progress.note(.inspect(look), at: ports.time.elapsed()) }
    group.addTask {
      await action.inspect(looks) { target, result in inbox.post(.event(.inspected(target, result))) }
    }
  }

  private static func result<Value: Sendable>(
    _ work: () async throws(Failure) -> Value
  ) async -> Result<Value, Failure> {
    do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
  }

  private static func failure(_ work: () async throws(Failure) -> Void) async -> Failure? {
    do throws(Failure) {
      try await work()
      return nil
    } catch {
      return error
    }
  }
}
