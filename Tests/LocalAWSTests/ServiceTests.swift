// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Testing

struct ServiceTests {
  @Test func `a rollout replaces task after task and completes`() {
    var call = Caller(service: .completes(after: .seconds(60)), desiredCount: 2)
    let id = call.force()
    #expect(call.deployments() == ["PRIMARY IN_PROGRESS 0+2", "ACTIVE COMPLETED 2+0"])
    call.now = noon + .seconds(30)
    #expect(call.deployments() == ["PRIMARY IN_PROGRESS 1+1", "ACTIVE COMPLETED 1+0"])
    call.now = noon + .seconds(60)
    #expect(call.deployments() == ["PRIMARY COMPLETED 2+0"])
    #expect(call.service()?["deployments"]?[0]?["id"]?.string == id)
    #expect(call.service()?["events"]?[0]?["message"] == "(service s) has reached a steady state.")
  }

  @Test func `a rollout whose tasks fail is given up by the circuit breaker`() {
    var call = Caller(service: .fails(after: .seconds(30), failing: 3, .secretMissing), desiredCount: 1)
    let id = call.force()
    call.now = noon + .seconds(20)
    #expect(call.service()?["deployments"]?[0]?["failedTasks"] == 2)
    call.now = noon + .seconds(30)
    #expect(call.deployments() == ["PRIMARY FAILED 0+0", "ACTIVE COMPLETED 1+0"])
    let list: JSON = ["cluster": "c", "startedBy": .string(id), "desiredStatus": "STOPPED"]
    let arns = call("ecs:ListTasks", list)?["taskArns"] ?? []
    let task = call("ecs:DescribeTasks", ["cluster": "c", "tasks": arns])?["tasks"]?[0]
    #expect(arns.array?.count == 3)
    #expect(task?["stopCode"] == "TaskFailedToStart")
    #expect(task?["stoppedReason"]?.string?.hasPrefix("ResourceInitializationError") == true)
  }

  @Test func `a task that exits has its exit code`() {
    var call = Caller(service: .fails(after: .seconds(3), failing: 1, .exits(code: 137)), desiredCount: 1)
    let id = call.force()
    call.now = noon + .seconds(3)
    let list: JSON = ["cluster": "c", "startedBy": .string(id), "desiredStatus": "STOPPED"]
    let arns = call("ecs:ListTasks", list)?["taskArns"] ?? []
    let task = call("ecs:DescribeTasks", ["cluster": "c", "tasks": arns])?["tasks"]?[0]
    #expect(task?["stopCode"] == "EssentialContainerExited")
    #expect(task?["containers"]?[0]?["exitCode"] == 137)
  }

  @Test func `a rollback is another primary deployment that says so`() {
    var call = Caller(
      service: .rollsBack(after: .seconds(30), failing: 3, .secretMissing, back: .seconds(10)),
      desiredCount: 1)
    let before = call.service()?["deployments"]?[0]?["id"]?.string ?? ""
    let id = call.force()
    call.now = noon + .seconds(30)
    let primary = call.service()?["deployments"]?[0]
    #expect(primary?["id"]?.string != id)
    #expect(
      primary?["rolloutStateReason"]?.string
        == "ECS deployment circuit breaker: rolling back to deploymentId \(before).")
    call.now = noon + .seconds(40)
    #expect(call.deployments() == ["PRIMARY COMPLETED 1+0"])
  }

  @Test func `a rollout that hangs is in progress for ever, without failures`() {
    var call = Caller(service: .hangs, desiredCount: 1)
    _ = call.force()
    call.now = noon + .seconds(86_400)
    #expect(call.deployments() == ["PRIMARY IN_PROGRESS 0+1", "ACTIVE COMPLETED 1+0"])
    #expect(call.service()?["deployments"]?[0]?["failedTasks"] == 0)
  }

  @Test func `without a circuit breaker tasks fail for ever`() {
    var call = Caller(service: .keepsFailing(every: .seconds(10), .exits(code: 1)), desiredCount: 1)
    _ = call.force()
    call.now = noon + .seconds(100)
    #expect(call.service()?["deployments"]?[0]?["failedTasks"] == 10)
    #expect(call.service()?["deployments"]?[0]?["rolloutState"] == "IN_PROGRESS")
  }

  @Test func `somebody else's force supersedes a rollout`() {
    var call = Caller(service: .superseded(after: .seconds(5), completing: .seconds(5)), desiredCount: 1)
    let id = call.force()
    call.now = noon + .seconds(5)
    #expect(call.service()?["deployments"]?[0]?["id"]?.string != id)
    #expect(call.service()?["deployments"]?[0]?["rolloutState"] == "IN_PROGRESS")
  }

  @Test func `what is said of the next deployments counts once`() {
    var call = Caller(service: .completes(after: .zero), desiredCount: 1)
    call.aws.setRollout(.hangs, of: "c/s", onlyNext: true, in: london, at: noon)
    _ = call.force()
    #expect(call.deployments().first == "PRIMARY IN_PROGRESS 0+1")
    _ = call.force()
    #expect(call.deployments() == ["PRIMARY COMPLETED 1+0"])
  }

  @Test(arguments: [("CODE_DEPLOY", "a CODE_DEPLOY"), ("EXTERNAL", "an EXTERNAL")])
  func `other controllers refuse a forced deployment`(controller: String, words: String) {
    var call = Caller()
    call.aws.seedService("c/s", desiredCount: 1, controller: controller, in: london, at: noon)
    let answer = call("ecs:UpdateService", ["cluster": "c", "service": "s", "forceNewDeployment": true])
    #expect(answer?["__type"] == "InvalidParameterException")
    #expect(
      answer?["message"]?.string?.hasPrefix(
        "Cannot force a new deployment on services with \(words) deployment controller.") == true)
    #expect(call.service()?["deployments"] == [])
  }

  @Test func `a deleted service stays visible and refuses to be updated`() {
    var call = Caller(service: .hangs, desiredCount: 1)
    let name: JSON = ["cluster": "c", "service": "s"]
    #expect(call.error("ecs:DeleteService", name) == "InvalidParameterException")
    _ = call("ecs:DeleteService", ["cluster": "c", "service": "s", "force": true])
    #expect(call.service()?["status"] == "INACTIVE")
    #expect(call.error("ecs:UpdateService", name) == "ServiceNotActiveException")
    #expect(call("ecs:ListServices", ["cluster": "c"])?["serviceArns"] == [])
  }

  @Test func `a deleted service drains for as long as was said`() {
    var call = Caller(service: .hangs, desiredCount: 1)
    call.aws.setDrainTime(.seconds(30), in: london, at: noon)
    _ = call("ecs:DeleteService", ["cluster": "c", "service": "s", "force": true])
    call.now = noon + .seconds(29)
    #expect(call.service()?["status"] == "DRAINING")
    call.now = noon + .seconds(30)
    #expect(call.service()?["status"] == "INACTIVE")
  }

  @Test(arguments: [
    (1, 100, 100, false), (1, 100, 200, true), (1, 0, 100, true), (2, 50, 100, true), (1, 50, 150, false),
  ])
  func `a rollout that may neither start nor stop a task never ends`(
    desired: Int, minimum: Int, maximum: Int, ends: Bool
  ) {
    var call = Caller()
    let configuration: JSON = [
      "minimumHealthyPercent": .integer(Int64(minimum)), "maximumPercent": .integer(Int64(maximum)),
    ]
    call.aws.seedService("c/s", desiredCount: desired, configuration: configuration, in: london, at: noon)
    _ = call.force()
    call.now = noon + .seconds(86_400)
    #expect(call.service()?["deployments"]?[0]?["rolloutState"] == (ends ? "COMPLETED" : "IN_PROGRESS"))
  }

  @Test func `unknown names are told apart`() {
    var call = Caller(service: .hangs, desiredCount: 1)
    let described = call("ecs:DescribeServices", ["cluster": "c", "services": ["s", "t"]])
    #expect(described?["services"]?.array?.count == 1)
    #expect(described?["failures"]?[0]?["reason"] == "MISSING")
    #expect(call.error("ecs:UpdateService", ["cluster": "c", "service": "t"]) == "ServiceNotFoundException")
    #expect(call.error("ecs:UpdateService", ["cluster": "d", "service": "s"]) == "ClusterNotFoundException")
    let eleven: JSON = .array(Array(repeating: "s", count: 11))
    #expect(
      call.error("ecs:DescribeServices", ["cluster": "c", "services": eleven]) == "InvalidParameterException")
  }

  @Test func `services and tasks are listed in pages`() {
    var call = Caller()
    for index in 0..<25 { call.aws.seedService("c/s\(index)", desiredCount: 5, in: london, at: noon) }
    let services = call.pages("ecs:ListServices", ["cluster": "c"], list: "serviceArns", token: "nextToken")
    #expect(services.map(\.count) == [10, 10, 5])
    let tasks = call.pages("ecs:ListTasks", ["cluster": "c"], list: "taskArns", token: "nextToken")
    #expect(tasks.map(\.count) == [100, 25])
  }

  @Test func `a stopped task is replaced and keeps its reason`() {
    var call = Caller(service: .hangs, desiredCount: 1)
    let arn = call("ecs:ListTasks", ["cluster": "c"])?["taskArns"]?[0] ?? ""
    let stopped = call("ecs:StopTask", ["cluster": "c", "task": arn, "reason": "by hand"])?["task"]
    #expect(stopped?["stoppedReason"] == "by hand")
    #expect(stopped?["stopCode"] == "UserInitiated")
    #expect(call.service()?["runningCount"] == 1)
  }

  @Test func `a service is created and updated with a task definition`() {
    var call = Caller()
    _ = call("ecs:CreateCluster", ["clusterName": "c"])
    _ = call("ecs:RegisterTaskDefinition", ["family": "f", "containerDefinitions": []])
    _ = call("ecs:RegisterTaskDefinition", ["family": "f", "containerDefinitions": []])
    _ = call(
      "ecs:CreateService",
      ["cluster": "c", "serviceName": "s", "taskDefinition": "f:1", "desiredCount": 1])
    _ = call("ecs:UpdateService", ["cluster": "c", "service": "s", "taskDefinition": "f"])
    #expect(
      call.service()?["taskDefinition"] == "arn:aws:ecs:eu-west-2:123456789012:task-definition/f:2")
    #expect(call.deployments() == ["PRIMARY COMPLETED 1+0"])
  }
}

extension Caller {
  /// A caller of an AWS with the service `c/s`, whose deployments will go like this.
  init(service rollout: Rollout, desiredCount: Int) {
    self.init()
    aws.seedService("c/s", desiredCount: desiredCount, in: london, at: noon)
    aws.setRollout(rollout, of: "c/s", onlyNext: false, in: london, at: noon)
  }

  /// Forces a deployment and returns its id.
  mutating func force() -> String {
    let answer = self("ecs:UpdateService", ["cluster": "c", "service": "s", "forceNewDeployment": true])
    return answer?["service"]?["deployments"]?[0]?["id"]?.string ?? ""
  }

  mutating func service() -> JSON? {
    self("ecs:DescribeServices", ["cluster": "c", "services": ["s"]])?["services"]?[0]
  }

  /// The service's deployments, each as status, state, running and pending tasks.
  mutating func deployments() -> [String] {
    (service()?["deployments"]?.array ?? []).map { deployment in
      let (status, state) = (deployment["status"]?.string ?? "", deployment["rolloutState"]?.string ?? "")
      return
        "\(status) \(state) \(deployment["runningCount"]?.integer ?? -1)+\(deployment["pendingCount"]?.integer ?? -1)"
    }
  }
}
