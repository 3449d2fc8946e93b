// SPDX-License-Identifier: Apache-2.0
// AWS's rate limits: token buckets per account, Region and category of operations.

import Core

/// How many calls may come at once, and how many a second after that.
public struct Quota: Sendable, Hashable {
  /// The calls that may come at once.
  public var burst: Double
  /// The calls a second that fill the bucket again.
  public var perSecond: Double

  /// A quota with both its parts.
  public init(burst: Double, perSecond: Double) {
    self.burst = burst
    self.perSecond = perSecond
  }
}

/// Operations that share one bucket.
public enum QuotaCategory: String, Sendable, Hashable, CaseIterable {
  /// `DescribeParameters` together with the operators' own `PutParameter` and labels.
  case parameters
  /// Deleting parameters.
  case parameterDeletion
  /// `ListSecrets`.
  case secretListing
  /// Changes of a secret's value or stages.
  case secretChange
  /// `RotateSecret`.
  case secretRotation
  /// `UpdateService` and its like.
  case serviceChange
  /// `DescribeServices` and `ListServices`.
  case serviceReading
  /// `DescribeTasks` and `ListTasks`.
  case taskReading
  /// `ListServiceDeployments` and `DescribeServiceDeployments`.
  case serviceDeploymentReading
  /// `GetTaskProtection`.
  case taskProtection

  /// The category of an operation; nil for one that is never throttled here.
  static func of(_ action: String) -> Self? {
    switch action {
    case "ssm:DescribeParameters", "ssm:PutParameter", "ssm:LabelParameterVersion": .parameters
    case "ssm:DeleteParameter", "ssm:DeleteParameters": .parameterDeletion
    case "secretsmanager:ListSecrets": .secretListing
    case "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret",
      "secretsmanager:UpdateSecretVersionStage":
      .secretChange
    case "secretsmanager:RotateSecret": .secretRotation
    case "ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService": .serviceChange
    case "ecs:DescribeServices", "ecs:ListServices": .serviceReading
    case "ecs:DescribeTasks", "ecs:ListTasks": .taskReading
    case "ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments": .serviceDeploymentReading
    case "ecs:GetTaskProtection": .taskProtection
    default: nil
    }
  }

  /// What AWS grants by default: "Managing Parameter Store throughput", "Secrets Manager quotas" and "Request
  /// throttling for the Amazon ECS API" in its documentation. Where only a rate is given, the burst is a second of it.
  public var awsDefault: Quota {
    switch self {
    case .parameters, .parameterDeletion: Quota(burst: 3, perSecond: 3)
    case .secretListing: Quota(burst: 100, perSecond: 100)
    case .secretChange, .secretRotation: Quota(burst: 50, perSecond: 50)
    case .serviceChange: Quota(burst: 50, perSecond: 5)
    case .serviceReading, .taskReading: Quota(burst: 100, perSecond: 20)
    case .serviceDeploymentReading: Quota(burst: 50, perSecond: 20)
    case .taskProtection: Quota(burst: 200, perSecond: 80)
    }
  }
}

/// The level of one bucket.
struct TokenBucket: Sendable {
  private let quota: Quota
  private var level: Double
  private var filledAt: Timestamp

  init(_ quota: Quota, at now: Timestamp) {
    self.quota = quota
    level = quota.burst
    filledAt = now
  }

  /// Takes a token. False where there is none: the call is to be refused.
  mutating func take(at now: Timestamp) -> Bool {
    let seconds = Double(max(0, (now - filledAt).milliseconds)) / 1_000
    level = min(quota.burst, level + seconds * quota.perSecond)
    filledAt = max(now, filledAt)
    guard level >= 1 else { return false }
    level -= 1
    return true
  }
}
