// SPDX-License-Identifier: Apache-2.0
// The addresses are what the rule sets in botocore 1.43.11 give.

import Testing

@testable import AWS

private let table: [(AWSServiceName, String, fips: Bool, dual: Bool, String)] = [
  (.ssm, "eu-west-1", false, false, "ssm.eu-west-1.amazonaws.com"),
  (.ssm, "eu-west-1", false, true, "ssm.eu-west-1.api.aws"),
  (.ssm, "us-east-1", true, false, "ssm-fips.us-east-1.amazonaws.com"),
  (.ssm, "us-east-1", true, true, "ssm-fips.us-east-1.api.aws"),
  (.ssm, "us-gov-west-1", true, false, "ssm.us-gov-west-1.amazonaws.com"),
  (.ssm, "us-gov-west-1", true, true, "ssm-fips.us-gov-west-1.api.aws"),
  (.ecs, "us-gov-east-1", true, false, "ecs-fips.us-gov-east-1.amazonaws.com"),
  (.ecs, "cn-north-1", false, false, "ecs.cn-north-1.amazonaws.com.cn"),
  (.ecs, "cn-northwest-1", false, true, "ecs.cn-northwest-1.api.amazonwebservices.com.cn"),
  (.ecs, "eusc-de-east-1", false, false, "ecs.eusc-de-east-1.amazonaws.eu"),
  (.ecs, "eusc-de-east-1", false, true, "ecs.eusc-de-east-1.api.amazonwebservices.eu"),
  (.codeDeploy, "eu-west-1", false, false, "codedeploy.eu-west-1.amazonaws.com"),
  (.codeDeploy, "eu-west-1", true, true, "codedeploy-fips.eu-west-1.api.aws"),
  (.codeDeploy, "us-gov-west-1", true, false, "codedeploy-fips.us-gov-west-1.amazonaws.com"),
  (.codeDeploy, "cn-north-1", false, false, "codedeploy.cn-north-1.amazonaws.com.cn"),
  (.codeDeploy, "eusc-de-east-1", false, true, "codedeploy.eusc-de-east-1.api.amazonwebservices.eu"),
  (.secretsManager, "eu-west-1", false, true, "secretsmanager.eu-west-1.amazonaws.com"),
  (.secretsManager, "eu-west-1", true, true, "secretsmanager-fips.eu-west-1.amazonaws.com"),
  (.secretsManager, "cn-north-1", false, true, "secretsmanager.cn-north-1.amazonaws.com.cn"),
  (.secretsManager, "cn-north-1", true, true, "secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn"),
  (.secretsManager, "us-gov-west-1", true, false, "secretsmanager-fips.us-gov-west-1.amazonaws.com"),
  (.secretsManager, "us-iso-east-1", false, true, "secretsmanager.us-iso-east-1.api.aws.ic.gov"),
  (.sts, "us-isob-east-1", true, false, "sts-fips.us-isob-east-1.sc2s.sgov.gov"),
  (.sts, "eu-isoe-west-1", false, true, "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk"),
  (.sts, "us-isof-south-1", false, false, "sts.us-isof-south-1.csp.hci.ic.gov"),
  (.sts, "us-gov-west-1", true, false, "sts.us-gov-west-1.amazonaws.com"),
  (.sqs, "ap-southeast-7", true, true, "sqs-fips.ap-southeast-7.api.aws"),
  (.sso, "eu-west-1", true, false, "portal.sso-fips.eu-west-1.amazonaws.com"),
  (.ssoOIDC, "us-gov-west-1", true, false, "oidc.us-gov-west-1.amazonaws.com"),
  (.ssm, "mars-north-1", false, false, "ssm.mars-north-1.amazonaws.com"),
]

struct EndpointTests {
  @Test(arguments: table)
  func `each service is where AWS's own tools find it`(
    _ service: AWSServiceName, _ region: String, fips: Bool, dual: Bool, _ host: String
  ) {
    let options = EndpointOptions(overrides: .none, usesFIPS: fips, usesDualStack: dual)
    #expect(options.url(of: service, in: region) == "https://\(host)")
  }

  @Test func `an override is taken as it is, for its service alone`() {
    let overrides = EndpointOverrides([.ssm: "http://127.0.0.1:5000/x"])
    let options = EndpointOptions(overrides: overrides, usesFIPS: true, usesDualStack: true)
    #expect(options.url(of: .ssm, in: "eu-west-1") == "http://127.0.0.1:5000/x")
    #expect(options.url(of: .ecs, in: "eu-west-1") == "https://ecs-fips.eu-west-1.api.aws")
  }
}
