// SPDX-License-Identifier: Apache-2.0
// The calls about service deployments and task protection, with answers as AWS writes them.

import Core
import Platform
import Testing

@testable import AWS

private func sentBodies(_ script: Script) -> [String] {
  script.sent.map { String(decoding: $0.body, as: UTF8.self) }
}

struct ServiceDeploymentCallsTests {
  private static func arn(_ id: String) -> String {
    "arn:aws:ecs:eu-west-1:123456789012:service-deployment/c/s/\(id)"
  }

  @Test func `service deployments are listed over pages, the newest first`() async throws {
    let script = Script([
      .ok(
        """
        {"serviceDeployments":[{"serviceDeploymentArn":"\(Self.arn("a"))","serviceArn":"s","clusterArn":"c",
        "startedAt":1551780397.9,"createdAt":1551780397.866,"finishedAt":1551780500,"status":"SUCCESSFUL",
        "targetServiceRevisionArn":"r"}],"nextToken":"1"}
        """),
      .ok(
        """
        {"serviceDeployments":[{"serviceDeploymentArn":"\(Self.arn("b"))","createdAt":1551780600,
        "status":"ROLLBACK_IN_PROGRESS","statusReason":"circuit breaker"}]}
        """),
    ])
    let deployments = try await client(script).listServiceDeployments(cluster: "c", service: "s")
    #expect(deployments.map(\.arn) == [Self.arn("b"), Self.arn("a")])
    #expect(deployments.map(\.status) == ["ROLLBACK_IN_PROGRESS", "SUCCESSFUL"])
    #expect(deployments.map(\.statusReason) == ["circuit breaker", nil])
    #expect(deployments[1].createdAt.milliseconds == 1_551_780_397_866)
    #expect(
      sentBodies(script) == [
        #"{"cluster":"c","maxResults":100,"service":"s"}"#,
        #"{"cluster":"c","maxResults":100,"nextToken":"1","service":"s"}"#,
      ])
  }

  @Test func `a service deployment is read with its stage, its hooks and its tasks`() async throws {
    let script = Script([
      .ok(
        """
        {"serviceDeployments":[{"serviceDeploymentArn":"\(Self.arn("a"))","serviceArn":"s","clusterArn":"c",
        "createdAt":1551780397.866,"status":"IN_PROGRESS","lifecycleStage":"POST_TEST_TRAFFIC_SHIFT",
        "sourceServiceRevisions":[{"arn":"r1","requestedTaskCount":2,"runningTaskCount":2,"pendingTaskCount":0}],
        "targetServiceRevision":{"arn":"r2","requestedTaskCount":2,"runningTaskCount":1,"pendingTaskCount":1,
        "requestedProductionTrafficWeight":0.0},
        "lifecycleHookDetails":[{"hookId":"h1","targetType":"PAUSE","status":"AWAITING_ACTION",
        "expiresAt":1551866797.5,"timeoutAction":"ROLLBACK"},
        {"hookId":"h2","targetType":"AWS_LAMBDA","targetArn":"f","status":"SUCCEEDED"}],
        "deploymentConfiguration":{"strategy":"BLUE_GREEN","bakeTimeInMinutes":5},
        "deploymentCircuitBreaker":{"status":"MONITORING","failureCount":2,"threshold":3},
        "alarms":{"status":"DISABLED"}}],"failures":[{"arn":"x","reason":"MISSING"}]}
        """)
    ])
    let deployments = try await client(script).describeServiceDeployments([Self.arn("a"), "x"])
    let deployment = try #require(deployments.first)
    #expect(deployments.count == 1 && deployment.lifecycleStage == "POST_TEST_TRAFFIC_SHIFT")
    #expect(deployment.requestedCount == 2 && deployment.runningCount == 1 && deployment.pendingCount == 1)
    #expect(deployment.failureCount == 2)
    #expect(
      deployment.hooks == [
        LifecycleHookDescription(
          id: "h1", type: "PAUSE", status: "AWAITING_ACTION",
          expiresAt: Timestamp(milliseconds: 1_551_866_797_500), timeoutAction: "ROLLBACK"),
        LifecycleHookDescription(
          id: "h2", type: "AWS_LAMBDA", status: "SUCCEEDED", expiresAt: nil, timeoutAction: nil),
      ])
    #expect(sentBodies(script) == [#"{"serviceDeploymentArns":["\#(Self.arn("a"))","x"]}"#])
  }

  @Test(arguments: ["{}", #"{"serviceDeployments":[{"status":"PENDING"}]}"#, #"{"serviceDeployments":{}}"#])
  func `an answer of another shape is malformed`(body: String) async throws {
    let client = try client(Script([.ok(body)]))
    let failure = await caught { () throws(AWSFailure) in try await client.describeServiceDeployments(["a"]) }
    #expect(failure?.kind == .malformedAnswer)
  }

  @Test func `a service tells how long its deployments bake`() async throws {
    let body = """
      {"services":[{"serviceArn":"a","serviceName":"s","clusterArn":"c","status":"ACTIVE","desiredCount":1,
      "runningCount":1,"pendingCount":0,"currentServiceDeployment":"\(Self.arn("a"))","deploymentConfiguration":{
      "strategy":"LINEAR","bakeTimeInMinutes":7,"linearConfiguration":{"stepPercent":12.5,"stepBakeTimeInMinutes":3},
      "canaryConfiguration":{"canaryPercent":5.0,"canaryBakeTimeInMinutes":9}}}]}
      """
    let service = try #require(
      try await client(Script([.ok(body)])).describeServices(cluster: "c", services: ["s"]).services.first)
    #expect(service.currentServiceDeployment == Self.arn("a"))
    let configuration = try #require(service.deploymentConfiguration)
    #expect(configuration.bakeMinutes == 7 && configuration.canaryBakeMinutes == 9)
    #expect(configuration.linear == LinearConfiguration(stepPercent: 12.5, stepBakeMinutes: 3))
  }

  @Test func `of tasks those are told that are protected`() async throws {
    let script = Script([
      .ok(
        """
        {"protectedTasks":[{"taskArn":"t1","protectionEnabled":true,"expirationDate":1551780397.866},
        {"taskArn":"t2","protectionEnabled":false}],"failures":[]}
        """)
    ])
    let protected = try await client(script).protectedTasks(cluster: "c", among: ["t1", "t2"])
    #expect(protected == ["t1"])
    #expect(sentBodies(script) == [#"{"cluster":"c","tasks":["t1","t2"]}"#])
    #expect(
      script.sent[0].header("X-Amz-Target") == "AmazonEC2ContainerServiceV20141113.GetTaskProtection")
  }

  @Test func `the tasks of a service are listed by its name alone`() async throws {
    let script = Script([.ok(#"{"taskArns":["a"]}"#)])
    let tasks = try await client(script).listTasks(cluster: "c", service: "s", desiredStatus: .running)
    #expect(tasks == ["a"])
    #expect(sentBodies(script) == [#"{"cluster":"c","desiredStatus":"RUNNING","serviceName":"s"}"#])
  }
}
