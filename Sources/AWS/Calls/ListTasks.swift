// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html

/// What a task is meant to be.
public enum DesiredTaskStatus: String, Sendable, Hashable, CaseIterable, Encodable {
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
    var pages = PageGuard(operation: "ecs:ListTasks", pageLimit: 20)
    var tasks: [String] = []
    var token: String?
    repeat {
      let request = ListTasksRequest(
        cluster: cluster, startedBy: startedBy, desiredStatus: desiredStatus, nextToken: token)
      let page = try await read(.ecs, "ListTasks", request, as: ListTasksResponse.self)
      tasks += page.taskArns
      token = try pages.follow(nonEmpty(page.nextToken))
    } while token != nil && tasks.count < 100
    return tasks
  }
}

private struct ListTasksRequest: Encodable {
  let cluster: String
  let startedBy: String
  let desiredStatus: DesiredTaskStatus
  let nextToken: String?
}

private struct ListTasksResponse: Decodable {
  let taskArns: [String]
  let nextToken: String?
}
