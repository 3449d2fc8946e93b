// SPDX-License-Identifier: Apache-2.0
// A deployment of CodeDeploy: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html

import Core

/// How a deployment of CodeDeploy will go.
public enum DeploymentCourse: Sendable, Hashable {
  /// The new tasks take over the traffic after so long; for so long the old ones wait for their end.
  case succeeds(after: Duration, terminating: Duration)
  /// It fails, with CodeDeploy's code and words, and nothing is replaced.
  case fails(after: Duration, code: String, message: String)
  /// Somebody stops it.
  case isStopped(after: Duration)
  /// The new tasks are ready after so long, and wait for `ContinueDeployment`; then they take over.
  case waits(after: Duration)
  /// It is in progress for ever.
  case hangs
}

struct Deployment: Sendable {
  let id: String
  let application: String
  let group: String
  let description: String?
  let revision: JSON
  /// What the new tasks are made from.
  let taskDefinition: String
  let createdAt: Timestamp
  let course: DeploymentCourse
  private(set) var status = "Created"
  private(set) var completedAt: Timestamp?
  /// True once the new tasks have taken over.
  private(set) var hasShifted = false
  private var isTerminating = false
  private var error: JSON?

  init(
    id: String, application: String, group: String, description: String?, revision: JSON,
    taskDefinition: String, createdAt: Timestamp, course: DeploymentCourse
  ) {
    self.id = id
    self.application = application
    self.group = group
    self.description = description
    self.revision = revision
    self.taskDefinition = taskDefinition
    self.createdAt = createdAt
    self.course = course
  }

  /// True until it has come to its end; a group takes no other one before that.
  var isActive: Bool { completedAt == nil }

  mutating func advance(to now: Timestamp) {
    guard isActive else { return }
    if now > createdAt, status == "Created" { status = "InProgress" }
    switch course {
    case .succeeds(let time, let terminating):
      guard now >= createdAt + time else { break }
      (hasShifted, isTerminating, status) = (true, terminating > .zero, "InProgress")
      if now >= createdAt + time + terminating { end("Succeeded", at: createdAt + time + terminating) }
    case .fails(let time, let code, let message):
      guard now >= createdAt + time else { break }
      error = ["code": .string(code), "message": .string(message)]
      end("Failed", at: createdAt + time)
    case .isStopped(let time):
      if now >= createdAt + time { stop(at: createdAt + time) }
    case .waits(let time):
      if now >= createdAt + time { status = "Ready" }
    case .hangs: break
    }
  }

  mutating func stop(at now: Timestamp) {
    guard isActive else { return }
    error = ["code": "MANUAL_STOP", "message": "The deployment was stopped by a user."]
    end("Stopped", at: now)
  }

  /// False where it does not wait for that.
  mutating func resume(at now: Timestamp) -> Bool {
    guard status == "Ready" else { return false }
    hasShifted = true
    end("Succeeded", at: now)
    return true
  }

  private mutating func end(_ status: String, at now: Timestamp) {
    self.status = status
    completedAt = now
  }

  var described: JSON {
    .present([
      "applicationName": .string(application), "deploymentGroupName": .string(group),
      "deploymentId": .string(id), "status": .string(status), "createTime": .time(createdAt),
      "completeTime": completedAt.map(JSON.time), "description": description.map(JSON.string),
      "creator": "user", "computePlatform": "ECS", "revision": revision, "errorInformation": error,
      "instanceTerminationWaitTimeStarted": .bool(isTerminating),
    ])
  }
}
