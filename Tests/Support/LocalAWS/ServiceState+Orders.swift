// SPDX-License-Identifier: Apache-2.0
// What users order of a service besides deployments: other numbers of tasks, and its end.

import Core

extension ServiceState {
  /// Stops a task at a user's wish; the scheduler starts another one in its place at once.
  mutating func stopTask(_ arn: String, reason: String, at now: Timestamp) -> ServiceTask? {
    guard let index = tasks.firstIndex(where: { $0.arn == arn }) else { return nil }
    if !tasks[index].isStopped {
      tasks[index].stop("UserInitiated", reason, exitCode: 0, at: now)
      addTasks(1, of: tasks[index].startedBy, at: now)
      tasks[tasks.count - 1].lastStatus = "RUNNING"
      tasks[tasks.count - 1].startedAt = now
    }
    return tasks[index]
  }

  /// Wants another number of tasks, and has it at once: scaling is not what is simulated here.
  mutating func scale(to count: Int, at now: Timestamp) {
    desiredCount = count
    guard let primary = deployments.first else { return }
    update(primary.id, at: now) { $0.desiredCount = count }
    let live = tasks.indices.filter { !tasks[$0].isStopped }
    for index in live.dropFirst(count) {
      tasks[index].stop(
        "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment \(primary.id))",
        exitCode: 0, at: now)
    }
    let missing = count - live.count
    addTasks(missing, of: primary.id, at: now)
    for index in tasks.indices.suffix(max(0, missing)) where primary.rolloutState == "COMPLETED" {
      tasks[index].lastStatus = "RUNNING"
      tasks[index].startedAt = now
    }
  }

  /// Ends the service: its tasks drain for so long, then it stays visible with nothing in it.
  mutating func delete(drainingFor time: Duration, at now: Timestamp) {
    status = "DRAINING"
    desiredCount = 0
    steps = [(now + time, "", .becomeInactive)]
    advance(to: now)
  }

  mutating func becomeInactive(at now: Timestamp) {
    status = "INACTIVE"
    deployments = []
    stopTasks(where: { _ in true }, at: now, "Service deleted")
  }
}
