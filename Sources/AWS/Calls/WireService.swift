// SPDX-License-Identifier: Apache-2.0

import Core

/// A service as it is written in JSON.
struct WireService: Decodable {
  let serviceArn: String
  let serviceName: String
  let clusterArn: String
  let status: String
  let desiredCount: Int
  let runningCount: Int
  let pendingCount: Int
  let schedulingStrategy: String?
  let deploymentController: Controller?
  let deploymentConfiguration: Configuration?
  let taskDefinition: String?
  let deployments: [Deployment]?
  let events: [Event]?

  struct Controller: Decodable {
    let type: String?
  }

  struct Configuration: Decodable {
    let minimumHealthyPercent: Int?
    let maximumPercent: Int?
    let deploymentCircuitBreaker: CircuitBreaker?
    let strategy: String?
  }

  struct CircuitBreaker: Decodable {
    let enable: Bool?
    let rollback: Bool?
  }

  struct Deployment: Decodable {
    let id: String
    let status: String
    let createdAt: WireTime
    let updatedAt: WireTime?
    let rolloutState: String?
    let rolloutStateReason: String?
    let desiredCount: Int
    let pendingCount: Int
    let runningCount: Int
    let failedTasks: Int?
    let taskDefinition: String?
  }

  struct Event: Decodable {
    let createdAt: WireTime?
    let message: String?
  }
}

extension ServiceDescription {
  init(_ wire: WireService) {
    self.init(
      arn: wire.serviceArn, name: wire.serviceName, clusterARN: wire.clusterArn, status: wire.status,
      desiredCount: wire.desiredCount, runningCount: wire.runningCount, pendingCount: wire.pendingCount,
      schedulingStrategy: wire.schedulingStrategy ?? "REPLICA",
      controller: wire.deploymentController?.type ?? "ECS",
      deploymentConfiguration: wire.deploymentConfiguration.map(DeploymentConfiguration.init),
      taskDefinition: nonEmpty(wire.taskDefinition),
      deployments: (wire.deployments ?? []).map(DeploymentDescription.init),
      events: (wire.events ?? []).prefix(100).compactMap(ServiceEvent.init))
  }
}

extension DeploymentConfiguration {
  init(_ wire: WireService.Configuration) {
    self.init(
      minimumHealthyPercent: wire.minimumHealthyPercent, maximumPercent: wire.maximumPercent,
      hasCircuitBreaker: wire.deploymentCircuitBreaker?.enable == true,
      rollsBack: wire.deploymentCircuitBreaker?.enable == true
        && wire.deploymentCircuitBreaker?.rollback == true,
      strategy: wire.strategy)
  }
}

extension DeploymentDescription {
  init(_ wire: WireService.Deployment) {
    self.init(
      id: wire.id, status: wire.status, createdAt: wire.createdAt.timestamp,
      updatedAt: wire.updatedAt?.timestamp, rolloutState: wire.rolloutState,
      rolloutStateReason: nonEmpty(wire.rolloutStateReason), desiredCount: wire.desiredCount,
      pendingCount: wire.pendingCount, runningCount: wire.runningCount, failedTasks: wire.failedTasks ?? 0,
      taskDefinition: nonEmpty(wire.taskDefinition))
  }
}

extension ServiceEvent {
  /// Nil for an event that says nothing: no reason to make nothing of the whole service.
  init?(_ wire: WireService.Event) {
    guard let createdAt = wire.createdAt, let message = wire.message else { return nil }
    self.init(createdAt: createdAt.timestamp, message: message)
  }
}
