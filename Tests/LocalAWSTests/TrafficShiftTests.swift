// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Testing

struct TrafficShiftTests {
  private static let configuration: JSON = [
    "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 2,
    "lifecycleHooks": [
      [
        "targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
        "timeoutConfiguration": ["timeoutInMinutes": 30, "action": "ROLLBACK"],
      ]
    ],
  ]

  private static func caller(_ configuration: JSON, _ rollout: Rollout) -> Caller {
    var call = Caller()
    call.aws.seedService("c/s", desiredCount: 2, configuration: configuration, in: london, at: noon)
    call.aws.setRollout(rollout, of: "c/s", onlyNext: false, in: london, at: noon)
    return call
  }

  @Test func `a shift bakes and then the old tasks go`() {
    var call = Self.caller(
      ["strategy": "BLUE_GREEN", "bakeTimeInMinutes": 2], .completes(after: .seconds(60)))
    let id = call.force()
    #expect(call.newest()?["status"] == "IN_PROGRESS")
    call.now = noon + .seconds(60)
    #expect(call.newest()?["lifecycleStage"] == "BAKE_TIME")
    #expect(call.service()?["runningCount"] == 4)
    #expect(call.newest()?["targetServiceRevision"]?["runningTaskCount"] == 2)
    call.now = noon + .seconds(180)
    #expect(call.newest()?["status"] == "SUCCESSFUL")
    #expect(call.service()?["runningCount"] == 2)
    #expect(call.service()?["deployments"]?[0]?["id"]?.string == id)
    #expect(call.service()?["deployments"]?[0]?["rolloutState"] == nil)
  }

  @Test(arguments: [("CONTINUE", "SUCCESSFUL"), ("ROLLBACK", "ROLLBACK_SUCCESSFUL")])
  func `a pause waits for a word`(action: String, status: String) {
    var call = Self.caller(Self.configuration, .completes(after: .seconds(60)))
    _ = call.force()
    call.now = noon + .seconds(900)
    let hook = call.newest()?["lifecycleHookDetails"]?[0]
    #expect(hook?["status"] == "AWAITING_ACTION" && hook?["timeoutAction"] == "ROLLBACK")
    let arn = call.newest()?["serviceDeploymentArn"] ?? ""
    let word: JSON = [
      "serviceDeploymentArn": arn, "hookId": hook?["hookId"] ?? "", "action": .string(action),
    ]
    #expect(call("ecs:ContinueServiceDeployment", word)?["serviceDeploymentArn"] == arn)
    call.now = noon + .seconds(1_020)
    #expect(call.newest()?["status"]?.string == status)
    #expect(call.error("ecs:ContinueServiceDeployment", word) == "InvalidParameterException")
  }

  @Test func `a pause times out`() {
    var call = Self.caller(Self.configuration, .completes(after: .seconds(60)))
    _ = call.force()
    call.now = noon + .seconds(1_860)
    #expect(call.newest()?["status"] == "ROLLBACK_SUCCESSFUL")
    #expect(call.newest()?["lifecycleHookDetails"]?[0]?["status"] == "TIMED_OUT")
    #expect(call.service()?["runningCount"] == 2)
  }

  private static let ends: [(Rollout, String)] = [
    (.rollsBack(after: .seconds(10), failing: 3, .exits(code: 1), back: .seconds(10)), "ROLLBACK_SUCCESSFUL"),
    (.fails(after: .seconds(10), failing: 3, .exits(code: 1)), "ROLLBACK_FAILED"),
    (.hangs, "IN_PROGRESS"),
  ]

  @Test(arguments: ends)
  func `a shift whose tasks fail is taken back`(rollout: Rollout, status: String) {
    var call = Self.caller(["strategy": "CANARY"], rollout)
    _ = call.force()
    call.now = noon + .seconds(10_000)
    #expect(call.newest()?["status"]?.string == status)
  }

  @Test func `another deployment stops the one before`() {
    var call = Self.caller(["strategy": "LINEAR"], .completes(after: .seconds(60)))
    _ = call.force()
    let first = call.newest()?["serviceDeploymentArn"]?.string
    _ = call.force()
    let listed = call("ecs:ListServiceDeployments", ["cluster": "c", "service": "s"])?["serviceDeployments"]
    let states = listed?.array?.compactMap { $0["status"]?.string }
    #expect(states?.prefix(2) == ["IN_PROGRESS", "STOPPED"])
    #expect(listed?[1]?["serviceDeploymentArn"]?.string == first)
  }

  @Test func `protected tasks are told apart`() {
    var call = Caller(service: .hangs, desiredCount: 2)
    let tasks = call("ecs:ListTasks", ["cluster": "c", "serviceName": "s"])?["taskArns"] ?? []
    #expect(tasks.array?.count == 2)
    call.aws.setProtection(true, of: "c/s", in: london, at: noon)
    let answer = call("ecs:GetTaskProtection", ["cluster": "c", "tasks": tasks])
    #expect(answer?["protectedTasks"]?[0]?["protectionEnabled"] == true)
    #expect(answer?["protectedTasks"]?.array?.count == 2)
  }
}

extension Caller {
  /// The newest service deployment of `c/s`, described.
  fileprivate mutating func newest() -> JSON? {
    let listed = self("ecs:ListServiceDeployments", ["cluster": "c", "service": "s"])
    guard let arn = listed?["serviceDeployments"]?[0]?["serviceDeploymentArn"] else { return nil }
    return self("ecs:DescribeServiceDeployments", ["serviceDeploymentArns": [arn]])?["serviceDeployments"]?[0]
  }
}
