// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html

import JSON

extension AWSClient {
  /// Reads at most 20 service deployments. Those that AWS does not know are left out.
  public func describeServiceDeployments(
    _ arns: [String]
  ) async throws(AWSFailure) -> [ServiceDeploymentDescription] {
    precondition((1...20).contains(arns.count), "one call takes 1 to 20 service deployments")
    let request: JSONValue = ["serviceDeploymentArns": .strings(arns)]
    return try await list(
      .ecs, "DescribeServiceDeployments", request, limiter: serviceDeploymentsLimiter
    ) { (json) throws(JSONFailure) in
      var deployments: [ServiceDeploymentDescription]?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "serviceDeployments": deployments = try json.serviceDeployments()
        default: try json.skip()
        }
      }
      return try required(deployments, "serviceDeployments")
    }.page
  }
}
