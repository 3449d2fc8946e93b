// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html

public import Core

/// An ECS service as AWS describes it. Words that AWS chooses from a list are text here, for the list grows.
public struct ServiceDescription: Sendable, Hashable {
  /// The service's ARN.
  public let arn: String
  /// The service's name.
  public let name: String
  /// The ARN of its cluster.
  public let clusterARN: String
  /// `ACTIVE`, `DRAINING` or `INACTIVE`.
  public let status: String
  /// How many tasks are wanted.
  public let desiredCount: Int
  /// How many run.
  public let runningCount: Int
  /// How many are about to.
  public let pendingCount: Int
  /// `REPLICA` or `DAEMON`.
  public let schedulingStrategy: String
  /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`; `ECS` where AWS says nothing.
  public let controller: String
  /// How tasks are replaced; nil where AWS does not say.
  public let deploymentConfiguration: DeploymentConfiguration?
  /// The ARN of the service deployment under way, or of the last one; nil where AWS does not say.
  public let currentServiceDeployment: String?
  /// What its tasks are made from; nil for a service of task sets.
  public let taskDefinition: String?
  /// `LATEST` or a number such as `1.4.0`; nil for what does not run on Fargate.
  public let platformVersion: String?
  /// What brings it traffic.
  public let loadBalancers: [LoadBalancer]
  /// What it consists of under another controller than ECS, in AWS's order.
  public let taskSets: [TaskSetDescription]
  /// In AWS's order.
  public let deployments: [DeploymentDescription]
  /// Newest first, at most 100.
  public let events: [ServiceEvent]
}

/// Where traffic enters a service.
public struct LoadBalancer: Sendable, Hashable {
  /// The container that takes it.
  public let containerName: String?
  /// The port that it takes it on.
  public let containerPort: Int?
}

/// One generation of the tasks of a service whose controller is CodeDeploy or another program.
public struct TaskSetDescription: Sendable, Hashable {
  /// `ecs-svc/1234567890123456789`.
  public let id: String
  /// `PRIMARY`, `ACTIVE` or `DRAINING`.
  public let status: String?
  /// What its tasks are made from.
  public let taskDefinition: String?
  /// What brings it traffic.
  public let loadBalancers: [LoadBalancer]
}

/// How a service's tasks are replaced.
public struct DeploymentConfiguration: Sendable, Hashable {
  /// The least that must run, in percent of the wanted tasks.
  public let minimumHealthyPercent: Int?
  /// The most that may run, in percent of the wanted tasks.
  public let maximumPercent: Int?
  /// True where a rollout that starts no task is ended as failed.
  public let hasCircuitBreaker: Bool
  /// True where the last deployment that worked is then put back.
  public let rollsBack: Bool
  /// `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`; nil where AWS does not say.
  public let strategy: String?
  /// Minutes that all traffic stays with the new tasks before the old ones go.
  public let bakeMinutes: Int?
  /// How a LINEAR deployment moves the traffic.
  public let linear: LinearConfiguration?
  /// Minutes that the canary of a CANARY deployment stays alone; nil where AWS does not say.
  public let canaryBakeMinutes: Int?
}

/// How a LINEAR deployment moves the traffic.
public struct LinearConfiguration: Sendable, Hashable {
  /// Percent of the traffic that each step moves; nil where AWS does not say.
  public let stepPercent: Double?
  /// Minutes from one step to the next; nil where AWS does not say.
  public let stepBakeMinutes: Int?
}

/// One deployment of a service.
public struct DeploymentDescription: Sendable, Hashable {
  /// `ecs-svc/1234567890123456789`.
  public let id: String
  /// `PRIMARY`, `ACTIVE` or `INACTIVE`.
  public let status: String
  /// When it was made, by AWS's clock.
  public let createdAt: Timestamp
  /// When it last changed.
  public let updatedAt: Timestamp?
  /// `IN_PROGRESS`, `COMPLETED` or `FAILED`; nil for kinds of rollout that ECS does not report on.
  public let rolloutState: String?
  /// Why, in ECS's words.
  public let rolloutStateReason: String?
  /// How many tasks it wants.
  public let desiredCount: Int
  /// How many of its tasks are about to run.
  public let pendingCount: Int
  /// How many of its tasks run.
  public let runningCount: Int
  /// Tasks that failed one after another.
  public let failedTasks: Int
  /// What its tasks are made from.
  public let taskDefinition: String?
}

/// One line of a service's own log.
public struct ServiceEvent: Sendable, Hashable {
  /// When, by AWS's clock.
  public let createdAt: Timestamp
  /// ECS's words.
  public let message: String
}
