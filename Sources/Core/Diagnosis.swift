// SPDX-License-Identifier: Apache-2.0
// Why a rollout came to a bad end, in one sentence, where the cause is known. What stopped tasks say comes first, for it is
// the nearest to the cause; then what the service's events say; then what merely stands in the way. Where tasks stopped
// for several causes, the most frequent is told. Texts that nobody has seen yet lead to no sentence rather than to a guess.
//
// The texts are those of "Stopped tasks error messages" and "Service event messages" in ECS's documentation.

/// Finds the cause of a bad end.
public enum Diagnosis {
  /// The cause, or nil where it is not known. Of the events only those count that are newer than the deployment.
  static func verdict(events: [ServiceSnapshot.Event], evidence: Evidence) -> String? {
    let text =
      mostFrequent(evidence.stoppedTasks) ?? events.lazy.compactMap { cause(of: $0.message) }.first
      ?? cause(of: evidence.protectedTasks)
    return text.map { String($0.prefix(Limits.reasonCharacters)) }
  }

  private static func mostFrequent(_ tasks: [StoppedTask]) -> String? {
    var counts: [(cause: String, tasks: Int)] = []
    for cause in tasks.compactMap({ TaskCause($0)?.sentence }) {
      if let index = counts.firstIndex(where: { $0.cause == cause }) {
        counts[index].tasks += 1
      } else {
        counts.append((cause, 1))
      }
    }
    let most = counts.map(\.tasks).max() ?? 0
    return counts.first { $0.tasks == most }?.cause
  }

  // MARK: Events

  private static func cause(of event: String) -> String? {
    let text = event.lowercasedASCII
    if text.contains("unable to place a task") { return unplaced(event, text) }
    if text.contains("because of the service deployment configuration") {
      return "the deployment configuration lets ECS neither stop an old task nor start a new one"
    }
    if text.contains("protected tasks") {
      return "protected tasks keep running, and ECS may not stop them"
    }
    if text.contains("operations are being throttled") {
      return "ECS's own calls for the service are being throttled"
    }
    if text.contains("failed container health checks") { return "a container failed its health checks" }
    if text.contains("is unhealthy in") || text.contains("failed elb health checks") {
      return "tasks failed the load balancer's health checks"
    }
    if text.contains("alarm detected") { return "an alarm of the deployment went off" }
    return nil
  }

  private static let shortages = [
    "resource:", "no container instance met all of its requirements", "capacity is unavailable",
    "no container instances were found", "insufficient memory", "insufficient cpu", "insufficient capacity",
    "concurrent tasks", "vcpu",
  ]

  private static func unplaced(_ event: String, _ text: String) -> String {
    let why = event.after("Reason: ") ?? event.after("because ")
    let what =
      shortages.contains { text.contains($0) }
      ? "there is no capacity for a new task" : "a new task cannot be placed"
    return why.map { "\(what): \($0)" } ?? what
  }

  // MARK: Protection

  private static func cause(of protectedTasks: [String]) -> String? {
    guard let first = protectedTasks.first else { return nil }
    let others = protectedTasks.count - 1
    return others == 0
      ? "task \(first) is protected, and ECS may not stop it"
      : "task \(first) and \(others) more are protected, and ECS may not stop them"
  }

  // MARK: What stays as it is

  /// What a bad end leaves behind, for the reason of its record: a rollback brings back a task definition, and no value.
  static func aftermath(
    of outcome: Outcome, _ deployment: String, in inspection: Inspection?
  ) -> String? {
    switch outcome {
    case .completed, .superseded: return nil
    case .rolledBack:
      return "every task that starts from now on reads the new value: no rollback brings the old one back"
    case .failed, .late:
      guard case .found(let service) = inspection, service.status == .active else { return nil }
      let mine = service.deployments.first { $0.id == deployment }?.runningCount ?? 0
      let old = service.runningCount - mine
      guard old > 0 else { return nil }
      return "\(old) task\(old == 1 ? " that runs holds" : "s that run hold") the old value still; "
        + "every task that starts from now on reads the new one, and no rollback brings the old one back"
    }
  }
}

extension Inspection {
  /// The events that are no older than the deployment, newest first; all of them where it is not listed any more.
  func events(since deployment: String) -> [ServiceSnapshot.Event] {
    guard case .found(let service) = self else { return [] }
    let begin = service.deployments.first { $0.id == deployment }?.createdAt
    return service.events.filter { event in begin.map { event.at >= $0 } ?? true }
  }
}

extension String {
  /// What follows the first such text; nil where there is none, or nothing follows it.
  func after(_ mark: String) -> String? {
    let (text, mark) = (Array(utf8), Array(mark.utf8))
    guard text.count > mark.count else { return nil }
    let start = (0...(text.count - mark.count)).first { text[$0...].starts(with: mark) }
    guard let start, start + mark.count < text.count else { return nil }
    return String(decoding: text[(start + mark.count)...], as: UTF8.self)
  }
}
