// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html

import JSON

/// A task definition, without what its containers are given: environment variables may hold what is nobody's business.
public struct TaskDefinition: Sendable, Hashable {
  /// Its ARN, which ends in `family:revision`.
  public let arn: String
  /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.
  public let status: String?
  /// The name that all its revisions share.
  public let family: String
  /// `awsvpc`, `bridge`, `host` or `none`.
  public let networkMode: String?
  /// The names of the containers whose end is the end of the task.
  public let essentialContainers: [String]
}

extension AWSClient {
  /// Reads a task definition by `family`, `family:revision` or ARN. One that does not exist is a failure of kind
  /// `invalid` with the code `ClientException`: so AWS has it.
  public func describeTaskDefinition(_ definition: String) async throws(AWSFailure) -> TaskDefinition {
    let request: JSONValue = ["taskDefinition": .string(definition)]
    return try await read(.ecs, "DescribeTaskDefinition", request) { (json) throws(JSONFailure) in
      var definition: TaskDefinition?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "taskDefinition": definition = try json.taskDefinition()
        default: try json.skip()
        }
      }
      return try required(definition, "taskDefinition")
    }
  }
}

extension JSONReader {
  fileprivate mutating func taskDefinition() throws(JSONFailure) -> TaskDefinition {
    var (arn, status, family, networkMode): (String?, String?, String?, String?)
    var essential: [String] = []
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "taskDefinitionArn": arn = try json.string()
      case "status": status = try json.optionalString()
      case "family": family = try json.string()
      case "networkMode": networkMode = try json.optionalString()
      case "containerDefinitions":
        essential = try json.optionalList { (json) throws(JSONFailure) in try json.essentialContainer() }
          .compactMap { $0 }
      default: try json.skip()
      }
    }
    return TaskDefinition(
      arn: try required(arn, "taskDefinitionArn"), status: nonEmpty(status),
      family: try required(family, "family"), networkMode: nonEmpty(networkMode),
      essentialContainers: essential)
  }

  /// The container's name; nil where it says that it is not essential.
  private mutating func essentialContainer() throws(JSONFailure) -> String? {
    var name: String?
    var isEssential: Bool?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "name": name = try json.optionalString()
      case "essential": isEssential = try json.optional { (json) throws(JSONFailure) in try json.bool() }
      default: try json.skip()
      }
    }
    return isEssential ?? true ? name : nil
  }
}
