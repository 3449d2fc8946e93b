// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html

public import Core
import JSON

/// A task to be run once, beside any service.
public struct TaskRequest: Sendable, Hashable {
  /// The cluster, by name.
  public var cluster: String
  /// `family`, `family:revision` or an ARN; a family means its newest revision.
  public var definition: String
  /// How it is placed.
  public var options: TaskOptions
  /// The tag that finds the tasks again: up to 128 letters, digits, `-`, `/` and `_`.
  public var startedBy: String
  /// By this AWS knows a repetition, and starts nothing then: up to 64 characters.
  public var clientToken: String

  /// A request with all its parts.
  public init(
    cluster: String, definition: String, options: TaskOptions, startedBy: String, clientToken: String
  ) {
    self.cluster = cluster
    self.definition = definition
    self.options = options
    self.startedBy = startedBy
    self.clientToken = clientToken
  }
}

/// A task that was asked for and was not started.
public struct TaskRefusal: Sendable, Hashable {
  /// AWS's word: `RESOURCE:MEMORY`, `AGENT`, `MISSING` and others.
  public let reason: String
  /// More of it, in AWS's words.
  public let detail: String?
  /// What it concerns: an instance, a cluster.
  public let arn: String?
}

extension AWSClient {
  /// Starts tasks. AWS answers with success where it starts none or a part of them, and says so in `failures`.
  ///
  /// The same request again does nothing more: AWS knows it by its client token, so an attempt whose answer was lost is
  /// repeated. Another request with a token that was used is a failure of kind `conflict`.
  ///
  /// - Parameter restart: the restart's id, which the user agent carries so that CloudTrail ties the call to its record.
  public func runTask(
    _ task: TaskRequest, restart: String
  ) async throws(AWSFailure) -> (tasks: [TaskDescription], failures: [TaskRefusal]) {
    precondition((1...10).contains(task.options.count), "one call starts 1 to 10 tasks")
    precondition((1...64).contains(task.clientToken.utf8.count), "a client token has 1 to 64 characters")
    return try await repeatableChange(.ecs, "RunTask", task.request, comment: "restart/\(restart)") {
      (json) throws(JSONFailure) in
      var tasks: [TaskDescription]?
      var failures: [TaskRefusal] = []
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "tasks": tasks = try json.list { (json) throws(JSONFailure) in try json.task() }
        case "failures":
          failures = try json.optionalList { (json) throws(JSONFailure) in try json.taskFailure() }
        default: try json.skip()
        }
      }
      return (try required(tasks, "tasks"), failures)
    }
  }
}

extension TaskRequest {
  fileprivate var request: JSONValue {
    let network: JSONValue = [
      "awsvpcConfiguration": [
        "subnets": .strings(options.subnets),
        "securityGroups": options.securityGroups.isEmpty ? nil : .strings(options.securityGroups),
        "assignPublicIp": options.hasPublicIP ? "ENABLED" : "DISABLED",
      ]
    ]
    return [
      "cluster": .string(cluster), "taskDefinition": .string(definition),
      "count": .number("\(options.count)"),
      "launchType": options.launch.map { .string($0.rawValue) },
      "networkConfiguration": options.subnets.isEmpty ? nil : network,
      "startedBy": .string(startedBy), "clientToken": .string(clientToken),
    ]
  }
}

extension JSONReader {
  fileprivate mutating func taskFailure() throws(JSONFailure) -> TaskRefusal {
    var (reason, detail, arn): (String?, String?, String?)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "reason": reason = try json.optionalString()
      case "detail": detail = try json.optionalString()
      case "arn": arn = try json.optionalString()
      default: try json.skip()
      }
    }
    return TaskRefusal(reason: reason ?? "", detail: nonEmpty(detail), arn: nonEmpty(arn))
  }
}
