// SPDX-License-Identifier: Apache-2.0
// What each call sends, and what it makes of answers in the shapes of AWS and of moto.

import Core
import Platform
import Testing

@testable import AWS

private func sentBody(_ script: Script) -> String {
  script.sent.last.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
}

struct DescribeParametersTests {
  @Test func `a request is POSTed to the Region's own address`() async throws {
    let script = Script([.ok(#"{"Parameters":[]}"#)])
    _ = try await client(script).describeParameters(
      filters: [.paths(["/a", "/b"]), .namePrefixes(["x"])], nextToken: "T/1")
    let request = try #require(script.sent.first)
    #expect(request.method == "POST" && request.url == "https://ssm.eu-west-1.amazonaws.com/")
    #expect(request.header("Content-Type") == "application/x-amz-json-1.1")
    #expect(request.header("X-Amz-Target") == "AmazonSSM.DescribeParameters")
    #expect(request.header("User-Agent") == "rollwatch/0.1.0")
    #expect(request.header("X-Amz-Security-Token") == "s3cr3t-session-token")
    #expect(request.limits == testLimits && !request.mustNotRepeat && !request.bypassesProxy)
    #expect(
      sentBody(script)
        == #"{"MaxResults":50,"NextToken":"T/1","ParameterFilters":[{"Key":"Path","Option":"Recursive","#
        + #""Values":["/a","/b"]},{"Key":"Name","Option":"BeginsWith","Values":["x"]}]}"#)
  }

  @Test func `a page is read, with members nobody knows`() async throws {
    let body = """
      {"NextToken":"AAEAAd","Parameters":[{"Name":"/a/b","ARN":"arn:aws:ssm:eu-west-1:1:parameter/a/b","Type":"String",
      "LastModifiedDate":1.795411608361E9,"LastModifiedUser":"arn:aws:iam::123456789012:user/\\u00e9ve","Version":3,
      "Tier":"Standard","Policies":[{"PolicyText":"{}"}],"DataType":"text","New":{"x":[1,true,null]}},
      {"Name":"c","LastModifiedDate":1795411608,"LastModifiedUser":null,"Version":9007199254740993}]}
      """
    let script = Script([.answer(200, body, [("Date", "Mon, 23 Nov 2026 05:26:48 GMT")])])
    let page = try await client(script).describeParameters(filters: [], nextToken: nil)
    #expect(sentBody(script) == #"{"MaxResults":50}"#)
    #expect(page.nextToken == "AAEAAd" && page.serverTime?.description == "2026-11-23T05:26:48.000Z")
    #expect(
      page.parameters == [
        ParameterMetadata(
          name: "/a/b", version: 3, lastModified: Timestamp(milliseconds: 1_795_411_608_361),
          lastModifiedUser: "arn:aws:iam::123456789012:user/éve"),
        ParameterMetadata(
          name: "c", version: 9_007_199_254_740_993,
          lastModified: Timestamp(milliseconds: 1_795_411_608_000), lastModifiedUser: nil),
      ])
  }

  @Test func `an empty page with a token is not the last`() async throws {
    let script = Script([
      .ok(#"{"Parameters":[],"NextToken":"N"}"#), .ok(#"{"NextToken":"","Parameters":[]}"#),
    ])
    let client = try client(script)
    #expect(try await client.firstParameters().nextToken == "N")
    #expect(try await client.firstParameters().nextToken == nil)
  }

  @Test(
    arguments: [
      ("", "not an object"), ("{}", "Parameters is missing"), ("[]", "not an object"),
      (#"{"Parameters":null}"#, "Parameters: not an array"),
      (#"{"Parameters":[{"Name":"n","LastModifiedDate":1}]}"#, "Parameters[0]: Version is missing"),
      (#"{"Parameters":[{"Version":"1"}]}"#, "Parameters[0].Version: not a number"),
      (#"{"Parameters":[{"Version":1.5}]}"#, "Parameters[0].Version: not an integer"),
      (#"{"Parameters":[{"LastModifiedDate":"2026"}]}"#, "Parameters[0].LastModifiedDate: not a number"),
      (#"{"Parameters":[{"Name":"n"#, "Parameters[0].Name: not JSON: text is not closed"),
      (#"{"Parameters":[]}x"#, "text after the document"),
      (#"{"NextToken":5,"Parameters":[]}"#, "NextToken: not text"),
    ])
  func `an answer of another shape is malformed, and the failure says where`(
    _ body: String, _ words: String
  ) async throws {
    let client = try client(Script([.answer(200, body, [("x-amzn-RequestId", "r-7")])]))
    let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
    #expect(failure?.kind == .malformedAnswer && failure?.requestID == "r-7")
    #expect(failure?.message == "the answer is not what DescribeParameters answers: \(words)")
  }

  @Test func `every cut of a page is malformed`() async throws {
    let body =
      #"{"Parameters":[{"Name":"/a\n","LastModifiedDate":1795411608.361,"Version":1,"Tags":{"a":[1]}}],"NextToken":null}"#
    let cuts = (0..<body.utf8.count).map { Script.Reply.ok(String(body.prefix($0))) }
    let client = try client(Script(cuts))
    for _ in cuts {
      let failure = await caught { () throws(AWSFailure) in try await client.firstParameters() }
      #expect(failure?.kind == .malformedAnswer)
    }
  }

  @Test func `its calls are spaced by the limit of parameters`() async throws {
    let time = StillTime()
    let client = try client(Script(Array(repeating: .emptyPage, count: 4)), time: time, perSecond: 2)
    for _ in 0..<4 { _ = try await client.firstParameters() }
    #expect(time.elapsed() == .milliseconds(1_500))
  }
}

struct ListSecretsTests {
  @Test func `planned deletions are asked for, in the order of making`() async throws {
    let script = Script([.ok(#"{"SecretList":[]}"#)])
    _ = try await client(script).listSecrets(namePrefixes: ["staging/"], nextToken: nil)
    #expect(script.sent.first?.header("X-Amz-Target") == "secretsmanager.ListSecrets")
    #expect(
      sentBody(script)
        == #"{"Filters":[{"Key":"name","Values":["staging/"]}],"IncludePlannedDeletion":true,"MaxResults":100,"#
        + #""SortBy":"created-date","SortOrder":"asc"}"#)
  }

  @Test func `a page as moto writes it, with nulls and whole seconds`() async throws {
    let body = """
      {"SecretList": [{"ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s/a-jpVYuw", "Name": "s/a",
      "LastChangedDate": 1795411608, "LastAccessedDate": null, "NextRotationDate": null, "DeletedDate": null,
      "CreatedDate": 1795411608, "KmsKeyId": null, "VersionIdsToStages": {"v1": ["AWSCURRENT"]},
      "SecretVersionsToStages": {"v1": ["AWSCURRENT"], "v0": []}}], "NextToken": null}
      """
    let page = try await client(Script([.ok(body)])).listSecrets(namePrefixes: [], nextToken: nil)
    #expect(
      page.secrets == [
        SecretMetadata(
          arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s/a-jpVYuw", name: "s/a",
          versionStages: ["v1": ["AWSCURRENT"], "v0": []],
          lastChanged: Timestamp(milliseconds: 1_795_411_608_000), lastChangedHasFraction: false, deleted: nil
        )
      ])
    #expect(page.nextToken == nil)
  }

  @Test func `a page as AWS writes it, one secret without a value and one to be deleted`() async throws {
    let body = """
      {"SecretList":[{"ARN":"a1","Name":"n1","CreatedDate":1.58E9,"Tags":[{"Key":"k","Value":"v"}]},
      {"ARN":"a2","Name":"n2","LastChangedDate":1581968848.926,"DeletedDate":1582000000.5,
      "SecretVersionsToStages":{"v1":["AWSPREVIOUS"],"v2":["AWSCURRENT","AWSPENDING"]}}],"NextToken":"N"}
      """
    let secrets = try await client(Script([.ok(body)])).listSecrets(namePrefixes: [], nextToken: nil).secrets
    #expect(secrets[0].versionStages.isEmpty && secrets[0].lastChanged == nil && secrets[0].deleted == nil)
    #expect(secrets[1].versionStages["v2"] == ["AWSCURRENT", "AWSPENDING"])
    #expect(secrets[1].lastChangedHasFraction && secrets[1].deleted?.milliseconds == 1_582_000_000_500)
  }

  @Test(
    arguments: [
      "{}", #"{"SecretList":[{"Name":"n"}]}"#, #"{"SecretList":[{"ARN":"a","Name":null}]}"#,
      #"{"SecretList":[{"ARN":"a","Name":"n","SecretVersionsToStages":["v"]}]}"#,
      #"{"SecretList":[{"ARN":"a","Name":"n","SecretVersionsToStages":{"v":"AWSCURRENT"}}]}"#,
      #"{"SecretList":{}}"#,
    ])
  func `another shape is malformed`(_ body: String) async throws {
    let client = try client(Script([.ok(body)]))
    let failure = await caught { () throws(AWSFailure) in
      try await client.listSecrets(namePrefixes: [], nextToken: nil)
    }
    #expect(failure?.kind == .malformedAnswer)
  }
}

struct ContainerServiceTests {
  private static let service = """
    {"serviceArn":"arn:aws:ecs:eu-west-1:123456789012:service/c/s","serviceName":"s",
    "clusterArn":"arn:aws:ecs:eu-west-1:123456789012:cluster/c","loadBalancers":[],"status":"ACTIVE","desiredCount":2,
    "runningCount":1,"pendingCount":1,"launchType":"FARGATE","taskDefinition":"td:1","schedulingStrategy":"REPLICA",
    "deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":true,"rollback":true},"maximumPercent":200,
    "minimumHealthyPercent":100,"strategy":"ROLLING","bakeTimeInMinutes":0},
    "deployments":[{"id":"ecs-svc/2","status":"PRIMARY","taskDefinition":"td:1","desiredCount":2,"pendingCount":1,
    "runningCount":0,"failedTasks":1,"createdAt":1551780397.866,"updatedAt":1551780398.1,"rolloutState":"IN_PROGRESS",
    "rolloutStateReason":"ECS deployment ecs-svc/2 in progress."},
    {"id":"ecs-svc/1","status":"ACTIVE","desiredCount":2,"pendingCount":0,"runningCount":1,"createdAt":1551000000}],
    "events":[{"id":"e","createdAt":1551780399.0,"message":"(service s) has started 1 tasks: (task t)."}],
    "deploymentController":{"type":"CODE_DEPLOY"},"enableECSManagedTags":false}
    """

  @Test func `a service is read with its deployments and events`() async throws {
    let script = Script([.ok(#"{"services":[\#(Self.service)],"failures":[{"arn":"x","reason":"MISSING"}]}"#)]
    )
    let (services, failures) = try await client(script).describeServices(cluster: "c", services: ["s", "t"])
    #expect(sentBody(script) == #"{"cluster":"c","services":["s","t"]}"#)
    #expect(failures == [ServiceFailure(arn: "x", reason: "MISSING")])
    let service = try #require(services.first)
    #expect(service.name == "s" && service.status == "ACTIVE" && service.controller == "CODE_DEPLOY")
    #expect(service.desiredCount == 2 && service.runningCount == 1 && service.pendingCount == 1)
    #expect(
      service.deploymentConfiguration
        == DeploymentConfiguration(
          minimumHealthyPercent: 100, maximumPercent: 200, hasCircuitBreaker: true, rollsBack: true,
          strategy: "ROLLING", bakeMinutes: 0, linear: nil, canaryBakeMinutes: nil))
    #expect(service.deployments.map(\.id) == ["ecs-svc/2", "ecs-svc/1"])
    #expect(service.deployments[0].createdAt.milliseconds == 1_551_780_397_866)
    #expect(service.deployments[0].failedTasks == 1 && service.deployments[1].failedTasks == 0)
    #expect(service.deployments[1].rolloutState == nil && service.deployments[1].taskDefinition == nil)
    #expect(service.events.map(\.message) == ["(service s) has started 1 tasks: (task t)."])
  }

  @Test func `what AWS leaves out has AWS's own default`() async throws {
    let body =
      #"{"services":[{"serviceArn":"a","serviceName":"s","clusterArn":"c","status":"INACTIVE","#
      + #""desiredCount":0,"runningCount":0,"pendingCount":0}]}"#
    let service = try #require(
      try await client(Script([.ok(body)])).describeServices(cluster: "c", services: ["s"]).services.first)
    #expect(service.controller == "ECS" && service.schedulingStrategy == "REPLICA")
    #expect(service.deploymentConfiguration == nil && service.deployments.isEmpty && service.events.isEmpty)
  }

  @Test func `parts that say nothing do not spoil the rest`() async throws {
    let body = """
      {"services":[{"serviceArn":"a","serviceName":"s","clusterArn":"c","status":"ACTIVE","desiredCount":1,
      "runningCount":1,"pendingCount":0,"deploymentController":{},"deploymentConfiguration":{"deploymentCircuitBreaker":
      {"enable":true}},"deployments":null,"events":[{"id":"e"},{"createdAt":5,"message":"m"}]}],"failures":null}
      """
    let service = try #require(
      try await client(Script([.ok(body)])).describeServices(cluster: "c", services: ["s"]).services.first)
    #expect(service.controller == "ECS" && service.events.map(\.message) == ["m"])
    #expect(service.deploymentConfiguration?.hasCircuitBreaker == true)
    #expect(service.deploymentConfiguration?.rollsBack == false)
  }

  @Test(
    arguments: [
      ("{}", "services is missing"), (#"{"services":[{}]}"#, "services[0]: serviceArn is missing"),
      ("<html>", "not an object"),
      (#"{"services":5}"#, "services: not an array"),
      (String(repeating: #"{"a":"#, count: 10_000), "a.a.a.a.a.a.a.a…: nested too deep"),
    ])
  func `another shape is malformed`(_ body: String, _ words: String) async throws {
    let client = try client(Script([.ok(body)]))
    let failure = await caught { () throws(AWSFailure) in
      try await client.describeServices(cluster: "c", services: ["s"]).failures
    }
    #expect(failure?.kind == .malformedAnswer)
    #expect(failure?.message == "the answer is not what DescribeServices answers: \(words)")
  }

  @Test func `the tasks of a deployment are listed over several pages`() async throws {
    let script = Script([
      .ok(#"{"taskArns":[],"nextToken":"1"}"#), .ok(#"{"taskArns":["a","b"],"nextToken":"2"}"#),
      .ok(#"{"taskArns":["c"]}"#),
    ])
    let tasks = try await client(script).listTasks(
      cluster: "c", startedBy: "ecs-svc/2", desiredStatus: .stopped)
    #expect(tasks == ["a", "b", "c"])
    #expect(
      sentBody(script)
        == #"{"cluster":"c","desiredStatus":"STOPPED","nextToken":"2","startedBy":"ecs-svc/2"}"#)
  }

  @Test func `a page that comes back for ever ends in a failure`() async throws {
    let client = try client(Script(Array(repeating: .ok(#"{"taskArns":[],"nextToken":"1"}"#), count: 9)))
    let failure = await caught { () throws(AWSFailure) in
      try await client.listTasks(cluster: "c", startedBy: "x", desiredStatus: .running)
    }
    #expect(failure?.kind == .malformedAnswer)
  }

  @Test func `a stopped task says why, and one of moto says little`() async throws {
    let body = """
      {"tasks":[{"taskArn":"t1","lastStatus":"STOPPED","stopCode":"TaskFailedToStart",
      "stoppedReason":"ResourceInitializationError: unable to pull secrets","createdAt":1551780397.866,
      "stoppedAt":1551780400,"containers":[{"name":"app","exitCode":137,"reason":"OutOfMemoryError","lastStatus":"STOPPED"}]},
      {"taskArn":"t2","lastStatus":"RUNNING","stoppedReason":"","containers":[{"name":"x","exitCode":0}]}],"failures":[]}
      """
    let tasks = try await client(Script([.ok(body)])).describeTasks(cluster: "c", tasks: ["t1", "t2"])
    #expect(tasks[0].stopCode == "TaskFailedToStart" && tasks[0].startedAt == nil)
    #expect(tasks[0].stoppedAt?.milliseconds == 1_551_780_400_000)
    #expect(
      tasks[0].containers == [
        ContainerDescription(name: "app", exitCode: 137, reason: "OutOfMemoryError", lastStatus: "STOPPED")
      ])
    #expect(tasks[1].stoppedReason == nil && tasks[1].createdAt == nil)
  }
}
