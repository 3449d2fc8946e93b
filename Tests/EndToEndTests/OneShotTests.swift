// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalAWS
import Testing

/// `run --once`, `run --dry-run`, `restart`, and what wrong usage and wrong configuration say.
@Suite(.serialized) struct OneShotTests {
  @Test func `once takes the baseline, and the next time restarts what has changed`() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.run("--once").status() == 0)
    #expect(sandbox.forcedDeployments == 0)
    try sandbox.rotateSecret()
    #expect(try await sandbox.run("--once").status() == 0)
    #expect(sandbox.forcedDeployments == 1)
    #expect(sandbox.records("ended")[0]["outcome"]?.string == "completed")
    #expect(try await sandbox.run("--once").status() == 0)
    #expect(sandbox.forcedDeployments == 1)
  }

  @Test func `once exits 1 where a rollout fails`() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.run("--once").status() == 0)
    sandbox.setRollout(.fails(after: .milliseconds(300), failing: 2, .exits(code: 1)))
    try sandbox.rotateSecret()
    #expect(try await sandbox.run("--once").status() == 1)
  }

  @Test func `once exits 1 where nothing can be swept`() async throws {
    let sandbox = try Sandbox()
    sandbox.inject(Fault(.accessDenied, on: "ssm:DescribeParameters", .always))
    #expect(try await sandbox.run("--once").status() == 1)
  }

  @Test func `a dry run says what it would do, changes nothing and writes nothing`() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.run("--once").status() == 0)
    try sandbox.rotateSecret()
    let before = sandbox.records
    let rehearsal = try sandbox.run("--once", "--dry-run")
    #expect(try await rehearsal.status() == 0)
    #expect(rehearsal.standardOutput.contains(Sandbox.service))
    #expect(sandbox.forcedDeployments == 0)
    #expect(sandbox.records == before)
    #expect(try await sandbox.run("--once").status() == 0)
    #expect(sandbox.forcedDeployments == 1)
  }

  @Test func `a restart by hand is followed to its end, and recorded with its reason`() async throws {
    let sandbox = try Sandbox()
    let restart = try sandbox.rollwatch([
      "restart", Sandbox.service, "--reason", "a new certificate", "--state", sandbox.path("state"),
    ])
    #expect(try await restart.status() == 0)
    #expect(sandbox.kinds == ["planned", "issued", "ended"])
    #expect(sandbox.records("planned")[0]["reason"]?.string == "a new certificate")
    #expect(sandbox.forcedDeployments == 1)
  }

  @Test func `a restart without waiting ends once the deployment has begun`() async throws {
    let sandbox = try Sandbox()
    sandbox.setRollout(.hangs)
    let restart = try sandbox.rollwatch(["restart", Sandbox.service, "--no-wait"])
    #expect(try await restart.status(within: .seconds(10)) == 0)
    #expect(sandbox.forcedDeployments == 1)
  }

  @Test func `a restart of a service that does not exist exits 1 and says so`() async throws {
    let sandbox = try Sandbox()
    let restart = try sandbox.rollwatch(["restart", "staging-ecs-shop-cluster/nothing"])
    #expect(try await restart.status() == 1)
    #expect(restart.standardError.contains("does not exist"))
  }

  @Test(arguments: [
    ["restart", "no-slash"], ["restart"], ["run", "--nothing"], ["history", "--limit", "many"], ["nonsense"],
  ])
  func `wrong usage exits 64`(arguments: [String]) async throws {
    let sandbox = try Sandbox()
    let program = try sandbox.rollwatch(arguments)
    #expect(try await program.status() == 64)
    #expect(!program.standardError.isEmpty)
  }

  @Test func `broken rules end the start with every mistake and exit status 78`() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      "rules/a.yaml", "rules:\n  - name: a\n    wacth: []\n  - name: b\n    watch: [{ parameter: 7 }]\n")
    let daemon = try sandbox.run()
    #expect(try await daemon.status() == 78)
    #expect(daemon.standardError.contains("a.yaml:3:5: error: "))
    #expect(daemon.standardError.contains("a.yaml:5:"))
    #expect(sandbox.aws.log.total == 0)
  }

  @Test func `no Region is wrong configuration, and the message names the ways to give one`() async throws {
    let sandbox = try Sandbox()
    let daemon = try sandbox.run(environment: ["AWS_REGION": "", "AWS_EC2_METADATA_DISABLED": "true"])
    #expect(try await daemon.status() == 78)
    #expect(daemon.standardError.contains("AWS_REGION"))
  }

  @Test func `a settings file that was named must be there`() async throws {
    let sandbox = try Sandbox()
    let daemon = try sandbox.rollwatch([
      "run", "--config", sandbox.path("nothing.yaml"), "--rules", sandbox.path("rules"),
    ])
    #expect(try await daemon.status() == 78)
    #expect(daemon.standardError.contains("nothing.yaml"))
  }

  @Test(arguments: [
    "", "run", "check", "status", "why", "history", "restart", "hold", "release", "retry", "skip", "approve",
  ])
  func `every command has its help`(command: String) async throws {
    let sandbox = try Sandbox()
    let help = try sandbox.rollwatch((command.isEmpty ? [] : [command]) + ["--help"])
    #expect(try await help.status() == 0)
    #expect(help.standardOutput.contains("USAGE: rollwatch"))
  }
}
