// SPDX-License-Identifier: Apache-2.0
// What CodeDeploy does. https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html

public import Core
import JSON
import Platform

/// A deployment of CodeDeploy.
public struct CodeDeployment: Sendable, Hashable {
  /// `d-A1B2C3D4E`.
  public let id: String
  /// `Created`, `Queued`, `InProgress`, `Baking`, `Succeeded`, `Failed`, `Stopped` or `Ready`.
  public let status: String
  /// When it was made, by AWS's clock.
  public let createdAt: Timestamp
  /// When it came to its end.
  public let completedAt: Timestamp?
  /// What the one who made it wrote.
  public let description: String?
  /// `user`, `codeDeployRollback` and others.
  public let creator: String?
  /// Why it failed or was stopped: a code such as `HOOK_EXECUTION_FAILURE`, and CodeDeploy's words.
  public let error: CodeDeployError?
  /// The deployment that puts the old state back, where there is one.
  public let rollbackID: String?
  /// True from the moment when all traffic goes to the new tasks and the old ones only wait for their end: an hour
  /// where nobody said otherwise, in which the status stays `InProgress`.
  public let isTerminatingOldTasks: Bool
}

/// Why a deployment failed or was stopped.
public struct CodeDeployError: Sendable, Hashable {
  /// CodeDeploy's name for it.
  public let code: String?
  /// CodeDeploy's words.
  public let message: String?
}

extension AWSClient {
  /// Deploys to a group what `appSpec` describes, and returns the deployment's id.
  ///
  /// AWS gives this call no token to tell a repetition by, so it is sent again only after an attempt that did nothing. After
  /// a failure that `mayHaveTakenEffect`, look for a new deployment. A group that has one under way already is a failure
  /// of kind `conflict`.
  ///
  /// - Parameters:
  ///   - appSpec: the content of an AppSpec file, as JSON.
  ///   - description: kept with the deployment; up to 256 characters.
  ///   - restart: the restart's id, which the user agent carries so that CloudTrail ties the call to its record.
  public func createDeployment(
    application: String, group: String, appSpec: String, description: String, restart: String
  ) async throws(AWSFailure) -> String {
    precondition(
      restart.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a restart's id is to be part of a header")
    let request: JSONValue = [
      "applicationName": .string(application), "deploymentGroupName": .string(group),
      "description": .string(description),
      "revision": [
        "revisionType": "AppSpecContent",
        "appSpecContent": [
          "content": .string(appSpec), "sha256": .string(SHA256.hash(appSpec.utf8).hex),
        ],
      ],
    ]
    return try await change(.codeDeploy, "CreateDeployment", request, comment: "restart/\(restart)") {
      (json) throws(JSONFailure) in
      var id: String?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "deploymentId": id = try json.string()
        default: try json.skip()
        }
      }
      return try required(id, "deploymentId")
    }
  }

  /// Reads a deployment; a failure of kind `notFound` where there is none of this id.
  public func getDeployment(_ id: String) async throws(AWSFailure) -> CodeDeployment {
    try await read(.codeDeploy, "GetDeployment", ["deploymentId": .string(id)]) {
      (json) throws(JSONFailure) in
      var deployment: CodeDeployment?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "deploymentInfo": deployment = try json.codeDeployment()
        default: try json.skip()
        }
      }
      return try required(deployment, "deploymentInfo")
    }
  }

  /// The ids of a group's deployments that were made since then, in no order that AWS promises.
  public func listDeployments(
    application: String, group: String, since: Timestamp
  ) async throws(AWSFailure) -> [String] {
    try await allNames(
      "ListDeployments",
      [
        .init("applicationName", .string(application)), .init("deploymentGroupName", .string(group)),
        .init("createTimeRange", ["start": .number("\(since.milliseconds / 1_000)")]),
      ], in: "deployments")
  }
}

extension JSONReader {
  fileprivate mutating func codeDeployment() throws(JSONFailure) -> CodeDeployment {
    var (id, status, description, creator): (String?, String?, String?, String?)
    var (createdAt, completedAt): (WireTime?, WireTime?)
    var error: CodeDeployError?
    var rollbackID: String?
    var isTerminating: Bool?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "deploymentId": id = try json.string()
      case "status": status = try json.string()
      case "createTime": createdAt = try json.time()
      case "completeTime": completedAt = try json.optionalTime()
      case "description": description = try json.optionalString()
      case "creator": creator = try json.optionalString()
      case "errorInformation":
        error = try json.optional { (json) throws(JSONFailure) in try json.codeDeployError() }
      case "rollbackInfo":
        rollbackID = try json.optional { (json) throws(JSONFailure) in try json.rollbackID() } ?? nil
      case "instanceTerminationWaitTimeStarted":
        isTerminating = try json.optional { (json) throws(JSONFailure) in try json.bool() }
      default: try json.skip()
      }
    }
    return CodeDeployment(
      id: try required(id, "deploymentId"), status: try required(status, "status"),
      createdAt: try required(createdAt, "createTime").timestamp, completedAt: completedAt?.timestamp,
      description: nonEmpty(description), creator: nonEmpty(creator), error: error, rollbackID: rollbackID,
      isTerminatingOldTasks: isTerminating ?? false)
  }

  private mutating func codeDeployError() throws(JSONFailure) -> CodeDeployError {
    var (code, message): (String?, String?)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "code": code = try json.optionalString()
      case "message": message = try json.optionalString()
      default: try json.skip()
      }
    }
    return CodeDeployError(code: nonEmpty(code), message: nonEmpty(message))
  }

  private mutating func rollbackID() throws(JSONFailure) -> String? {
    var id: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "rollbackDeploymentId": id = try json.optionalString()
      default: try json.skip()
      }
    }
    return nonEmpty(id)
  }
}
