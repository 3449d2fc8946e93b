// SPDX-License-Identifier: Apache-2.0
// One ECS service. What will happen to it is a list of dated steps, made when a deployment begins; `advance` carries
// out those that are due, in their order, whenever somebody looks.

import Core

struct ServiceState: Sendable {
  /// What is due to happen to a deployment.
  enum Step: Sendable {
    case startTask
    case failTask(TaskFailure)
    case failTaskAgain(TaskFailure, every: Duration)
    case complete
    case giveUp
    case rollBack(taking: Duration)
    case supersede(taking: Duration)
    case becomeInactive
    case enterStage(Int)
    case expireHook
    case endRollback(String)
  }

  let name: String
  let arn: String
  let clusterName: String
  let clusterARN: String
  let createdAt: Timestamp
  let createdBy: String
  var status = "ACTIVE"
  var desiredCount: Int
  var taskDefinition: String
  var controller: String
  var launchType: String
  var schedulingStrategy: String
  var configuration: JSON
  var loadBalancers: JSON = []
  /// Newest first, as AWS lists them.
  var deployments: [ServiceDeployment] = []
  var tasks: [ServiceTask] = []
  private(set) var events: [ServiceEvent] = []
  /// The service deployments of a service that shifts traffic, newest first.
  var shifts: [ShiftingDeployment] = []
  /// The ARNs of tasks that are protected from being stopped.
  var protectedTasks: Set<String> = []
  /// How deployments go unless something else was said of the next ones.
  var rollout = Rollout.completes(after: .zero)
  var nextRollouts: [Rollout] = []
  /// How far the clock that dates deployments is behind the others of AWS.
  var clockLag = Duration.zero

  var steps: [(due: Timestamp, deployment: String, step: Step)] = []
  private var lastCompleted: String?
  var generator: SeededGenerator

  init(
    name: String, arn: String, clusterName: String, clusterARN: String, createdAt: Timestamp,
    createdBy: String,
    desiredCount: Int, taskDefinition: String, controller: String, launchType: String,
    schedulingStrategy: String, configuration: JSON, generator: SeededGenerator
  ) {
    self.name = name
    self.arn = arn
    self.clusterName = clusterName
    self.clusterARN = clusterARN
    self.createdAt = createdAt
    self.createdBy = createdBy
    self.desiredCount = desiredCount
    self.taskDefinition = taskDefinition
    self.controller = controller
    self.launchType = launchType
    self.schedulingStrategy = schedulingStrategy
    self.configuration = configuration
    self.generator = generator
  }

  /// True where something will happen by itself.
  var isUnderWay: Bool { !steps.isEmpty }

  // MARK: Beginning

  /// Begins a deployment under the script that is next, which replaces all others.
  mutating func deploy(at now: Timestamp) {
    begin(nextRollouts.isEmpty ? rollout : nextRollouts.removeFirst(), at: now, reason: nil)
    advance(to: now)
  }

  private mutating func begin(_ script: Rollout, at now: Timestamp, reason: String?) {
    let id =
      "ecs-svc/"
      + String(Int64.random(in: 1_000_000_000_000_000_000...9_000_000_000_000_000_000, using: &generator))
    steps = []
    for index in deployments.indices { deployments[index].status = "ACTIVE" }
    stopTasks(
      where: { $0.lastStatus == "PENDING" }, at: now, "Scaling activity initiated by (deployment \(id))")
    deployments.removeAll { deployment in !tasks.contains { $0.startedBy == deployment.id && !$0.isStopped } }
    deployments.insert(
      ServiceDeployment(
        id: id, taskDefinition: taskDefinition, desiredCount: desiredCount, createdAt: now, updatedAt: now,
        rolloutStateReason: reason ?? "ECS deployment \(id) in progress."),
      at: 0)
    if shiftsTraffic { beginShift(of: id, at: now) }
    plan(script, of: id, from: now)
    forgetOldTasks(at: now)
  }

  /// False where a rollout may neither start a new task nor stop an old one: it then waits for ever.
  private var canReplaceTasks: Bool {
    let least = desiredCount * min(configuration["minimumHealthyPercent"]?.integer ?? 100, 100)
    let most = desiredCount * min(configuration["maximumPercent"]?.integer ?? 200, 1_000)
    let mayStop = (least + 99) / 100 < desiredCount
    let mayStart = most / 100 > desiredCount
    return mayStop || mayStart || tasks.allSatisfy(\.isStopped)
  }

  private mutating func plan(_ script: Rollout, of id: String, from now: Timestamp) {
    guard desiredCount == 0 || canReplaceTasks else {
      say(
        "(service \(name)) was unable to stop or start tasks during a deployment because of the service deployment "
          + "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.", at: now)
      return
    }
    switch script {
    case .completes(let after):
      addTasks(desiredCount, of: id, at: now)
      repeated(desiredCount, over: after, from: now) { steps.append(($0, id, .startTask)) }
      // A first deployment has no traffic to shift.
      steps.append((now + after, id, shiftsTraffic && lastCompleted != nil ? .enterStage(2) : .complete))
    case .fails(let after, let count, let failure):
      repeated(count, over: after, from: now) { steps.append(($0, id, .failTask(failure))) }
      steps.append((now + after, id, .giveUp))
    case .rollsBack(let after, let count, let failure, let back):
      repeated(count, over: after, from: now) { steps.append(($0, id, .failTask(failure))) }
      steps.append((now + after, id, .rollBack(taking: back)))
    case .keepsFailing(let interval, let failure):
      steps.append((now + interval, id, .failTaskAgain(failure, every: max(interval, .milliseconds(1)))))
    case .hangs:
      addTasks(desiredCount, of: id, at: now)
    case .superseded(let after, let completing):
      addTasks(desiredCount, of: id, at: now)
      steps.append((now + after, id, .supersede(taking: completing)))
    }
  }

  /// So many moments, the last one at the end.
  private func repeated(_ count: Int, over time: Duration, from now: Timestamp, _ body: (Timestamp) -> Void) {
    for index in 0..<max(0, count) { body(now + time * (index + 1) / count) }
  }

  // MARK: Going on

  /// Carries out what was due until `now`.
  mutating func advance(to now: Timestamp) {
    while let index = steps.indices.min(by: { steps[$0].due < steps[$1].due }), steps[index].due <= now {
      let (due, id, step) = steps.remove(at: index)
      carryOut(step, of: id, at: due)
    }
  }

  private mutating func carryOut(_ step: Step, of id: String, at now: Timestamp) {
    switch step {
    case .startTask: startTask(of: id, at: now)
    case .failTask(let failure): failTask(of: id, failure, at: now)
    case .failTaskAgain(let failure, let interval):
      failTask(of: id, failure, at: now)
      steps.append((now + interval, id, .failTaskAgain(failure, every: interval)))
    case .complete: complete(id, at: now)
    case .giveUp where shiftsTraffic:
      rollShiftBack(id, "Tasks failed to start, and no other revision could be had.", taking: .zero, at: now)
      steps.append((now, id, .endRollback("ROLLBACK_FAILED")))
      steps.removeAll { if case .endRollback("ROLLBACK_SUCCESSFUL") = $0.step { true } else { false } }
    case .giveUp: giveUp(id, at: now)
    case .rollBack(let back) where shiftsTraffic:
      rollShiftBack(id, "Tasks failed to start.", taking: back, at: now)
    case .rollBack(let back):
      giveUp(id, at: now)
      let target = lastCompleted ?? id
      say("(service \(name)) rolling back to deployment \(target).", at: now)
      begin(
        .completes(after: back), at: now,
        reason: "ECS deployment circuit breaker: rolling back to deploymentId \(target).")
    case .becomeInactive: becomeInactive(at: now)
    case .enterStage(let stage): enter(stage: stage, of: id, at: now)
    case .expireHook: expireHook(of: id, at: now)
    case .endRollback(let status): endRollback(status, of: id, at: now)
    case .supersede(let completing): begin(.completes(after: completing), at: now, reason: nil)
    }
  }

  mutating func update(_ id: String, at now: Timestamp, _ change: (inout ServiceDeployment) -> Void) {
    guard let index = deployments.firstIndex(where: { $0.id == id }) else { return }
    change(&deployments[index])
    deployments[index].updatedAt = now
  }

  private mutating func startTask(of id: String, at now: Timestamp) {
    guard let index = tasks.firstIndex(where: { $0.startedBy == id && $0.lastStatus == "PENDING" }) else {
      return
    }
    tasks[index].lastStatus = "RUNNING"
    tasks[index].startedAt = now
    update(id, at: now) { $0.failedTasks = 0 }
    let old = tasks.firstIndex { $0.startedBy != id && !$0.isStopped }
    if let old, !shiftsTraffic {
      tasks[old].stop(
        "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment \(id))", exitCode: 0, at: now)
    }
  }

  private mutating func failTask(of id: String, _ failure: TaskFailure, at now: Timestamp) {
    addTasks(1, of: id, at: now)
    let last = tasks.count - 1
    if failure.exitCode != nil { tasks[last].startedAt = now }
    tasks[last].stop(failure.stopCode, failure.stoppedReason, exitCode: failure.exitCode, at: now)
    update(id, at: now) { $0.failedTasks += 1 }
    if let shift = shifts.firstIndex(where: { $0.deployment == id }) { shifts[shift].failureCount += 1 }
  }

  private mutating func complete(_ id: String, at now: Timestamp) {
    stopTasks(
      where: { $0.startedBy != id }, at: now, "Scaling activity initiated by (deployment \(id))")
    deployments.removeAll { $0.id != id }
    update(id, at: now) {
      $0.rolloutState = "COMPLETED"
      $0.rolloutStateReason = "ECS deployment \(id) completed."
    }
    lastCompleted = id
    if let shift = shifts.firstIndex(where: { $0.deployment == id && $0.finishedAt == nil }) {
      endShift(shift, "SUCCESSFUL", nil, at: now)
    }
    say("(service \(name)) (deployment \(id)) deployment completed.", at: now)
    say("(service \(name)) has reached a steady state.", at: now)
  }

  private mutating func giveUp(_ id: String, at now: Timestamp) {
    update(id, at: now) {
      $0.rolloutState = "FAILED"
      $0.rolloutStateReason = "ECS deployment circuit breaker: tasks failed to start."
    }
    say("(service \(name)) (deployment \(id)) deployment failed: tasks failed to start.", at: now)
  }

  /// Something will happen to a deployment.
  mutating func schedule(_ step: Step, of deployment: String, at due: Timestamp) {
    steps.append((due, deployment, step))
  }

  /// Nothing will happen to it any more.
  mutating func unschedule(_ deployment: String) { steps.removeAll { $0.deployment == deployment } }

  /// Only the old tasks of a deployment that was rolled back are left.
  mutating func leaveShift(_ id: String, at now: Timestamp) {
    unschedule(id)
    stopTasks(
      where: { $0.startedBy == id }, at: now, "Scaling activity initiated by (deployment \(id))")
    deployments.removeAll { $0.id == id }
    if !deployments.isEmpty { deployments[0].status = "PRIMARY" }
  }

  // MARK: Tasks and events

  mutating func addTasks(_ count: Int, of id: String, at now: Timestamp) {
    let prefix = arn.replacing(":service/", with: ":task/").dropLast(name.count)
    for _ in 0..<max(0, count) {
      let task = ServiceTask(
        arn: prefix + generator.hexID(), clusterARN: clusterARN, group: "service:\(name)", startedBy: id,
        taskDefinition: taskDefinition, createdAt: now)
      tasks.append(task)
      say(
        "(service \(name)) has started 1 tasks: (task \(task.arn.split(separator: "/").last ?? "")).", at: now
      )
    }
  }

  mutating func stopTasks(where condition: (ServiceTask) -> Bool, at now: Timestamp, _ reason: String) {
    for index in tasks.indices where !tasks[index].isStopped && condition(tasks[index]) {
      tasks[index].stop("ServiceSchedulerInitiated", reason, exitCode: 0, at: now)
    }
  }

  mutating func say(_ message: String, at now: Timestamp) {
    events.insert(ServiceEvent(id: generator.uuid(), createdAt: now, message: message), at: 0)
    if events.count > 100 { events.removeLast() }
  }

  /// Stopped tasks are shown for an hour.
  private mutating func forgetOldTasks(at now: Timestamp) {
    tasks.removeAll { $0.stoppedAt.map { $0 < now - .seconds(3_600) } ?? false }
  }
}
