// SPDX-License-Identifier: Apache-2.0
// A task that `RunTask` started, beside any service. How far it is follows from its course and the time.

import Core

/// How tasks that are run once will go.
public enum TaskCourse: Sendable, Hashable {
  /// They run, and after so long the containers end: those that are named with these exit codes, the others with 0.
  case ends(after: Duration, codes: [String: Int])
  /// They are pending for so long, and then stop for this reason without having run.
  case failsToStart(after: Duration, reason: String)
  /// They run until somebody stops them.
  case runs
  /// Of the tasks that are asked for only so many start, and those end at once; `RunTask` says why the others do not.
  case isRefused(starting: Int, reason: String, detail: String?)
}

/// What both a service's tasks and those that are run once are to the calls that read tasks.
protocol ListedTask {
  var arn: String { get }
  var group: String { get }
  var startedBy: String { get }
  var taskDefinition: String { get }
  var isStopped: Bool { get }
  var described: JSON { get }
}

extension ServiceTask: ListedTask {}

struct OneTask: ListedTask, Sendable {
  let arn: String
  let cluster: String
  let clusterARN: String
  let group: String
  let startedBy: String
  let taskDefinition: String
  let launchType: String
  /// In the definition's order.
  let containers: [String]
  let createdAt: Timestamp
  let course: TaskCourse
  private(set) var startedAt: Timestamp?
  private(set) var stoppedAt: Timestamp?
  private var stopCode: String?
  private var stoppedReason: String?
  private var exitCodes: [String: Int] = [:]

  var isStopped: Bool { stoppedAt != nil }

  init(
    arn: String, cluster: String, clusterARN: String, group: String, startedBy: String,
    taskDefinition: String, launchType: String, containers: [String], createdAt: Timestamp, course: TaskCourse
  ) {
    self.arn = arn
    self.cluster = cluster
    self.clusterARN = clusterARN
    self.group = group
    self.startedBy = startedBy
    self.taskDefinition = taskDefinition
    self.launchType = launchType
    self.containers = containers
    self.createdAt = createdAt
    self.course = course
  }

  /// PENDING, then RUNNING for the second half of its life, then STOPPED.
  mutating func advance(to now: Timestamp) {
    guard !isStopped else { return }
    switch course {
    case .ends(let life, let codes):
      if now >= createdAt + life / 2 { startedAt = createdAt + life / 2 }
      if now >= createdAt + life { end(codes, at: createdAt + life) }
    case .failsToStart(let life, let reason):
      if now >= createdAt + life { stop("TaskFailedToStart", reason, codes: [:], at: createdAt + life) }
    case .runs: startedAt = createdAt
    case .isRefused:
      startedAt = createdAt
      end([:], at: createdAt)
    }
  }

  /// Stops it at a user's wish: what still runs is killed.
  mutating func stop(reason: String, at now: Timestamp) {
    guard !isStopped else { return }
    let codes = startedAt == nil ? [:] : Dictionary(uniqueKeysWithValues: containers.map { ($0, 137) })
    stop("UserInitiated", reason, codes: codes, at: now)
  }

  private mutating func end(_ codes: [String: Int], at time: Timestamp) {
    let all = Dictionary(uniqueKeysWithValues: containers.map { ($0, codes[$0] ?? 0) })
    stop("EssentialContainerExited", "Essential container in task exited", codes: all, at: time)
  }

  private mutating func stop(_ code: String, _ reason: String, codes: [String: Int], at time: Timestamp) {
    stoppedAt = time
    stopCode = code
    stoppedReason = reason
    exitCodes = codes
  }

  private var lastStatus: String { isStopped ? "STOPPED" : startedAt == nil ? "PENDING" : "RUNNING" }

  var described: JSON {
    .present([
      "taskArn": .string(arn), "clusterArn": .string(clusterARN),
      "taskDefinitionArn": .string(taskDefinition), "group": .string(group),
      "startedBy": startedBy.isEmpty ? nil : .string(startedBy), "launchType": .string(launchType),
      "lastStatus": .string(lastStatus), "desiredStatus": .string(isStopped ? "STOPPED" : "RUNNING"),
      "createdAt": .time(createdAt), "startedAt": startedAt.map(JSON.time),
      "stoppedAt": stoppedAt.map(JSON.time), "stopCode": stopCode.map(JSON.string),
      "stoppedReason": stoppedReason.map(JSON.string), "containers": .array(containers.map(container)),
    ])
  }

  private func container(_ name: String) -> JSON {
    .present([
      "containerArn": .string("\(arn.replacing(":task/", with: ":container/"))/\(name)"),
      "taskArn": .string(arn), "name": .string(name), "lastStatus": .string(lastStatus),
      "exitCode": exitCodes[name].map { .integer(Int64($0)) },
    ])
  }
}
