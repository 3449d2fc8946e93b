// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html

import Core
import JSON

/// A task to be run once, beside any service.
public struct TaskRequest: Sendable, Hashable {
  /// What the task runs on.
  public enum Launch: String, Sendable, Hashable, CaseIterable {
    /// AWS Fargate.
    case fargate = "FARGATE"
    /// The cluster's own instances.
    case ec2 = "EC2"
    /// Registered machines of the user's own.
    case external = "EXTERNAL"
  }

  /// The network of a task that has one of its own (mode `awsvpc`).
  public struct Network: Sendable, Hashable {
    /// Where its interface is made; at least one.
    public var subnets: [String]
    /// What guards it; none for the default group of the VPC.
    public var securityGroups: [String]
    /// True where it is reached, and reaches out, by a public address.
    public var hasPublicIP: Bool

    /// A network with all its parts.
    public init(subnets: [String], securityGroups: [String], hasPublicIP: Bool) {
      self.subnets = subnets
      self.securityGroups = securityGroups
      self.hasPublicIP = hasPublicIP
    }
  }

  /// The cluster, by name.
  public var cluster: String
  /// `family`, `family:revision` or an ARN; a family means its newest revision.
  public var definition: String
  /// What it runs on; nil for what the cluster does by default.
  public var launch: Launch?
  /// Its network; nil for a definition of another network mode.
  public var network: Network?
  /// How many of it, 1 to 10.
  public var count: Int
  /// The tag that finds the tasks again: up to 128 letters, digits, `-`, `/` and `_`.
  public var startedBy: String
  /// By this AWS knows a repetition, and starts nothing then: up to 64 characters.
  public var clientToken: String

  /// A request with all its parts.
  public init(
    cluster: String, definition: String, launch: Launch?, network: Network?, count: Int, startedBy: String,
    clientToken: String
  ) {
    self.cluster = cluster
    self.definition = definition
    self.launch = launch
    self.network = network
    self.count = count
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
    precondition((1...10).contains(task.count), "one call starts 1 to 10 tasks")
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
    let network: JSONValue? = network.map { network in
      [
        "awsvpcConfiguration": [
          "subnets": .strings(network.subnets),
          "securityGroups": network.securityGroups.isEmpty ? nil : .strings(network.securityGroups),
          "assignPublicIp": network.hasPublicIP ? "ENABLED" : "DISABLED",
        ]
      ]
    }
    return [
      "cluster": .string(cluster), "taskDefinition": .string(definition), "count": .number("\(count)"),
      "launchType": launch.map { .string($0.rawValue) }, "networkConfiguration": network,
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
