// SPDX-License-Identifier: Apache-2.0
// What goes into the engine and what comes out of it: facts in, effects out.

/// A fact that arrived.
public enum Event: Sendable {
  /// The process began; the first event of all.
  case started(version: String, pid: Int32)
  /// One page of a sweep. `answeredAt` is AWS's clock when it answered.
  case observed(Scope, sweep: Int, [Observation], answeredAt: Timestamp)
  /// A sweep came to its end: whole, or broken off by a failure.
  case swept(Scope, sweep: Int, Failure?)
  /// What an `inspect` effect found.
  case inspected(Target, Result<Inspection, Failure>)
  /// What an `issue` effect brought: the id of the new deployment.
  case issued(Target, Result<String, Failure>)
  /// A dry run, which does not issue, let the restart go.
  case withheld(Target)
  /// What a `diagnose` effect found.
  case diagnosed(Target, Result<Evidence, Failure>)
  /// A person asked for a restart, with a reason or without.
  case requested(Target, reason: String?, deadline: Duration)
  /// An operator's order; its answer bears the same number.
  case ordered(Order, number: Int)
  /// Other rules are in force.
  case rulesReloaded(RuleSet)
  /// The wall clock was set, so much forward or back.
  case clockStepped(Duration)
  /// The process is about to end in good order.
  case stopping(reason: String)
  /// `nextDeadline` has come.
  case deadlinePassed
}

/// Something to do, in order. Every effect but `append` and `answer` is answered by one later event (a sweep by several).
public enum Effect: Hashable, Sendable {
  /// Make this step durable. No later effect may begin before it is.
  case append(Step)
  /// Tell what came of the order of this number.
  case answer(number: Int, Answer)
  /// Sweep a scope, asking for these name prefixes only; none asks for all names.
  case sweep(Scope, number: Int, prefixes: [String])
  /// Read a target.
  case inspect(Look)
  /// Restart a target: the one call that changes anything.
  case issue(Assignment)
  /// Find out why a deployment ended badly.
  case diagnose(Target, deployment: String)
}

/// What is to be read of a target.
public struct Look: Hashable, Sendable {
  /// What is read.
  public var target: Target
  /// The open restart, whose run may be under way although nobody has noted its id; nil where none is open.
  public var restart: RestartID?
  /// When that was planned, by our clock.
  public var plannedAt: Timestamp?
  /// The deployment or run that is followed; nil where none is.
  public var deployment: String?

  /// A look with all its parts.
  public init(target: Target, restart: RestartID?, plannedAt: Timestamp?, deployment: String?) {
    self.target = target
    self.restart = restart
    self.plannedAt = plannedAt
    self.deployment = deployment
  }
}

/// A restart that is to be made now, with all that whoever makes it needs to know.
public struct Assignment: Hashable, Sendable {
  /// What is restarted.
  public var target: Target
  /// How.
  public var options: TargetOptions
  /// Names the restart.
  public var restart: RestartID
  /// The names of the rules that led here, sorted; empty for a restart by hand.
  public var rules: [String]
  /// The changes, one a resource, oldest first; empty for a restart by hand.
  public var causes: [Change]

  /// An assignment with all its parts.
  public init(
    target: Target, options: TargetOptions, restart: RestartID, rules: [String], causes: [Change]
  ) {
    self.target = target
    self.options = options
    self.restart = restart
    self.rules = rules
    self.causes = causes
  }
}

/// How often the engine looks, and at what.
public struct Schedule: Hashable, Sendable {
  /// From the start of one sweep of parameters to the start of the next.
  public var parameters: Duration
  /// From the start of one sweep of secrets to the start of the next.
  public var secrets: Duration
  /// From one look at an open rollout to the next.
  public var rollouts: Duration
  /// One sweep of each scope and no more.
  public var sweepsOnce: Bool

  /// A schedule with all its parts.
  public init(parameters: Duration, secrets: Duration, rollouts: Duration, sweepsOnce: Bool) {
    self.parameters = parameters
    self.secrets = secrets
    self.rollouts = rollouts
    self.sweepsOnce = sweepsOnce
  }

  func interval(of kind: Resource.Kind) -> Duration {
    switch kind {
    case .parameter: parameters
    case .secret: secrets
    }
  }
}
