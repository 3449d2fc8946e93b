// SPDX-License-Identifier: Apache-2.0
// What the calls that run a task once send, and what they make of answers.

import Core
import LocalAWS
import Platform
import Testing

@testable import AWS

private let migration = TaskRequest(
  cluster: "c", definition: "migrate",
  options: TaskOptions(
    launch: .fargate, subnets: ["subnet-1", "subnet-2"], securityGroups: ["sg-1"], hasPublicIP: true, count: 2
  ),
  startedBy: "rollwatch/R1", clientToken: "rollwatch-R1")

private func sentBody(_ script: Script) -> String {
  script.sent.last.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
}

struct TaskCallsTests {
  @Test func `a task is asked for with all that was said of it`() async throws {
    let script = Script([.ok(#"{"tasks":[{"taskArn":"t1","startedBy":"rollwatch/R1"}],"failures":[]}"#)])
    let answer = try await client(script).runTask(migration, restart: "R1")
    #expect(answer.tasks.map(\.arn) == ["t1"] && answer.tasks.first?.startedBy == "rollwatch/R1")
    #expect(script.sent.first?.header("User-Agent") == "rollwatch/0.1.0 restart/R1")
    #expect(
      sentBody(script)
        == #"{"clientToken":"rollwatch-R1","cluster":"c","count":2,"launchType":"FARGATE","networkConfiguration":"#
        + #"{"awsvpcConfiguration":{"assignPublicIp":"ENABLED","securityGroups":["sg-1"],"#
        + #""subnets":["subnet-1","subnet-2"]}},"startedBy":"rollwatch/R1","taskDefinition":"migrate"}"#)
  }

  @Test func `what was not said is left to AWS`() async throws {
    var task = migration
    task.options = .standard
    let script = Script([.ok(#"{"tasks":[],"failures":null}"#)])
    _ = try await client(script).runTask(task, restart: "R1")
    #expect(
      sentBody(script)
        == #"{"clientToken":"rollwatch-R1","cluster":"c","count":1,"startedBy":"rollwatch/R1","taskDefinition":"migrate"}"#
    )
  }

  @Test func `tasks that were not started are told, with status 200`() async throws {
    let body =
      #"{"tasks":[],"failures":[{"arn":"i","reason":"RESOURCE:MEMORY","detail":"d"},{"reason":"AGENT","arn":""}]}"#
    let failures = try await client(Script([.ok(body)])).runTask(migration, restart: "R1").failures
    #expect(
      failures == [
        TaskRefusal(reason: "RESOURCE:MEMORY", detail: "d", arn: "i"),
        TaskRefusal(reason: "AGENT", detail: nil, arn: nil),
      ])
  }

  @Test func `a definition tells which containers are essential, and nothing of what they are given`()
    async throws
  {
    let body = """
      {"taskDefinition":{"taskDefinitionArn":"a/f:3","family":"f","status":"ACTIVE","networkMode":"awsvpc",
      "containerDefinitions":[{"name":"app","environment":[{"name":"PASSWORD","value":"hunter2"}]},
      {"name":"side","essential":false},{"name":"main","essential":true}]},"tags":[]}
      """
    let script = Script([.ok(body)])
    let definition = try await client(script).describeTaskDefinition("f")
    #expect(sentBody(script) == #"{"taskDefinition":"f"}"#)
    #expect(
      definition
        == TaskDefinition(
          arn: "a/f:3", status: "ACTIVE", family: "f", networkMode: "awsvpc",
          essentialContainers: ["app", "main"]))
    #expect(!"\(definition)".contains("hunter2"))
  }

  @Test func `the tasks of one run are listed`() async throws {
    let script = Script([.ok(#"{"taskArns":["t1"],"nextToken":null}"#)])
    let tasks = try await client(script).listTasks(
      cluster: "c", startedBy: "rollwatch/R1", desiredStatus: .running)
    #expect(tasks == ["t1"])
  }

  @Test(arguments: [Fault.Effect.cutAfter, .truncated(keeping: 10)])
  func `an answer that was lost is asked for again, and no second task runs`(_ loss: Fault.Effect)
    async throws
  {
    let world = World()
    world.aws.steer { aws, _ in aws.inject(Fault(loss, on: "ecs:RunTask", .next(1, after: 0))) }
    let answer = try await world.client().runTask(world.task, restart: "R1")
    #expect(answer.tasks.count == 1 && world.aws.count(of: "ecs:RunTask") == 2)
    #expect(try await world.tasks() == answer.tasks.map(\.arn))
  }

  @Test func `another request with a token that was used is a conflict`() async throws {
    let world = World()
    let client = try world.client()
    _ = try await client.runTask(world.task, restart: "R1")
    var other = world.task
    other.options.count = 2
    let failure = await caught { () throws(AWSFailure) in try await client.runTask(other, restart: "R1").tasks
    }
    #expect(failure?.kind == .conflict)
  }

  @Test func `a task definition that does not exist is refused for good`() async throws {
    let world = World()
    var task = world.task
    task.definition = "nobody"
    let client = try world.client()
    let failure = await caught { () throws(AWSFailure) in try await client.runTask(task, restart: "R1").tasks
    }
    #expect(failure?.kind == .invalid && failure?.code == "ClientException")
  }

  @Test func `a deployment whose answer was lost is not created again`() async throws {
    let world = World()
    world.aws.steer { aws, now in
      aws.seedService("c/s", desiredCount: 1, controller: "CODE_DEPLOY", in: place, at: now)
      aws.seedDeploymentGroup("a/g", for: "c/s", in: place, at: now)
      aws.inject(Fault(.cutAfter, on: "codedeploy:CreateDeployment", .next(1, after: 0)))
    }
    let client = try world.client()
    let service = try await client.describeServices(cluster: "c", services: ["s"]).services.first
    let set = try #require(service?.taskSets.first { $0.status == "PRIMARY" })
    #expect(set.loadBalancers == [LoadBalancer(containerName: "app", containerPort: 8080)])
    let failure = await caught { () throws(AWSFailure) in
      try await client.createDeployment(
        application: "a", group: "g", appSpec: appSpec(of: set.taskDefinition ?? ""), description: "R1",
        restart: "R1")
    }
    #expect(failure?.mayHaveTakenEffect == true && world.aws.count(of: "codedeploy:CreateDeployment") == 1)
    let made = try await client.listDeployments(application: "a", group: "g", since: world.start)
    #expect(made.count == 1)
    #expect(try await client.getDeployment(made[0]).description == "R1")
  }

  private func appSpec(of definition: String) -> String {
    #"{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"\#(definition)","#
      + #""LoadBalancerInfo":{"ContainerName":"app","ContainerPort":8080}}}}]}"#
  }
}

private let place = Place(account: SimulatedAWS.defaultAccount, region: "eu-west-1")

/// An AWS with the definition `migrate` in the cluster `c`.
private struct World {
  let time = StillTime()
  let aws: RunningAWS
  let start: Timestamp
  let task = TaskRequest(
    cluster: "c", definition: "migrate", options: .standard, startedBy: "rollwatch/R1",
    clientToken: "rollwatch-R1")

  init() {
    var simulated = SimulatedAWS(seed: 1)
    simulated.add(
      .user("rollwatch", account: place.account, accessKey: "KEY", secretKey: "s3cr3t-access-key"))
    aws = RunningAWS(simulated, time: time)
    start = aws.steer { aws, now in
      _ = try? aws.act("ecs:CreateCluster", ["clusterName": "c"], in: place, at: now)
      _ = try? aws.act(
        "ecs:RegisterTaskDefinition", ["family": "migrate", "containerDefinitions": [["name": "app"]]],
        in: place, at: now)
      return now
    }
  }

  func client() throws -> AWSClient {
    try AWSClient(
      region: place.region, credentials: PlainKey(), transport: InMemoryAWS(aws), time: time,
      endpoints: noOverrides, userAgent: "rollwatch/0.1.0", seed: 7, maxAttempts: 3,
      limits: ClientLimits(exchange: testLimits, parametersPerSecond: 1, secretsPerSecond: 1))
  }

  func tasks() async throws -> [String] {
    try await client().listTasks(cluster: "c", startedBy: "rollwatch/R1", desiredStatus: .stopped)
  }
}

private struct PlainKey: CredentialsProvider {
  func credentials() async throws(CredentialsFailure) -> Credentials {
    Credentials(
      accessKeyID: "KEY", secretAccessKey: "s3cr3t-access-key", sessionToken: nil, expiration: nil)
  }

  func invalidate() async {}
}
