// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html

import JSON

/// What a task is meant to be.
public enum DesiredTaskStatus: String, Sendable, Hashable, CaseIterable {
  /// Running, or on its way there.
  case running = "RUNNING"
  /// Stopped, or on its way there. AWS forgets such tasks after an hour or so.
  case stopped = "STOPPED"
}

extension AWSClient {
  /// The ARNs of the first tasks, about 100 at most, that somebody started: for a service's tasks, the id
  /// of their deployment.
  public func listTasks(
    cluster: String, startedBy: String, desiredStatus: DesiredTaskStatus
  ) async throws(AWSFailure) -> [String] {
    try await listTasks(cluster: cluster, ("startedBy", startedBy), desiredStatus: desiredStatus)
  }

  /// The ARNs of the first tasks of a service, about 100 at most.
  public func listTasks(
    cluster: String, service: String, desiredStatus: DesiredTaskStatus
  ) async throws(AWSFailure) -> [String] {
    try await listTasks(cluster: cluster, ("serviceName", service), desiredStatus: desiredStatus)
  }

  private func listTasks(
    cluster: String, _ filter: (name: String, value: String), desiredStatus: DesiredTaskStatus
  ) async throws(AWSFailure) -> [String] {
    var pages = PageGuard(operation: "ecs:ListTasks", pageLimit: 20)
    var tasks: [String] = []
    var token: String?
    repeat {
      let request: JSONValue = [
        "cluster": .string(cluster), filter.name: .string(filter.value),
        "desiredStatus": .string(desiredStatus.rawValue), "nextToken": token.map(JSONValue.string),
      ]
      let page = try await read(.ecs, "ListTasks", request) { (json) throws(JSONFailure) in
        try json.taskListing()
      }
      tasks += page.tasks
      token = try pages.follow(nonEmpty(page.nextToken))
    } while token != nil && tasks.count < 100
    return tasks
  }
}

extension JSONReader {
  fileprivate mutating func taskListing() throws(JSONFailure) -> (tasks: [String], nextToken: String?) {
    var tasks: [String]?
    var nextToken: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "taskArns": tasks = try json.list { (json) throws(JSONFailure) in try json.string() }
      case "nextToken": nextToken = try json.optionalString()
      default: try json.skip()
      }
    }
    return (try required(tasks, "taskArns"), nextToken)
  }
}
