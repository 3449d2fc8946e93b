// SPDX-License-Identifier: Apache-2.0
// How a target is restarted, as its rule says. Nothing in here can depend on what a pattern captured: two changes that mean one
// target mean the same options.

/// What a rule says of a target beyond which it is.
public enum TargetOptions: Hashable, Sendable {
  /// There is nothing to say.
  case none
  /// How a one-time task is placed.
  case task(TaskOptions)
  /// How a program is run.
  case command(CommandOptions)
}

/// How a one-time task is placed.
public struct TaskOptions: Hashable, Sendable {
  /// ECS's words for where a task runs.
  public enum Launch: String, Hashable, Sendable, CaseIterable {
    /// On Fargate.
    case fargate = "FARGATE"
    /// On the cluster's instances.
    case ec2 = "EC2"
    /// On instances that are not AWS's.
    case external = "EXTERNAL"
  }

  /// Where it runs; nil leaves it to the cluster's capacity providers.
  public var launch: Launch?
  /// The subnets of the `awsvpc` network mode; empty where its definition has another mode.
  public var subnets: [String]
  /// The security groups of the `awsvpc` network mode; empty for the VPC's own.
  public var securityGroups: [String]
  /// True where it gets a public address.
  public var hasPublicIP: Bool
  /// How many of it run at once, 1 to 10; all must succeed.
  public var count: Int

  /// The options of a rule that gives none.
  public static let standard = TaskOptions(
    launch: nil, subnets: [], securityGroups: [], hasPublicIP: false, count: 1)

  /// Options with all their parts.
  public init(launch: Launch?, subnets: [String], securityGroups: [String], hasPublicIP: Bool, count: Int) {
    self.launch = launch
    self.subnets = subnets
    self.securityGroups = securityGroups
    self.hasPublicIP = hasPublicIP
    self.count = count
  }
}

/// How a program is run.
public struct CommandOptions: Hashable, Sendable {
  /// After this it is killed with all that it has started.
  public var timeout: Duration
  /// What its environment has beside the few variables that every program gets.
  public var environment: [String: String]

  /// The options of a rule that gives none: ten minutes.
  public static let standard = CommandOptions(timeout: .seconds(600), environment: [:])

  /// Options with both their parts.
  public init(timeout: Duration, environment: [String: String]) {
    self.timeout = timeout
    self.environment = environment
  }
}
