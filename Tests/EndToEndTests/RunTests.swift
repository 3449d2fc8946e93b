// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalAWS
import Testing

/// The daemon as a user runs it, against an AWS over HTTP.
@Suite(.serialized) struct RunTests {
  @Test func `a change restarts its service once and is followed to its end`() async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)

    let wanted = [
      "started", "rulesLoaded", "baseline", "baseline", "changed", "planned", "issued", "ended", "stopped",
    ]
    #expect(sandbox.kinds == wanted)
    #expect(sandbox.forcedDeployments == 1)
    let restart = try #require(sandbox.records("planned")[0]["restart"]?.string)
    let call = try #require(sandbox.aws.log.calls(of: "ecs:UpdateService").first)
    #expect(call.userAgent.contains(restart))
    #expect(sandbox.records("ended")[0]["outcome"]?.string == "completed")
    #expect(sandbox.records("ended")[0]["target"]?.string == Sandbox.target)
  }

  @Test func `a burst of changes makes one deployment with all of them as its causes`() async throws {
    let sandbox = try Sandbox(quiet: "1s")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.writeParameter("/staging/shop/URL")
    try sandbox.writeParameter("/staging/shop/TIMEOUT")
    try sandbox.writeParameter("/staging/shop/URL")
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
    let causes = sandbox.records("planned")[0]["causes"]
    let resources = (0..<3).compactMap { causes?[$0]?["resource"]?.string }
    #expect(
      Set(resources) == [
        "parameter:/staging/shop/URL", "parameter:/staging/shop/TIMEOUT", "secret:staging/shop/db",
      ])
  }

  @Test func `what changed while it was down is seen at the next start, and restarts once`() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.startedDaemon().stop() == 0)
    try sandbox.rotateSecret()
    try sandbox.writeParameter()
    let daemon = try sandbox.run()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
  }

  @Test func `an answer that is lost after the deployment began leads to its adoption, not to a second one`()
    async throws
  {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    sandbox.inject(Fault(.cutAfter, on: "ecs:UpdateService", .next(1, after: 0)))
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
    #expect(sandbox.records("issued")[0]["adopted"] == .bool(true))
  }

  @Test func `a throttled restart is tried again until it begins`() async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    sandbox.inject(Fault(.throttling, on: "ecs:UpdateService", .next(5, after: 0)))
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
  }

  @Test func `a stop in the middle of a rollout is quick, and the next start follows it to its end`()
    async throws
  {
    let sandbox = try Sandbox()
    sandbox.setRollout(.completes(after: .seconds(6)))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("issued")
    daemon.signal(SIGTERM)
    #expect(try await daemon.status(within: .seconds(5)) == 0)
    #expect(sandbox.records("ended").isEmpty)

    let next = try sandbox.run()
    try await sandbox.await("ended")
    #expect(try await next.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
    #expect(sandbox.records("ended")[0]["outcome"]?.string == "completed")
  }

  @Test(arguments: ["planned", "issued", "changed"])
  func `a daemon killed after a record goes on from there`(kind: String) async throws {
    let sandbox = try Sandbox()
    sandbox.setRollout(.completes(after: .seconds(2)))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await(kind)
    daemon.signal(SIGKILL)
    _ = try await daemon.status()
    let next = try sandbox.run()
    try await sandbox.await("ended")
    #expect(try await next.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
    let verify = try sandbox.rollwatch(["history", "verify", "--state", sandbox.path("state")])
    #expect(try await verify.status() == 0)
  }

  @Test func `a rollout that fails is recorded with its cause, and not tried again`() async throws {
    let sandbox = try Sandbox()
    sandbox.setRollout(.fails(after: .milliseconds(500), failing: 3, .secretMissing))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    let ended = sandbox.records("ended")[0]
    #expect(ended["outcome"]?.string == "failed")
    #expect(ended["stoppedTasks"]?[0]?.string?.contains("unable to pull secrets") == true)
    #expect(ended["verdict"]?.string?.hasSuffix("could not be read: it does not exist") == true)
    #expect(ended["events"]?[0] != nil)
    #expect(sandbox.forcedDeployments == 1)
    #expect(try await daemon.stop() == 0)
  }

  @Test func `a blue/green service is followed past its pause hook to its own end`() async throws {
    let sandbox = try Sandbox()
    let (cluster, name) = ("staging-ecs-shop-cluster", "staging-ecs-shop-service")
    sandbox.aws.steer { aws, now in
      aws.seedService(
        Sandbox.service, desiredCount: 2,
        configuration: [
          "strategy": "BLUE_GREEN",
          "lifecycleHooks": [["targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]]],
        ], in: Sandbox.place, at: now)
    }
    sandbox.setRollout(.completes(after: .milliseconds(500)))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("held")
    let issued = sandbox.records("issued")[0]
    let arn = try #require(issued["deployment"]?.string)
    #expect(arn.contains(":service-deployment/\(cluster)/\(name)/"))
    let described = try sandbox.aws.steer { aws, now in
      try aws.act(
        "ecs:DescribeServiceDeployments", ["serviceDeploymentArns": [.string(arn)]], in: Sandbox.place,
        at: now)
    }
    let hook = try #require(
      described["serviceDeployments"]?[0]?["lifecycleHookDetails"]?[0]?["hookId"]?.string)
    #expect(sandbox.records("held")[0]["reason"]?.string?.contains("the pause hook \(hook)") == true)
    try sandbox.act(
      "ecs:ContinueServiceDeployment", ["serviceDeploymentArn": .string(arn), "hookId": .string(hook)])
    try await sandbox.await("ended")
    #expect(sandbox.records("ended")[0]["outcome"]?.string == "completed")
    #expect(sandbox.kinds.suffix(4) == ["issued", "held", "released", "ended"])
    #expect(sandbox.forcedDeployments == 1)
    #expect(try await daemon.stop() == 0)
  }

  @Test func `a second daemon on the same state is refused with the first one's process id`() async throws {
    let sandbox = try Sandbox()
    let first = try await sandbox.startedDaemon()
    let second = try sandbox.run()
    #expect(try await second.status() == 1)
    #expect(second.standardError.contains("\(first.processID)"))
    #expect(try await first.stop() == 0)
  }

  @Test func `rules are read again on SIGHUP, and broken ones keep the old in force`() async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    try sandbox.write("rules/shop.yaml", "rules: [{ name: shop, wacth: [] }]\n")
    daemon.signal(SIGHUP)
    try await sandbox.await("the diagnostics") { daemon.standardError.contains("did you mean") }
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(sandbox.records("rulesLoaded").count == 1)

    try sandbox.write(
      "rules/shop.yaml",
      """
      rules:
        - name: other
          watch: [{ secret: staging/other/* }]
          restart: [{ service: a/b }]

      """)
    daemon.signal(SIGHUP)
    try await sandbox.await("rulesLoaded", count: 2)
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
  }

  @Test func `a wrong key is a failing source that restarts nothing and names what to do`() async throws {
    let sandbox = try Sandbox()
    let daemon = try sandbox.run(environment: ["AWS_SECRET_ACCESS_KEY": "wrong"])
    try await sandbox.await("sourceFailing", count: 2)
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 0)
    #expect(!daemon.standardError.contains("wrong\""))
  }
}
