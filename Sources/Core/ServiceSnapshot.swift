// SPDX-License-Identifier: Apache-2.0

/// What reading a target found.
public enum Inspection: Hashable, Sendable {
  /// There is no such service, or no such cluster.
  case missing
  /// The service, as AWS describes it.
  case found(ServiceSnapshot)
  /// Something that runs to an end each time it is started, and its runs.
  case runs(RunSnapshot)
}

/// An ECS service at one moment, as far as restarting it is concerned.
public struct ServiceSnapshot: Hashable, Sendable {
  /// ECS's own word for a service's life.
  public enum Status: String, Hashable, Sendable {
    /// In use.
    case active = "ACTIVE"
    /// Being deleted.
    case draining = "DRAINING"
    /// Deleted.
    case inactive = "INACTIVE"
  }

  /// Who replaces the tasks.
  public enum Controller: String, Hashable, Sendable {
    /// ECS itself: the only one a forced deployment works with.
    case ecs = "ECS"
    /// CodeDeploy.
    case codeDeploy = "CODE_DEPLOY"
    /// Another program, by task sets.
    case external = "EXTERNAL"
  }

  /// In use, being deleted, or deleted.
  public var status: Status
  /// How many tasks are wanted.
  public var desiredCount: Int
  /// How many tasks run, of all deployments.
  public var runningCount: Int
  /// Who replaces the tasks.
  public var controller: Controller
  /// Percent of the wanted tasks that must stay up, and that may be up; nil where they do not apply.
  public var healthyPercent: ClosedPercent?
  /// True where the circuit breaker puts back the last deployment after a failure.
  public var rollsBack: Bool
  /// All deployments AWS lists, in its order.
  public var deployments: [Deployment]
  /// The last events, newest first.
  public var events: [Event]
  /// The deployments of the group by which CodeDeploy replaces its tasks; nil with any other controller.
  public var codeDeploy: RunSnapshot?

  /// One line of a service's own log.
  public struct Event: Hashable, Sendable, CustomStringConvertible {
    /// When, by AWS's clock.
    public var at: Timestamp
    /// ECS's words.
    public var message: String

    /// An event with both its parts.
    public init(at: Timestamp, message: String) {
      self.at = at
      self.message = message
    }

    /// Time and words.
    public var description: String { "\(at) \(message)" }
  }

  /// Bounds of how many tasks may run during a rollout, in percent of the wanted ones.
  public struct ClosedPercent: Hashable, Sendable {
    /// The least that must run; rounded up to whole tasks.
    public var minimum: Int
    /// The most that may run; rounded down to whole tasks.
    public var maximum: Int

    /// Bounds.
    public init(minimum: Int, maximum: Int) {
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// A snapshot with all its parts.
  public init(
    status: Status, desiredCount: Int, runningCount: Int, controller: Controller,
    healthyPercent: ClosedPercent?,
    rollsBack: Bool, deployments: [Deployment], events: [Event]
  ) {
    self.status = status
    self.desiredCount = desiredCount
    self.runningCount = runningCount
    self.controller = controller
    self.healthyPercent = healthyPercent
    self.rollsBack = rollsBack
    self.deployments = deployments
    self.events = events
  }

  /// The deployment that ECS works towards.
  public var primary: Deployment? { deployments.first { $0.isPrimary } }

  /// False where a rollout may neither start a new task nor stop an old one, and so never ends.
  public var canReplaceTasks: Bool {
    guard let healthyPercent else { return true }
    let (least, leastCut) = desiredCount.multipliedReportingOverflow(by: healthyPercent.minimum)
    let (most, mostCut) = desiredCount.multipliedReportingOverflow(by: healthyPercent.maximum)
    guard !leastCut, !mostCut else { return true }
    return (least + 99) / 100 < desiredCount || most / 100 > desiredCount
  }
}

/// One deployment of an ECS service.
public struct Deployment: Hashable, Sendable {
  /// ECS's own word for how far a rollout is; absent for kinds of rollout that ECS does not report on.
  public enum State: String, Hashable, Sendable {
    /// Tasks are being replaced.
    case inProgress = "IN_PROGRESS"
    /// Every task runs this deployment.
    case completed = "COMPLETED"
    /// The circuit breaker or an alarm ended it.
    case failed = "FAILED"
  }

  /// `ecs-svc/1234567890123456789`.
  public var id: String
  /// True for the one that ECS works towards.
  public var isPrimary: Bool
  /// When it was made, by AWS's clock.
  public var createdAt: Timestamp
  /// How far it is, where ECS says so.
  public var state: State?
  /// Why it is there, in ECS's words.
  public var stateReason: String?
  /// How many tasks it wants.
  public var desiredCount: Int
  /// How many of its tasks run.
  public var runningCount: Int
  /// How many of its tasks are about to.
  public var pendingCount: Int
  /// Tasks that failed one after another.
  public var failedTasks: Int
  /// How far it has shifted the traffic; nil for a rolling one.
  public var shift: TrafficShift?

  /// A rolling deployment with all its parts.
  public init(
    id: String, isPrimary: Bool, createdAt: Timestamp, state: State?, stateReason: String?, desiredCount: Int,
    runningCount: Int, pendingCount: Int, failedTasks: Int
  ) {
    self.id = id
    self.isPrimary = isPrimary
    self.createdAt = createdAt
    self.state = state
    self.stateReason = stateReason
    self.desiredCount = desiredCount
    self.runningCount = runningCount
    self.pendingCount = pendingCount
    self.failedTasks = failedTasks
    shift = nil
  }

  /// The sign the circuit breaker leaves on the deployment that it makes.
  var isRollback: Bool { stateReason?.lowercasedASCII.contains("rolling back") ?? false }
}

extension String {
  /// Lower case of the letters A to Z, all that AWS's own sentences need.
  var lowercasedASCII: String {
    String(decoding: utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
