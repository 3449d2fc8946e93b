// SPDX-License-Identifier: Apache-2.0
// What the calls of CodeDeploy send, and what they make of answers in the shapes of AWS.

import Core
import Platform
import Testing

@testable import AWS

private func sentBody(_ script: Script) -> String {
  script.sent.last.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
}

struct CodeDeployCallsTests {
  @Test func `a deployment is created once, with the AppSpec and its hash`() async throws {
    let script = Script([.ok(#"{"deploymentId":"d-A1B2C3D4E"}"#)])
    let id = try await client(script).createDeployment(
      application: "app", group: "blue", appSpec: #"{"version":0.0}"#, description: "rollwatch R1",
      restart: "R1")
    let request = try #require(script.sent.first)
    #expect(id == "d-A1B2C3D4E")
    #expect(request.url == "https://codedeploy.eu-west-1.amazonaws.com/" && request.mustNotRepeat)
    #expect(request.header("Content-Type") == "application/x-amz-json-1.1")
    #expect(request.header("X-Amz-Target") == "CodeDeploy_20141006.CreateDeployment")
    #expect(request.header("User-Agent") == "rollwatch/0.1.0 restart/R1")
    #expect(request.header("Authorization")?.contains("/eu-west-1/codedeploy/aws4_request") == true)
    #expect(
      sentBody(script)
        == #"{"applicationName":"app","deploymentGroupName":"blue","description":"rollwatch R1","revision":"#
        + #"{"appSpecContent":{"content":"{\"version\":0.0}","sha256":"#
        + #""05be9fbb372a80b138ed189452851e763059b2dd1c6f7c44363211d0d7739171"},"#
        + #""revisionType":"AppSpecContent"}}"#)
  }

  @Test func `a group with a deployment under way is a conflict, and nothing was done`() async throws {
    let script = Script([
      .answer(
        400,
        #"{"__type":"DeploymentLimitExceededException","message":"The Deployment Group 'g' already has an active Deployment 'd-1'"}"#,
        [])
    ])
    let client = try client(script)
    let failure = await caught { () throws(AWSFailure) in
      try await client.createDeployment(
        application: "a", group: "g", appSpec: "{}", description: "", restart: "R1")
    }
    #expect(failure?.kind == .conflict && failure?.mayHaveTakenEffect == false)
  }

  @Test(arguments: [
    "ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException",
    "DeploymentDoesNotExistException",
  ])
  func `what does not exist is told apart`(_ code: String) async throws {
    let client = try client(Script([.answer(400, #"{"__type":"\#(code)"}"#, [])]))
    let failure = await caught { () throws(AWSFailure) in try await client.getDeployment("d-1") }
    #expect(failure?.kind == .notFound && failure?.code == code)
  }

  @Test func `a failed deployment says why`() async throws {
    let body = """
      {"deploymentInfo":{"applicationName":"a","deploymentGroupName":"g","deploymentId":"d-1","status":"Failed",
      "createTime":1551780397.866,"completeTime":1551780400,"description":"rollwatch R1","creator":"user","new":[1],
      "errorInformation":{"code":"HOOK_EXECUTION_FAILURE","message":"A hook failed."},
      "rollbackInfo":{"rollbackDeploymentId":"d-2","rollbackMessage":"m"},"instanceTerminationWaitTimeStarted":false}}
      """
    let script = Script([.ok(body)])
    let deployment = try await client(script).getDeployment("d-1")
    #expect(sentBody(script) == #"{"deploymentId":"d-1"}"#)
    #expect(
      deployment
        == CodeDeployment(
          id: "d-1", status: "Failed", createdAt: Timestamp(milliseconds: 1_551_780_397_866),
          completedAt: Timestamp(milliseconds: 1_551_780_400_000), description: "rollwatch R1",
          creator: "user",
          error: CodeDeployError(code: "HOOK_EXECUTION_FAILURE", message: "A hook failed."),
          rollbackID: "d-2", isTerminatingOldTasks: false))
  }

  @Test func `a deployment that has just begun says little`() async throws {
    let body =
      #"{"deploymentInfo":{"deploymentId":"d-1","status":"Created","createTime":5,"errorInformation":null,"#
      + #""rollbackInfo":null,"description":""}}"#
    let deployment = try await client(Script([.ok(body)])).getDeployment("d-1")
    #expect(deployment.description == nil && deployment.error == nil && deployment.rollbackID == nil)
    #expect(deployment.completedAt == nil && !deployment.isTerminatingOldTasks)
  }

  @Test(arguments: [
    ("{}", "deploymentInfo is missing"),
    (#"{"deploymentInfo":{"deploymentId":"d"}}"#, "deploymentInfo: status is missing"),
    (#"{"deploymentInfo":{"createTime":"now"}}"#, "deploymentInfo.createTime: not a number"),
  ])
  func `another shape is malformed`(_ body: String, _ words: String) async throws {
    let client = try client(Script([.ok(body)]))
    let failure = await caught { () throws(AWSFailure) in try await client.getDeployment("d") }
    #expect(failure?.kind == .malformedAnswer)
    #expect(failure?.message == "the answer is not what GetDeployment answers: \(words)")
  }

  @Test func `groups are read with the services they deploy`() async throws {
    let body = """
      {"deploymentGroupsInfo":[{"applicationName":"a","deploymentGroupName":"g","computePlatform":"ECS",
      "ecsServices":[{"serviceName":"s","clusterName":"c"}]},
      {"applicationName":"a","deploymentGroupName":"h","computePlatform":"Server"}],"errorMessage":""}
      """
    let script = Script([.ok(body)])
    let groups = try await client(script).batchGetDeploymentGroups(application: "a", groups: ["g", "h"])
    #expect(sentBody(script) == #"{"applicationName":"a","deploymentGroupNames":["g","h"]}"#)
    #expect(groups.map(\.services) == [[DeployedService(cluster: "c", name: "s")], []])
    #expect(groups.map(\.platform) == ["ECS", "Server"])
  }

  @Test func `one group is read alone`() async throws {
    let body = #"{"deploymentGroupInfo":{"applicationName":"a","deploymentGroupName":"g","ecsServices":[]}}"#
    let script = Script([.ok(body)])
    let group = try await client(script).getDeploymentGroup(application: "a", group: "g")
    #expect(sentBody(script) == #"{"applicationName":"a","deploymentGroupName":"g"}"#)
    #expect(group.name == "g" && group.services.isEmpty && group.platform == nil)
  }

  @Test func `names are listed over all pages, empty ones included`() async throws {
    let script = Script([
      .ok(#"{"applications":[],"nextToken":"1"}"#), .ok(#"{"applications":["a"],"nextToken":"2"}"#),
      .ok(#"{"applications":["b"],"nextToken":""}"#),
    ])
    #expect(try await client(script).listApplications() == ["a", "b"])
    #expect(script.sent.map { String(decoding: $0.body, as: UTF8.self) }.first == "{}")
    #expect(sentBody(script) == #"{"nextToken":"2"}"#)
  }

  @Test func `deployments are listed from a time on`() async throws {
    let script = Script([.ok(#"{"deployments":["d-1"]}"#)])
    let since = Timestamp(milliseconds: 1_551_780_397_866)
    let ids = try await client(script).listDeployments(application: "a", group: "g", since: since)
    #expect(ids == ["d-1"])
    #expect(
      sentBody(script)
        == #"{"applicationName":"a","createTimeRange":{"start":1551780397},"deploymentGroupName":"g"}"#)
  }
}
