// SPDX-License-Identifier: Apache-2.0
// How each service is spoken to, from AWS's own service models.

/// The form of a service's requests and answers.
enum WireProtocol: Sendable, Hashable {
  /// JSON in `POST /`, the operation in `X-Amz-Target` after `target` and a dot.
  case json(version: String, target: String)
  /// A form in `POST /` with `Action` and `Version`; XML back.
  case query(version: String)
  /// Paths and verbs of its own.
  case rest
}

extension AWSServiceName {
  /// The name in the credential's scope.
  var signingName: String {
    switch self {
    case .ssm: "ssm"
    case .secretsManager: "secretsmanager"
    case .ecs: "ecs"
    case .codeDeploy: "codedeploy"
    case .sts: "sts"
    case .sns: "sns"
    case .sqs: "sqs"
    case .sso: "awsssoportal"
    case .ssoOIDC: "sso-oauth"
    }
  }

  /// What its host names begin with.
  var hostPrefix: String {
    switch self {
    case .ssm: "ssm"
    case .secretsManager: "secretsmanager"
    case .ecs: "ecs"
    case .codeDeploy: "codedeploy"
    case .sts: "sts"
    case .sns: "sns"
    case .sqs: "sqs"
    case .sso: "portal.sso"
    case .ssoOIDC: "oidc"
    }
  }

  /// The form of its requests.
  var wire: WireProtocol {
    switch self {
    case .ssm: .json(version: "1.1", target: "AmazonSSM")
    case .secretsManager: .json(version: "1.1", target: "secretsmanager")
    case .ecs: .json(version: "1.1", target: "AmazonEC2ContainerServiceV20141113")
    case .codeDeploy: .json(version: "1.1", target: "CodeDeploy_20141006")
    case .sts: .query(version: "2011-06-15")
    case .sns: .query(version: "2010-03-31")
    case .sqs: .json(version: "1.0", target: "AmazonSQS")
    case .sso, .ssoOIDC: .rest
    }
  }
}
