// SPDX-License-Identifier: Apache-2.0
// What a service consists of over time: its deployments, their tasks, and what is said about them.

import Core

/// One entry of a service's `deployments`.
struct ServiceDeployment: Sendable {
  let id: String
  /// PRIMARY for the one that ECS works towards, ACTIVE for those that still have tasks.
  var status = "PRIMARY"
  let taskDefinition: String
  var desiredCount: Int
  var failedTasks = 0
  let createdAt: Timestamp
  var updatedAt: Timestamp
  var rolloutState = "IN_PROGRESS"
  var rolloutStateReason: String

  func described(running: Int, pending: Int, launchType: String, clockLag: Duration, isShift: Bool)
    -> JSON
  {
    .present([
      "id": .string(id), "status": .string(status), "taskDefinition": .string(taskDefinition),
      "desiredCount": .integer(Int64(desiredCount)), "pendingCount": .integer(Int64(pending)),
      "runningCount": .integer(Int64(running)), "failedTasks": .integer(Int64(failedTasks)),
      "createdAt": .time(createdAt - clockLag), "updatedAt": .time(updatedAt - clockLag),
      "launchType": .string(launchType),
      // ECS tells no rollout state of a deployment that shifts traffic.
      "rolloutState": isShift ? nil : .string(rolloutState),
      "rolloutStateReason": isShift ? nil : .string(rolloutStateReason),
    ])
  }
}

/// One task of a service.
struct ServiceTask: Sendable {
  let arn: String
  let clusterARN: String
  let group: String
  let startedBy: String
  let taskDefinition: String
  let createdAt: Timestamp
  var startedAt: Timestamp?
  var stoppedAt: Timestamp?
  var lastStatus = "PENDING"
  var stopCode: String?
  var stoppedReason: String?
  var exitCode: Int?

  var isStopped: Bool { stoppedAt != nil }

  mutating func stop(_ code: String, _ reason: String, exitCode: Int?, at now: Timestamp) {
    lastStatus = "STOPPED"
    stoppedAt = now
    stopCode = code
    stoppedReason = reason
    self.exitCode = exitCode
  }

  var described: JSON {
    let container: JSON = .present([
      "containerArn": .string(arn.replacing(":task/", with: ":container/") + "/app"), "taskArn": .string(arn),
      "name": "app", "lastStatus": .string(lastStatus), "exitCode": exitCode.map { .integer(Int64($0)) },
      "reason": exitCode == nil && stopCode == "TaskFailedToStart" ? stoppedReason.map(JSON.string) : nil,
    ])
    return .present([
      "taskArn": .string(arn), "clusterArn": .string(clusterARN),
      "taskDefinitionArn": .string(taskDefinition),
      "group": .string(group), "startedBy": .string(startedBy), "lastStatus": .string(lastStatus),
      "desiredStatus": .string(isStopped ? "STOPPED" : "RUNNING"), "createdAt": .time(createdAt),
      "startedAt": startedAt.map(JSON.time), "stoppedAt": stoppedAt.map(JSON.time),
      "stopCode": stopCode.map(JSON.string), "stoppedReason": stoppedReason.map(JSON.string),
      "containers": [container],
    ])
  }
}

/// One entry of a service's `events`.
struct ServiceEvent: Sendable {
  let id: String
  let createdAt: Timestamp
  let message: String

  var described: JSON {
    ["id": .string(id), "createdAt": .time(createdAt), "message": .string(message)]
  }
}
