// SPDX-License-Identifier: Apache-2.0
// Texts as AWS writes them, and the one sentence that is made of them.

import Testing

@testable import Core

struct DiagnosisTests {
  private static func verdict(_ tasks: StoppedTask..., events: String..., protected: String...) -> String? {
    Diagnosis.verdict(
      events: events.map { .said($0) },
      evidence: Evidence(stoppedTasks: tasks, protectedTasks: protected, gaps: []))
  }

  private static let secret = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:staging/shop/db-AbCdEf"
  private static let secrets = "ResourceInitializationError: unable to pull secrets or registry auth: "

  private static let tasks: [(StoppedTask, String)] = [
    (
      .task(
        "1", "TaskFailedToStart",
        secrets + "execution resource retrieval failed: unable to retrieve secret from asm: service call has "
          + "been retried 1 time(s): failed to fetch secret \(secret) from secrets manager: "
          + "AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized"),
      "\(secret), which its tasks need, could not be read: the task execution role is not permitted to read it"
    ),
    (
      .task(
        "1", "TaskFailedToStart",
        secrets + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
          + "invalid parameters: /staging/shop/URL"),
      "/staging/shop/URL, which its tasks need, could not be read: it does not exist"
    ),
    (
      .task(
        "1", "TaskFailedToStart",
        secrets + "unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find "
          + "the specified secret."),
      "a secret or parameter that its tasks need could not be read: it does not exist"
    ),
    (
      .task(
        "1", "TaskFailedToStart",
        secrets + "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain "
          + "json key password"),
      "a secret or parameter that its tasks need could not be read: it has no such JSON key"
    ),
    (
      .task(
        "1", "TaskFailedToStart",
        secrets + "unable to retrieve ecr registry auth: service call has been retried 3 time(s)"),
      "the registry of its image did not let ECS in"
    ),
    (
      .task(
        "1", "TaskFailedToStart", "ResourceInitializationError: failed to validate logger args: no group"),
      "tasks could not be prepared: ResourceInitializationError: failed to validate logger args: no group"
    ),
    (
      .task("1", "TaskFailedToStart", containerReason: "CannotPullContainerError: pull access denied for x"),
      "an image could not be pulled: CannotPullContainerError: pull access denied for x"
    ),
    (
      .task("1", "TaskFailedToStart", "CannotPullImageManifestError: not found"),
      "an image could not be pulled: CannotPullImageManifestError: not found"
    ),
    (
      .task("1", "EssentialContainerExited", "Essential container in task exited", exitCode: 3),
      "essential container app exited by itself with exit code 3"
    ),
    (
      .task("1", "EssentialContainerExited", "Essential container in task exited", exitCode: 0),
      "essential container app exited by itself with exit code 0"
    ),
    (
      .task("1", "EssentialContainerExited", "Essential container in task exited", exitCode: 137),
      "container app was killed (exit code 137): out of memory, or not at its end in time"
    ),
    (
      .task(
        "1", "EssentialContainerExited", "Essential container in task exited", exitCode: 137,
        containerReason: "OutOfMemoryError: Container killed due to memory usage"),
      "container app was killed: out of memory"
    ),
    (
      .task(
        "1", "ServiceSchedulerInitiated",
        "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x:targetgroup/y)"),
      "tasks failed the load balancer's health checks"
    ),
    (
      .task("1", "ServiceSchedulerInitiated", "Task failed container health checks", exitCode: 143),
      "a container failed its health checks"
    ),
    (
      .task("1", "TaskFailedToStart", "RESOURCE:MEMORY"),
      "there is no capacity for a new task: RESOURCE:MEMORY"
    ),
    (
      .task("1", "TaskFailedToStart", "Capacity is unavailable at this time. Please try again later"),
      "there is no capacity for a new task: Capacity is unavailable at this time. Please try again later"
    ),
    (
      .task("1", "SpotInterruption", "Your Spot Task was interrupted."),
      "the machines under its tasks were taken back (spot interruption)"
    ),
    (
      .task("1", "TaskFailedToStart", "CannotStartContainerError: exec format error"),
      "tasks could not start: CannotStartContainerError: exec format error"
    ),
    (.task("1", "UserInitiated", "Task stopped by user"), "somebody stopped its tasks: Task stopped by user"),
  ]

  @Test(arguments: tasks)
  func `a stopped task tells the cause`(task: StoppedTask, sentence: String) {
    #expect(Self.verdict(task) == sentence)
  }

  private static let service = "(service web) "
  private static let events: [(String, String)] = [
    (
      service + "was unable to place a task because no container instance met all of its requirements. "
        + "Reason: No Container Instances were found in your cluster.",
      "there is no capacity for a new task: No Container Instances were found in your cluster."
    ),
    (
      service + "was unable to place a task. Reason: Capacity is unavailable at this time.",
      "there is no capacity for a new task: Capacity is unavailable at this time."
    ),
    (
      service
        + "was unable to place a task. Reason: ECS was unable to assume the role 'arn:aws:iam::1:role/x'",
      "a new task cannot be placed: ECS was unable to assume the role 'arn:aws:iam::1:role/x'"
    ),
    (
      service + "was unable to stop or start tasks during a deployment because of the service deployment "
        + "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
      "the deployment configuration lets ECS neither stop an old task nor start a new one"
    ),
    (
      service
        + "was unable to reach steady state because task set (ecs-svc/1) was unable to scale in. Reason: The "
        + "number of protected tasks are more than the desired count of tasks.",
      "protected tasks keep running, and ECS may not stop them"
    ),
    (
      service + "operations are being throttled on elb. Will try again later.",
      "ECS's own calls for the service are being throttled"
    ),
    (
      service + "(port 80) is unhealthy in (target-group arn:x) due to (reason Health checks failed)",
      "tasks failed the load balancer's health checks"
    ),
    (service + "(task 1) failed container health checks.", "a container failed its health checks"),
    (
      service + "(deployment ecs-svc/1) deployment failed: alarm detected.",
      "an alarm of the deployment went off"
    ),
  ]

  @Test(arguments: events)
  func `where no task tells the cause, the newest event that does is told`(event: String, sentence: String) {
    let steady = "(service web) has reached a steady state."
    #expect(Self.verdict(events: steady, event, "(service web) operations are being throttled") == sentence)
  }

  @Test func `what ECS merely replaced, and words nobody knows, tell no cause`() {
    let replaced = StoppedTask.task(
      "1", "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/2)", exitCode: 0)
    #expect(Self.verdict(replaced, events: "(service web) has reached a steady state.") == nil)
    #expect(Self.verdict(.task("1", "Unheard", "of")) == nil)
    #expect(Self.verdict() == nil)
  }

  @Test func `of several causes the most frequent is told, and of those the last`() {
    let crash = StoppedTask.task("1", "EssentialContainerExited", exitCode: 1)
    let spot = StoppedTask.task("2", "SpotInterruption")
    #expect(Self.verdict(spot, crash, crash) == "essential container app exited by itself with exit code 1")
    #expect(Self.verdict(spot, crash)?.hasPrefix("the machines under its tasks") == true)
  }

  @Test func `protected tasks are the cause where nothing else is`() {
    #expect(Self.verdict(protected: "a1") == "task a1 is protected, and ECS may not stop it")
    #expect(
      Self.verdict(protected: "a1", "a2", "a3")
        == "task a1 and 2 more are protected, and ECS may not stop them")
    let spot = StoppedTask.task("2", "SpotInterruption")
    #expect(Self.verdict(spot, protected: "a1")?.hasPrefix("the machines") == true)
  }

  @Test func `a sentence is no longer than a record may hold`() {
    let text = String(repeating: "CannotPullContainerError ", count: 200)
    #expect(Self.verdict(.task("1", "TaskFailedToStart", text))?.count == Limits.reasonCharacters)
  }

  // MARK: In a record

  private static func ending(_ service: ServiceSnapshot, _ evidence: Evidence) throws -> Ending {
    var engine = try Scene.rollingOut().engine
    _ = engine.handle(.deadlinePassed, at: second(136))
    _ = engine.handle(.inspected(web, .success(.found(service))), at: second(136))
    let effects = engine.handle(.diagnosed(web, .success(evidence)), at: second(137))
    return try #require(effects.endings.first)
  }

  private static let left =
    "every task that starts from now on reads the new one, and no rollback brings the old one back"

  @Test func `a failed rollout says what still runs with the old value`() throws {
    var mine = Deployment.numbered(2, at: 131, .failed)
    mine.runningCount = 0
    let service = ServiceSnapshot.with(mine, .numbered(1, at: -1_000, isPrimary: false))
    let ending = try Self.ending(service, .stopped(.task("1", "EssentialContainerExited", exitCode: 1)))
    #expect(
      ending.reason == "ECS gave the deployment up; 2 tasks that run hold the old value still; \(Self.left)")
    #expect(ending.verdict == "essential container app exited by itself with exit code 1")
  }

  @Test func `a rollout that was rolled back says that the old value is gone`() throws {
    let back = Deployment.numbered(3, at: 135, why: "rolling back to deployment ecs-svc/1.")
    let ending = try Self.ending(.with(back), .none)
    #expect(ending.reason?.hasSuffix("reads the new value: no rollback brings the old one back") == true)
    #expect(ending.verdict == nil)
  }

  @Test func `what happened before the deployment is no cause of its end`() throws {
    let old = ServiceSnapshot.Event.said("(service web) operations are being throttled.", at: 100)
    let service = ServiceSnapshot.with(.numbered(2, at: 131, .failed)).changing { $0.events = [old] }
    let ending = try Self.ending(service, .none)
    #expect(ending.events == [] && ending.verdict == nil)
  }

  @Test func `what could not be read is said`() throws {
    let evidence = Evidence(stoppedTasks: [], protectedTasks: [], gaps: ["a could not be read: no"])
    let ending = try Self.ending(.with(.numbered(2, at: 131, .failed)), evidence)
    #expect(ending.reason == "ECS gave the deployment up; a could not be read: no")
  }
}
