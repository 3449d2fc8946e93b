// SPDX-License-Identifier: Apache-2.0
// The files in deploy/ that people copy: each says what it claims to say.

import Core
import Foundation
import Rules
import Testing

struct DeployedFilesTests {
  @Test func `the example settings are the defaults`() throws {
    #expect(try Settings(SourceFile(path: Program.file("deploy/rollwatch.yaml"))) == Settings())
  }

  @Test func `what is commented out in the example settings is valid too`() throws {
    let text = try String(contentsOfFile: Program.file("deploy/rollwatch.yaml"), encoding: .utf8)
      .replacing("# region:", with: "region:")
      .replacing("# notify:\n#   -", with: "notify:\n  -")
      .replacing("# accounts:\n#   prod:", with: "accounts:\n  prod:")
    let settings = try Settings(SourceFile(path: "rollwatch.yaml", bytes: Array(text.utf8)))
    #expect(settings.region == "eu-west-2")
    #expect(settings.receivers.map(\.name) == ["on-call"])
    #expect(settings.accounts["prod"]?.role == "arn:aws:iam::222222222222:role/rollwatch")
  }

  @Test func `the example rules are rules`() throws {
    let files = try RuleFiles(paths: [Program.file("deploy/rules.d")])
    let rules = try files.rules(defaultRegion: "eu-west-2", settings: Settings())
    #expect(rules.rules.map(\.name) == ["node-app"])
  }

  @Test func `the policy allows nine calls and denies every call that reads a value`() throws {
    let policy = try Policy(contentsOf: "deploy/iam-policy.json")
    #expect(
      Set(policy.actions("Allow")) == [
        "ssm:DescribeParameters", "secretsmanager:ListSecrets", "ecs:DescribeServices", "ecs:UpdateService",
        "ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:ListTasks", "ecs:DescribeTasks",
        "ecs:GetTaskProtection",
      ])
    #expect(
      Set(policy.actions("Deny")) == [
        "ssm:GetParameter*", "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue",
        "kms:Decrypt",
      ])
  }

  @Test func `the policy for other targets allows what they take, and passes roles to tasks alone`() throws {
    let policy = try Policy(contentsOf: "deploy/iam-policy-targets.json")
    #expect(
      Set(policy.actions("Allow")) == [
        "codedeploy:ListApplications", "codedeploy:ListDeploymentGroups",
        "codedeploy:BatchGetDeploymentGroups", "codedeploy:GetDeploymentGroup", "codedeploy:ListDeployments",
        "codedeploy:GetDeployment", "codedeploy:CreateDeployment", "codedeploy:GetDeploymentConfig",
        "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision", "ecs:RunTask",
        "ecs:DescribeTaskDefinition", "iam:PassRole",
      ])
    #expect(policy.actions("Deny").isEmpty)
  }
}

/// An IAM policy, as far as tests look into it.
struct Policy: Decodable {
  struct Statement: Decodable {
    var effect: String
    var actions: [String]

    private enum CodingKeys: String, CodingKey {
      case effect = "Effect"
      case actions = "Action"
    }
  }
  var statements: [Statement]

  private enum CodingKeys: String, CodingKey {
    case statements = "Statement"
  }

  /// A file of the package.
  init(contentsOf path: String) throws {
    let data = try Data(contentsOf: URL(filePath: Program.file(path)))
    self = try JSONDecoder().decode(Self.self, from: data)
  }

  /// All actions that are allowed, or denied.
  func actions(_ effect: String) -> [String] {
    statements.filter { $0.effect == effect }.flatMap(\.actions)
  }
}
