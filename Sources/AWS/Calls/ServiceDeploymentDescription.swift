// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html

public import Core
import JSON

/// A service deployment as AWS describes it. A listing says less of it than a description: what it leaves out is nil here.
public struct ServiceDeploymentDescription: Sendable, Hashable {
  /// The ARN, which names the service too.
  public let arn: String
  /// `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `STOPPED` and others.
  public let status: String
  /// Why, in ECS's words.
  public let statusReason: String?
  /// When it was made, by AWS's clock.
  public let createdAt: Timestamp
  /// `SCALE_UP`, `BAKE_TIME` and others.
  public let lifecycleStage: String?
  /// The hooks that it has come to.
  public let hooks: [LifecycleHookDescription]
  /// How many tasks are wanted of what is deployed.
  public let requestedCount: Int?
  /// How many of them run.
  public let runningCount: Int?
  /// How many of them are about to.
  public let pendingCount: Int?
  /// Tasks that the circuit breaker has counted as failed.
  public let failureCount: Int?
}

/// A hook that a service deployment has come to.
public struct LifecycleHookDescription: Sendable, Hashable {
  /// What `ContinueServiceDeployment` takes.
  public let id: String
  /// `AWS_LAMBDA` or `PAUSE`.
  public let type: String?
  /// `AWAITING_ACTION`, `IN_PROGRESS`, `SUCCEEDED`, `FAILED` or `TIMED_OUT`.
  public let status: String?
  /// When ECS waits no longer.
  public let expiresAt: Timestamp?
  /// What it does then: `ROLLBACK` or `CONTINUE`.
  public let timeoutAction: String?
}

extension JSONReader {
  mutating func serviceDeployments() throws(JSONFailure) -> [ServiceDeploymentDescription] {
    try list { (json) throws(JSONFailure) in try json.serviceDeployment() }
  }

  private mutating func serviceDeployment() throws(JSONFailure) -> ServiceDeploymentDescription {
    var (arn, status, statusReason, stage): (String?, String?, String?, String?)
    var createdAt: WireTime?
    var hooks: [LifecycleHookDescription] = []
    var target: (requested: Int?, running: Int?, pending: Int?)?
    var failureCount: Int?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "serviceDeploymentArn": arn = try json.string()
      case "status": status = try json.string()
      case "statusReason": statusReason = try json.optionalString()
      case "createdAt": createdAt = try json.time()
      case "lifecycleStage": stage = try json.optionalString()
      case "lifecycleHookDetails":
        hooks = try json.optionalList { (json) throws(JSONFailure) in try json.hook() }
      case "targetServiceRevision":
        target = try json.optional { (json) throws(JSONFailure) in try json.taskCounts() }
      case "deploymentCircuitBreaker":
        failureCount = try json.optional { (json) throws(JSONFailure) in try json.failureCount() } ?? nil
      default: try json.skip()
      }
    }
    return ServiceDeploymentDescription(
      arn: try required(arn, "serviceDeploymentArn"), status: try required(status, "status"),
      statusReason: nonEmpty(statusReason), createdAt: try required(createdAt, "createdAt").timestamp,
      lifecycleStage: nonEmpty(stage), hooks: hooks, requestedCount: target?.requested,
      runningCount: target?.running, pendingCount: target?.pending, failureCount: failureCount)
  }

  private mutating func hook() throws(JSONFailure) -> LifecycleHookDescription {
    var (id, type, status, timeoutAction): (String?, String?, String?, String?)
    var expiresAt: WireTime?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "hookId": id = try json.optionalString()
      case "targetType": type = try json.optionalString()
      case "status": status = try json.optionalString()
      case "expiresAt": expiresAt = try json.optionalTime()
      case "timeoutAction": timeoutAction = try json.optionalString()
      default: try json.skip()
      }
    }
    return LifecycleHookDescription(
      id: id ?? "", type: type, status: status, expiresAt: expiresAt?.timestamp,
      timeoutAction: nonEmpty(timeoutAction))
  }

  private mutating func taskCounts() throws(JSONFailure) -> (requested: Int?, running: Int?, pending: Int?) {
    var counts: (requested: Int?, running: Int?, pending: Int?)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "requestedTaskCount": counts.requested = try json.optionalCount()
      case "runningTaskCount": counts.running = try json.optionalCount()
      case "pendingTaskCount": counts.pending = try json.optionalCount()
      default: try json.skip()
      }
    }
    return counts
  }

  private mutating func failureCount() throws(JSONFailure) -> Int? {
    var count: Int?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "failureCount": count = try json.optionalCount()
      default: try json.skip()
      }
    }
    return count
  }
}
