// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Testing

struct RunTaskTests {
  @Test func `a task is pending, runs and stops with its containers' exit codes`() {
    var call = Caller(tasks: .ends(after: .seconds(60), codes: ["app": 3]))
    let arn = call.run()?["tasks"]?[0]?["taskArn"] ?? ""
    #expect(call.task(arn)?["lastStatus"] == "PENDING")
    call.now = noon + .seconds(30)
    #expect(call.task(arn)?["lastStatus"] == "RUNNING")
    call.now = noon + .seconds(60)
    let task = call.task(arn)
    #expect(task?["lastStatus"] == "STOPPED" && task?["stopCode"] == "EssentialContainerExited")
    #expect(task?["containers"]?.array?.map { $0["exitCode"] } == [3, 0])
  }

  @Test func `a task that never started has no exit code`() {
    var call = Caller(
      tasks: .failsToStart(after: .seconds(5), reason: "CannotPullContainerError: no such image"))
    let arn = call.run()?["tasks"]?[0]?["taskArn"] ?? ""
    call.now = noon + .seconds(5)
    let task = call.task(arn)
    #expect(task?["stopCode"] == "TaskFailedToStart" && task?["startedAt"] == nil)
    #expect(task?["containers"]?[0]?["exitCode"] == nil)
  }

  @Test func `tasks that find no room are failures of a call that succeeds`() {
    var call = Caller(tasks: .isRefused(starting: 1, reason: "RESOURCE:MEMORY", detail: nil))
    let answer = call.run(count: 3)
    #expect(answer?["tasks"]?.array?.count == 1)
    #expect(answer?["failures"] == [["reason": "RESOURCE:MEMORY"], ["reason": "RESOURCE:MEMORY"]])
  }

  @Test func `the same request with the same token starts nothing more`() {
    var call = Caller(tasks: .runs)
    let first = call.run(token: "T")
    let second = call.run(token: "T")
    #expect(first?["tasks"]?[0]?["taskArn"] == second?["tasks"]?[0]?["taskArn"])
    #expect(call.running().count == 1)
    #expect(call.run(count: 2, token: "T")?["__type"] == "ConflictException")
  }

  @Test func `a request that found no room may be made again with its token`() {
    var call = Caller(tasks: .runs)
    let refusal = TaskCourse.isRefused(starting: 0, reason: "AGENT", detail: nil)
    call.aws.setTaskCourse(refusal, ofFamily: "f", onlyNext: true, in: london, at: noon)
    #expect(call.run(token: "T")?["tasks"] == [])
    #expect(call.run(token: "T")?["tasks"]?.array?.count == 1)
  }

  @Test func `tasks are found by who started them, and stopped by hand`() {
    var call = Caller(tasks: .runs)
    let arn = call.run()?["tasks"]?[0]?["taskArn"] ?? ""
    #expect(call.running() == [arn])
    _ = call("ecs:StopTask", ["cluster": "c", "task": arn, "reason": "by hand"])
    #expect(call.running().isEmpty)
    #expect(call.task(arn)?["stoppedReason"] == "by hand")
    #expect(call.task(arn)?["containers"]?[0]?["exitCode"] == 137)
  }

  @Test func `a stopped task is forgotten after an hour`() {
    var call = Caller(tasks: .ends(after: .zero, codes: [:]))
    let arn = call.run()?["tasks"]?[0]?["taskArn"] ?? ""
    call.now = noon + .seconds(3_600)
    #expect(call.task(arn) != nil)
    call.now = noon + .seconds(3_601)
    #expect(call.task(arn) == nil)
  }

  @Test func `a task with a network of its own needs to be told which`() {
    var call = Caller(tasks: .runs)
    _ = call("ecs:RegisterTaskDefinition", ["family": "vpc", "networkMode": "awsvpc"])
    let answer = call("ecs:RunTask", ["cluster": "c", "taskDefinition": "vpc"])
    #expect(answer?["__type"] == "InvalidParameterException")
    #expect(call.error("ecs:RunTask", ["cluster": "c", "taskDefinition": "nobody"]) == "ClientException")
    #expect(
      call.error("ecs:RunTask", ["cluster": "d", "taskDefinition": "vpc"]) == "ClusterNotFoundException")
  }
}

extension Caller {
  /// A caller of an AWS whose tasks of family `f` in cluster `c` will go like this.
  fileprivate init(tasks course: TaskCourse) {
    self.init()
    _ = self("ecs:CreateCluster", ["clusterName": "c"])
    let containers: JSON = [["name": "app"], ["name": "side", "essential": false]]
    _ = self("ecs:RegisterTaskDefinition", ["family": "f", "containerDefinitions": containers])
    aws.setTaskCourse(course, ofFamily: "f", onlyNext: false, in: london, at: noon)
  }

  fileprivate mutating func run(count: Int64 = 1, token: String? = nil) -> JSON? {
    let members = [
      JSON.Member("cluster", "c"), JSON.Member("taskDefinition", "f"), JSON.Member("count", .integer(count)),
      JSON.Member("startedBy", "me"),
    ]
    return self(
      "ecs:RunTask", .object(members + (token.map { [JSON.Member("clientToken", .string($0))] } ?? [])))
  }

  fileprivate mutating func task(_ arn: JSON) -> JSON? {
    self("ecs:DescribeTasks", ["cluster": "c", "tasks": [arn]])?["tasks"]?[0]
  }

  fileprivate mutating func running() -> [JSON] {
    self("ecs:ListTasks", ["cluster": "c", "startedBy": "me"])?["taskArns"]?.array ?? []
  }
}
