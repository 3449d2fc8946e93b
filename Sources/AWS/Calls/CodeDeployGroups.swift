// SPDX-License-Identifier: Apache-2.0
// Where CodeDeploy deploys to. https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentGroupInfo.html

import JSON

/// A deployment group of CodeDeploy.
public struct DeploymentGroup: Sendable, Hashable {
  /// The application it belongs to.
  public let application: String
  /// Its name, unique in the application.
  public let name: String
  /// `ECS`, `Lambda` or `Server`; nil where AWS does not say.
  public let platform: String?
  /// The ECS services it deploys; one, where the platform is ECS.
  public let services: [DeployedService]
}

/// An ECS service as a deployment group names it.
public struct DeployedService: Sendable, Hashable {
  /// The cluster's name.
  public let cluster: String
  /// The service's name.
  public let name: String

  /// A service by its names.
  public init(cluster: String, name: String) {
    self.cluster = cluster
    self.name = name
  }
}

extension AWSClient {
  /// Reads one group. A failure of kind `notFound` where there is no such group, or no such application.
  public func getDeploymentGroup(
    application: String, group: String
  ) async throws(AWSFailure) -> DeploymentGroup {
    let request: JSONValue = [
      "applicationName": .string(application), "deploymentGroupName": .string(group),
    ]
    return try await read(.codeDeploy, "GetDeploymentGroup", request) { (json) throws(JSONFailure) in
      var group: DeploymentGroup?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "deploymentGroupInfo": group = try json.deploymentGroup()
        default: try json.skip()
        }
      }
      return try required(group, "deploymentGroupInfo")
    }
  }

  /// Reads at most 100 groups of an application. Those that do not exist are left out.
  public func batchGetDeploymentGroups(
    application: String, groups: [String]
  ) async throws(AWSFailure) -> [DeploymentGroup] {
    precondition((1...100).contains(groups.count), "one call takes 1 to 100 groups")
    let request: JSONValue = [
      "applicationName": .string(application), "deploymentGroupNames": .strings(groups),
    ]
    return try await read(.codeDeploy, "BatchGetDeploymentGroups", request) { (json) throws(JSONFailure) in
      var groups: [DeploymentGroup]?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "deploymentGroupsInfo":
          groups = try json.list { (json) throws(JSONFailure) in try json.deploymentGroup() }
        default: try json.skip()
        }
      }
      return try required(groups, "deploymentGroupsInfo")
    }
  }

  /// The names of all applications, of any platform.
  public func listApplications() async throws(AWSFailure) -> [String] {
    try await allNames("ListApplications", [], in: "applications")
  }

  /// The names of all groups of an application.
  public func listDeploymentGroups(application: String) async throws(AWSFailure) -> [String] {
    try await allNames(
      "ListDeploymentGroups", [.init("applicationName", .string(application))], in: "deploymentGroups")
  }

  /// All pages of a listing of names. CodeDeploy chooses their size.
  func allNames(
    _ operation: String, _ parameters: [JSONValue.Member], in member: String
  ) async throws(AWSFailure) -> [String] {
    var pages = PageGuard(operation: "codedeploy:\(operation)", pageLimit: 100)
    var names: [String] = []
    var token: String?
    repeat {
      let cursor = token.map { [JSONValue.Member("nextToken", .string($0))] } ?? []
      let request = JSONValue.object(parameters + cursor)
      let page = try await read(.codeDeploy, operation, request) { (json) throws(JSONFailure) in
        try json.names(in: member)
      }
      names += page.names
      token = try pages.follow(nonEmpty(page.nextToken))
    } while token != nil
    return names
  }
}

extension JSONReader {
  fileprivate mutating func names(
    in member: String
  ) throws(JSONFailure) -> (names: [String], nextToken: String?) {
    var names: [String]?
    var nextToken: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case member: names = try json.list { (json) throws(JSONFailure) in try json.string() }
      case "nextToken": nextToken = try json.optionalString()
      default: try json.skip()
      }
    }
    return (try required(names, member), nextToken)
  }

  fileprivate mutating func deploymentGroup() throws(JSONFailure) -> DeploymentGroup {
    var (application, name, platform): (String?, String?, String?)
    var services: [DeployedService] = []
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "applicationName": application = try json.string()
      case "deploymentGroupName": name = try json.string()
      case "computePlatform": platform = try json.optionalString()
      case "ecsServices":
        services = try json.optionalList { (json) throws(JSONFailure) in try json.deployedService() }
      default: try json.skip()
      }
    }
    return DeploymentGroup(
      application: try required(application, "applicationName"),
      name: try required(name, "deploymentGroupName"), platform: nonEmpty(platform), services: services)
  }

  private mutating func deployedService() throws(JSONFailure) -> DeployedService {
    var (cluster, name): (String?, String?)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "clusterName": cluster = try json.string()
      case "serviceName": name = try json.string()
      default: try json.skip()
      }
    }
    return DeployedService(
      cluster: try required(cluster, "clusterName"), name: try required(name, "serviceName"))
  }
}
