// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html

import JSON

extension AWSClient {
  /// Which of at most 100 tasks of services are protected from being stopped; their ARNs.
  public func protectedTasks(
    cluster: String, among tasks: [String]
  ) async throws(AWSFailure) -> [String] {
    precondition((1...100).contains(tasks.count), "one call takes 1 to 100 tasks")
    let request: JSONValue = ["cluster": .string(cluster), "tasks": .strings(tasks)]
    return try await read(.ecs, "GetTaskProtection", request) { (json) throws(JSONFailure) in
      var protected: [String]?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "protectedTasks":
          protected = try json.list { (json) throws(JSONFailure) in try json.protectedTask() }
            .compactMap { $0 }
        default: try json.skip()
        }
      }
      return try required(protected, "protectedTasks")
    }
  }
}

extension JSONReader {
  /// The task's ARN; nil where it is not protected.
  fileprivate mutating func protectedTask() throws(JSONFailure) -> String? {
    var arn: String?
    var isProtected = false
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "taskArn": arn = try json.optionalString()
      case "protectionEnabled":
        isProtected = try json.optional { (json) throws(JSONFailure) in try json.bool() } ?? false
      default: try json.skip()
      }
    }
    return isProtected ? arn : nil
  }
}
