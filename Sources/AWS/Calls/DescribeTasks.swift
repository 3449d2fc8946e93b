// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html

public import Core
import JSON

/// A task: one copy of what a service runs.
public struct TaskDescription: Sendable, Hashable {
  /// The task's ARN.
  public let arn: String
  /// How far it is: `PENDING`, `RUNNING`, `STOPPED` and others.
  public let lastStatus: String?
  /// Which kind of end it came to: `TaskFailedToStart`, `EssentialContainerExited` and others.
  public let stopCode: String?
  /// Why it stopped, in ECS's words.
  public let stoppedReason: String?
  /// When it was made.
  public let createdAt: Timestamp?
  /// When it ran.
  public let startedAt: Timestamp?
  /// When it had stopped.
  public let stoppedAt: Timestamp?
  /// The tag it was started with; for a service's tasks, the id of their deployment.
  public let startedBy: String?
  /// The ARN of what it was made from.
  public let definitionARN: String?
  /// What it consists of.
  public let containers: [ContainerDescription]
}

/// One container of a task.
public struct ContainerDescription: Sendable, Hashable {
  /// The name in the task definition; empty where AWS does not say.
  public let name: String
  /// What its process ended with.
  public let exitCode: Int?
  /// Why it stopped, in ECS's words.
  public let reason: String?
  /// How far it is.
  public let lastStatus: String?
}

extension AWSClient {
  /// Reads at most 100 tasks. Those that AWS has forgotten are left out.
  public func describeTasks(
    cluster: String, tasks: [String]
  ) async throws(AWSFailure) -> [TaskDescription] {
    precondition((1...100).contains(tasks.count), "one call takes 1 to 100 tasks")
    let request: JSONValue = ["cluster": .string(cluster), "tasks": .strings(tasks)]
    return try await read(.ecs, "DescribeTasks", request) { (json) throws(JSONFailure) in
      var tasks: [TaskDescription]?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "tasks": tasks = try json.list { (json) throws(JSONFailure) in try json.task() }
        default: try json.skip()
        }
      }
      return try required(tasks, "tasks")
    }
  }
}

extension JSONReader {
  mutating func task() throws(JSONFailure) -> TaskDescription {
    var (arn, lastStatus, stopCode, stoppedReason): (String?, String?, String?, String?)
    var (startedBy, definitionARN): (String?, String?)
    var (createdAt, startedAt, stoppedAt): (WireTime?, WireTime?, WireTime?)
    var containers: [ContainerDescription] = []
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "taskArn": arn = try json.string()
      case "lastStatus": lastStatus = try json.optionalString()
      case "stopCode": stopCode = try json.optionalString()
      case "stoppedReason": stoppedReason = try json.optionalString()
      case "startedBy": startedBy = try json.optionalString()
      case "taskDefinitionArn": definitionARN = try json.optionalString()
      case "createdAt": createdAt = try json.optionalTime()
      case "startedAt": startedAt = try json.optionalTime()
      case "stoppedAt": stoppedAt = try json.optionalTime()
      case "containers":
        containers = try json.optionalList { (json) throws(JSONFailure) in try json.container() }
      default: try json.skip()
      }
    }
    return TaskDescription(
      arn: try required(arn, "taskArn"), lastStatus: lastStatus, stopCode: nonEmpty(stopCode),
      stoppedReason: nonEmpty(stoppedReason), createdAt: createdAt?.timestamp,
      startedAt: startedAt?.timestamp, stoppedAt: stoppedAt?.timestamp,
      startedBy: nonEmpty(startedBy), definitionARN: nonEmpty(definitionARN), containers: containers)
  }

  private mutating func container() throws(JSONFailure) -> ContainerDescription {
    var (name, reason, lastStatus): (String?, String?, String?)
    var exitCode: Int?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "name": name = try json.optionalString()
      case "exitCode": exitCode = try json.optionalCount()
      case "reason": reason = try json.optionalString()
      case "lastStatus": lastStatus = try json.optionalString()
      default: try json.skip()
      }
    }
    return ContainerDescription(
      name: name ?? "", exitCode: exitCode, reason: nonEmpty(reason), lastStatus: lastStatus)
  }
}
