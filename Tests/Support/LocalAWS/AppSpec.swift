// SPDX-License-Identifier: Apache-2.0
// What a deployment of an ECS service is told to do:
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html

import Platform

struct AppSpec {
  let taskDefinition: String

  /// The revision of a `CreateDeployment`, which has to be JSON with its right hash.
  init(of call: Call) throws(APIError) {
    guard let revision = call.input["revision"] else {
      throw APIError("RevisionRequiredException", "The revision ID was not specified.")
    }
    guard revision["revisionType"] == "AppSpecContent",
      let content = revision["appSpecContent"]?["content"]?.string
    else {
      throw APIError(
        "InvalidRevisionException", "For ECS deployment group, revision type can be S3 or AppSpecContent.")
    }
    if let hash = revision["appSpecContent"]?["sha256"]?.string, hash != SHA256.hash(content.utf8).hex {
      throw APIError("InvalidRevisionException", "The sha256 is not that of the content.")
    }
    guard let spec = try? JSON(reading: Array(content.utf8)),
      let resource = spec["Resources"]?[0]?["TargetService"], resource["Type"] == "AWS::ECS::Service",
      let definition = resource["Properties"]?["TaskDefinition"]?.string,
      let balancer = resource["Properties"]?["LoadBalancerInfo"], balancer["ContainerName"]?.string != nil,
      balancer["ContainerPort"]?.integer != nil
    else {
      throw APIError("InvalidRevisionException", "The AppSpec file is not one of an ECS service.")
    }
    taskDefinition = definition
  }
}
