// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html

import JSON

extension AWSClient {
  /// The service deployments of the last 90 days, as far as ECS keeps them, with the newest first whatever order they come in.
  public func listServiceDeployments(
    cluster: String, service: String
  ) async throws(AWSFailure) -> [ServiceDeploymentDescription] {
    var pages = PageGuard(operation: "ecs:ListServiceDeployments", pageLimit: 100)
    var deployments: [ServiceDeploymentDescription] = []
    var token: String?
    repeat {
      let request: JSONValue = [
        "cluster": .string(cluster), "service": .string(service), "maxResults": 100,
        "nextToken": token.map(JSONValue.string),
      ]
      let (page, _) = try await list(
        .ecs, "ListServiceDeployments", request, limiter: serviceDeploymentsLimiter
      ) { (json) throws(JSONFailure) in try json.serviceDeploymentListing() }
      deployments += page.deployments
      token = try pages.follow(nonEmpty(page.nextToken))
    } while token != nil
    return deployments.sorted { ($1.createdAt, $1.arn) < ($0.createdAt, $0.arn) }
  }
}

extension JSONReader {
  fileprivate mutating func serviceDeploymentListing() throws(JSONFailure)
    -> (deployments: [ServiceDeploymentDescription], nextToken: String?)
  {
    var deployments: [ServiceDeploymentDescription]?
    var nextToken: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "serviceDeployments": deployments = try json.serviceDeployments()
      case "nextToken": nextToken = try json.optionalString()
      default: try json.skip()
      }
    }
    return (try required(deployments, "serviceDeployments"), nextToken)
  }
}
