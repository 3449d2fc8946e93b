// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Platform
import Testing

private let mistakes: [(String, String, JSON)] = [
  ("DescriptionTooLongException", "description", .string(String(repeating: "x", count: 257))),
  ("ApplicationDoesNotExistException", "applicationName", "other"),
  ("DeploymentGroupDoesNotExistException", "deploymentGroupName", "other"),
  ("InvalidRevisionException", "revision", ["revisionType": "AppSpecContent"]),
  (
    "InvalidRevisionException", "revision",
    ["revisionType": "AppSpecContent", "appSpecContent": ["content": "{}"]]
  ),
]

struct DeploymentTests {
  @Test func `a deployment replaces the tasks, and ends when the old ones have`() {
    var call = Caller(deployments: .succeeds(after: .seconds(60), terminating: .seconds(300)))
    let before = call.taskSet()
    let id = call.deploy()
    #expect(call.deployment(id)?["status"] == "Created")
    call.now = noon + .seconds(30)
    #expect(call.deployment(id)?["status"] == "InProgress")
    #expect(call.taskSet() == before)
    call.now = noon + .seconds(60)
    #expect(call.deployment(id)?["status"] == "InProgress")
    #expect(call.deployment(id)?["instanceTerminationWaitTimeStarted"] == true)
    #expect(call.taskSet() != before)
    call.now = noon + .seconds(360)
    #expect(call.deployment(id)?["status"] == "Succeeded")
    #expect(call.deployment(id)?["completeTime"]?.number == Double(noon.milliseconds / 1_000 + 360))
  }

  @Test func `one that fails says why and replaces nothing`() {
    var call = Caller(deployments: .fails(after: .seconds(5), code: "TIMEOUT", message: "too slow"))
    let before = call.taskSet()
    let id = call.deploy()
    call.now = noon + .seconds(5)
    #expect(call.deployment(id)?["status"] == "Failed")
    #expect(call.deployment(id)?["errorInformation"] == ["code": "TIMEOUT", "message": "too slow"])
    #expect(call.taskSet() == before)
  }

  @Test func `one that is stopped says so`() {
    var call = Caller(deployments: .hangs)
    let id = call.deploy()
    _ = call("codedeploy:StopDeployment", ["deploymentId": .string(id)])
    #expect(call.deployment(id)?["status"] == "Stopped")
    #expect(call.deployment(id)?["errorInformation"]?["code"] == "MANUAL_STOP")
  }

  @Test func `one that waits goes on when it is told to`() {
    var call = Caller(deployments: .waits(after: .seconds(5)))
    let id = call.deploy()
    let name: JSON = ["deploymentId": .string(id)]
    #expect(call.error("codedeploy:ContinueDeployment", name) == "DeploymentIsNotInReadyStateException")
    call.now = noon + .seconds(5)
    #expect(call.deployment(id)?["status"] == "Ready")
    _ = call("codedeploy:ContinueDeployment", name)
    #expect(call.deployment(id)?["status"] == "Succeeded")
  }

  @Test func `a group takes one deployment at a time`() {
    var call = Caller(deployments: .succeeds(after: .seconds(60), terminating: .zero))
    let first = call.deploy()
    #expect(call.error("codedeploy:CreateDeployment", call.order) == "DeploymentLimitExceededException")
    call.now = noon + .seconds(60)
    let second = call.deploy()
    #expect(!second.isEmpty && second != first)
  }

  @Test func `deployments are listed by when they were made`() {
    var call = Caller(deployments: .succeeds(after: .zero, terminating: .zero))
    let first = call.deploy()
    call.now = noon + .seconds(60)
    let second = call.deploy()
    #expect(Set(call.deployments(since: noon)) == [first, second])
    #expect(call.deployments(since: noon + .seconds(30)) == [second])
  }

  @Test(arguments: mistakes)
  func `a wrong order is refused`(_ code: String, _ member: String, _ value: JSON) {
    var call = Caller(deployments: .hangs)
    let order = JSON.object(
      (call.order.object ?? []).map { $0.name == member ? JSON.Member(member, value) : $0 })
    #expect(call.error("codedeploy:CreateDeployment", order) == code)
  }

  @Test func `a hash that is not the content's is refused`() {
    var call = Caller(deployments: .hangs)
    let order = Caller.order(hash: String(repeating: "0", count: 64))
    #expect(call.error("codedeploy:CreateDeployment", order) == "InvalidRevisionException")
  }

  @Test func `groups tell the service that they deploy`() {
    var call = Caller(deployments: .hangs)
    let groups = call(
      "codedeploy:BatchGetDeploymentGroups",
      ["applicationName": "a", "deploymentGroupNames": ["g", "other"]])
    #expect(groups?["deploymentGroupsInfo"]?.array?.count == 1)
    #expect(
      groups?["deploymentGroupsInfo"]?[0]?["ecsServices"] == [["serviceName": "s", "clusterName": "c"]])
    #expect(call("codedeploy:ListApplications")?["applications"] == ["a"])
    #expect(call("codedeploy:ListDeploymentGroups", ["applicationName": "a"])?["deploymentGroups"] == ["g"])
  }

  @Test func `applications come in pages of a hundred`() {
    var call = Caller()
    for index in 0..<250 {
      call.aws.seedDeploymentGroup("a\(index)/g", for: "c/s", in: london, at: noon)
    }
    let pages = call.pages("codedeploy:ListApplications", [:], list: "applications", token: "nextToken")
    #expect(pages.map(\.count) == [100, 100, 50])
  }
}

extension Caller {
  /// A caller of an AWS with the group `a/g` for the service `c/s`, whose deployments will go like this.
  fileprivate init(deployments course: DeploymentCourse) {
    self.init()
    aws.seedService("c/s", desiredCount: 2, controller: "CODE_DEPLOY", in: london, at: noon)
    aws.seedDeploymentGroup("a/g", for: "c/s", in: london, at: noon)
    aws.setDeployment(course, of: "a/g", onlyNext: false, in: london, at: noon)
  }

  static func order(hash: String?) -> JSON {
    let content =
      #"{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"s:1","#
      + #""LoadBalancerInfo":{"ContainerName":"app","ContainerPort":8080}}}}]}"#
    return [
      "applicationName": "a", "deploymentGroupName": "g", "description": "by hand",
      "revision": [
        "revisionType": "AppSpecContent",
        "appSpecContent": [
          "content": .string(content), "sha256": .string(hash ?? SHA256.hash(content.utf8).hex),
        ],
      ],
    ]
  }

  fileprivate var order: JSON { Self.order(hash: nil) }

  fileprivate mutating func deploy() -> String {
    self("codedeploy:CreateDeployment", order)?["deploymentId"]?.string ?? ""
  }

  fileprivate mutating func deployment(_ id: String) -> JSON? {
    self("codedeploy:GetDeployment", ["deploymentId": .string(id)])?["deploymentInfo"]
  }

  fileprivate mutating func deployments(since time: Timestamp) -> [String] {
    let range: JSON = ["start": .time(time)]
    let list = self(
      "codedeploy:ListDeployments",
      ["applicationName": "a", "deploymentGroupName": "g", "createTimeRange": range])
    return (list?["deployments"]?.array ?? []).compactMap(\.string)
  }

  /// The id of the task set that has the traffic.
  fileprivate mutating func taskSet() -> String? {
    service()?["taskSets"]?.array?.first { $0["status"] == "PRIMARY" }?["id"]?.string
  }
}
