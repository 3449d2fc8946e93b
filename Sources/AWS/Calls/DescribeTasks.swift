// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html

public import Core

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
    let request = DescribeTasksRequest(cluster: cluster, tasks: tasks)
    let found = try await read(.ecs, "DescribeTasks", request, as: DescribeTasksResponse.self)
    return found.tasks.map(TaskDescription.init)
  }
}

private struct DescribeTasksRequest: Encodable {
  let cluster: String
  let tasks: [String]
}

private struct DescribeTasksResponse: Decodable {
  let tasks: [WireTask]
}

private struct WireTask: Decodable {
  let taskArn: String
  let lastStatus: String?
  let stopCode: String?
  let stoppedReason: String?
  let createdAt: WireTime?
  let startedAt: WireTime?
  let stoppedAt: WireTime?
  let containers: [Container]?

  struct Container: Decodable {
    let name: String?
    let exitCode: Int?
    let reason: String?
    let lastStatus: String?
  }
}

extension TaskDescription {
  fileprivate init(_ wire: WireTask) {
    self.init(
      arn: wire.taskArn, lastStatus: wire.lastStatus, stopCode: nonEmpty(wire.stopCode),
      stoppedReason: nonEmpty(wire.stoppedReason), createdAt: wire.createdAt?.timestamp,
      startedAt: wire.startedAt?.timestamp, stoppedAt: wire.stoppedAt?.timestamp,
      containers: (wire.containers ?? []).map {
        ContainerDescription(
          name: $0.name ?? "", exitCode: $0.exitCode, reason: nonEmpty($0.reason), lastStatus: $0.lastStatus)
      })
  }
}
