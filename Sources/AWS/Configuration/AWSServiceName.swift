// SPDX-License-Identifier: Apache-2.0

/// A service that rollwatch calls, by the name that AWS's tools use for it in endpoint settings: a key of a
/// `[services]` section as it stands, the end of `AWS_ENDPOINT_URL_…` in capitals.
public enum AWSServiceName: String, Sendable, Hashable, CaseIterable {
  /// Parameter Store.
  case ssm
  /// Secrets Manager.
  case secretsManager = "secrets_manager"
  /// Elastic Container Service.
  case ecs
  /// CodeDeploy.
  case codeDeploy = "codedeploy"
  /// Security Token Service.
  case sts
  /// Simple Notification Service.
  case sns
  /// Simple Queue Service.
  case sqs
  /// The portal of IAM Identity Center, which turns a sign-in into a role's credentials.
  case sso
  /// The token service of IAM Identity Center, which renews a sign-in.
  case ssoOIDC = "sso_oidc"

  /// The environment variable that moves this service alone to another endpoint.
  public var endpointVariable: String { "AWS_ENDPOINT_URL_" + rawValue.uppercased() }
}
