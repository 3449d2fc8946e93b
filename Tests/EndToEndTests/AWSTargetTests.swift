// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalAWS
import Testing

/// Tasks and deployments of CodeDeploy that the real daemon starts for a change.
@Suite(.serialized) struct AWSTargetTests {
  /// A sandbox whose rules are these, with a service that CodeDeploy deploys and a task definition.
  private func sandbox(_ rules: String) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write("rules/shop.yaml", rules)
    try sandbox.act(
      "ecs:RegisterTaskDefinition",
      ["family": "migrate", "containerDefinitions": [["name": "migrate", "image": "i", "essential": true]]])
    sandbox.aws.steer { aws, now in
      aws.seedService("blue/web", desiredCount: 1, controller: "CODE_DEPLOY", in: Sandbox.place, at: now)
      aws.seedDeploymentGroup("shop/web-group", for: "blue/web", in: Sandbox.place, at: now)
      aws.setDeployment(
        .succeeds(after: .milliseconds(300), terminating: .seconds(600)), of: "shop/web-group",
        onlyNext: false, in: Sandbox.place, at: now)
    }
    return sandbox
  }

  private func rule(_ name: String, _ restart: String, after: String = "") -> String {
    """
      - name: \(name)
        watch: [{ parameter: "/{env}/{app}/**" }, { secret: "{env}/{app}/*" }]
        restart: [\(restart)]
        \(after)
        debounce: { quiet: 300ms, limit: 5s }
        rollout: { deadline: 20s }

    """
  }

  @Test func `a migration runs before what needs it, and then the group is deployed`() async throws {
    let sandbox = try sandbox(
      "rules:\n" + rule("migrate", "{ task: { cluster: blue, definition: migrate } }")
        + rule(
          "web", "{ codedeploy: { application: \"{app}\", group: web-group } }", after: "after: [migrate]"))
    sandbox.aws.steer { aws, now in
      aws.setTaskCourse(
        .ends(after: .milliseconds(500), codes: [:]), ofFamily: "migrate", onlyNext: false, in: Sandbox.place,
        at: now)
    }
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("ended", count: 2)
    #expect(try await daemon.stop() == 0)
    #expect(
      sandbox.records("ended").map { $0["target"]?.string } == [
        "task:blue/migrate", "codedeploy:shop/web-group",
      ])
    #expect(sandbox.records("ended").map { $0["outcome"]?.string } == ["completed", "completed"])
    #expect(sandbox.aws.log.calls(of: "codedeploy:CreateDeployment").filter(\.tookEffect).count == 1)
    #expect(sandbox.aws.log.calls(of: "ecs:RunTask").filter(\.tookEffect).count == 1)
  }

  @Test func `a migration that fails keeps what comes after it from the bad version`() async throws {
    let sandbox = try sandbox(
      "rules:\n" + rule("migrate", "{ task: { cluster: blue, definition: migrate } }")
        + rule("web", "{ service: blue/web }", after: "after: [migrate]"))
    sandbox.aws.steer { aws, now in
      aws.setTaskCourse(
        .ends(after: .milliseconds(500), codes: ["migrate": 1]), ofFamily: "migrate", onlyNext: false,
        in: Sandbox.place, at: now)
    }
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("quarantined")
    #expect(
      sandbox.records("ended")[0]["verdict"]?.string
        == "essential container migrate exited by itself with exit code 1")
    try await sandbox.await("the service is held for it") {
      sandbox.records("held").contains {
        $0["target"]?.string == "ecs:blue/web"
          && $0["reason"]?.string?.contains("came to a bad end with this version") == true
      }
    }
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.aws.log.calls(of: "codedeploy:CreateDeployment").isEmpty)
  }

  @Test func `a service with the CODE_DEPLOY controller is deployed by the group that is found for it`()
    async throws
  {
    let sandbox = try sandbox("rules:\n" + rule("web", "{ service: blue/web }"))
    let daemon = try await sandbox.startedDaemon()
    sandbox.inject(Fault(.cutAfter, on: "codedeploy:CreateDeployment", .next(1, after: 0)))
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.records("ended")[0]["outcome"]?.string == "completed")
    #expect(sandbox.aws.log.calls(of: "codedeploy:CreateDeployment").filter(\.tookEffect).count == 1)
    #expect(sandbox.records("issued")[0]["adopted"] == .bool(true))
  }
}
