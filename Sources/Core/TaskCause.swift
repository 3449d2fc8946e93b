// SPDX-License-Identifier: Apache-2.0

/// Why one task stopped. Each case is one row of the table in docs/OPERATIONS.md.
enum TaskCause: Hashable, Sendable {
  /// The task's secrets could not be read; the resource where the text names it.
  case secretUnread(String?, why: String?)
  /// The registry did not let ECS in.
  case registryAuthorization
  /// Something else that the task needs before it starts.
  case uninitialised(String)
  /// The image could not be had.
  case imageNotPulled(String)
  /// Killed, for it used more memory than it has.
  case outOfMemory(container: String)
  /// Killed by signal 9.
  case killed(container: String)
  /// The load balancer found the task unhealthy.
  case loadBalancerHealth
  /// The container's own check found it unhealthy.
  case containerHealth
  /// The machine was taken away.
  case interrupted
  /// The machine was found broken.
  case infrastructure
  /// Nowhere to run.
  case noCapacity(String)
  /// The program ended by itself.
  case exited(container: String, code: Int)
  /// The container did not come up.
  case notStarted(String)
  /// A person or another program stopped it.
  case stoppedByUser(String)

  /// Nil where what is known of the task tells no cause: above all where ECS merely replaced it.
  init?(_ task: StoppedTask) {
    let texts = ([task.reason] + task.containers.map(\.reason)).compactMap { $0 }
    if let cause = texts.lazy.compactMap(Self.init(text:)).first {
      self = cause
    } else if let cause = task.containers.lazy.compactMap(Self.init(memoryOf:)).first {
      self = cause
    } else if let cause = Self(health: texts) {
      self = cause
    } else if let cause = Self(stopCode: task) {
      self = cause
    } else {
      return nil
    }
  }

  // MARK: By text

  private init?(text: String) {
    let lower = text.lowercasedASCII
    if lower.contains("resourceinitializationerror") {
      self.init(initialization: text, lower)
    } else if lower.contains("cannotpull") {
      self = .imageNotPulled(text)
    } else if lower.contains("resource:") || lower.contains("capacity is unavailable") {
      self = .noCapacity(text)
    } else if Self.startErrors.contains(where: lower.contains) {
      self = .notStarted(text)
    } else {
      return nil
    }
  }

  private static let startErrors = [
    "cannotstartcontainererror", "cannotcreatecontainererror", "containerruntimeerror",
    "containerruntimetimeouterror", "dockertimeouterror", "cannotcreatevolumeerror", "internalerror",
    "cannotinspectcontainererror",
  ]

  private init(initialization text: String, _ lower: String) {
    let isAboutSecrets =
      lower.contains("retrieve secret") || lower.contains("secretsmanager") || lower.contains("from asm")
      || lower.contains("from ssm") || lower.contains(":ssm:") || lower.contains("invalid parameters")
    if isAboutSecrets {
      self = .secretUnread(Self.resource(in: text), why: Self.refusal(lower))
    } else if lower.contains("registry auth") || lower.contains("ecr") {
      self = .registryAuthorization
    } else {
      self = .uninitialised(text)
    }
  }

  private static let refusals = [
    ("accessdenied", "the task execution role is not permitted to read it"),
    ("not authorized", "the task execution role is not permitted to read it"),
    ("resourcenotfound", "it does not exist"), ("can't find the specified secret", "it does not exist"),
    ("invalid parameters", "it does not exist"), ("parameternotfound", "it does not exist"),
    ("did not contain json key", "it has no such JSON key"),
    ("marked for deletion", "it is marked for deletion"), ("marked deleted", "it is marked for deletion"),
    ("context deadline exceeded", "no connection was to be had"),
    ("request canceled", "no connection was to be had"), ("i/o timeout", "no connection was to be had"),
    ("kms", "its key may not be used"),
  ]

  private static func refusal(_ lower: String) -> String? {
    refusals.first { lower.contains($0.0) }?.1
  }

  /// The first ARN of a secret or parameter, or what follows "invalid parameters".
  private static func resource(in text: String) -> String? {
    let words = text.split { $0 == " " || $0 == "," || $0 == "\"" || $0 == "'" || $0 == "[" || $0 == "]" }
    let arn = words.first {
      $0.hasPrefix("arn:") && ($0.contains(":secretsmanager:") || $0.contains(":ssm:"))
    }
    let name = arn.map(String.init) ?? text.lowercasedASCIIAfter("invalid parameters: ")?.firstWord
    return name.map { String($0.trimmingEnd(of: ".:;")) }
  }

  // MARK: By what became of the containers

  private init?(memoryOf container: StoppedTask.Container) {
    if container.reason?.lowercasedASCII.contains("outofmemory") ?? false {
      self = .outOfMemory(container: container.name)
    } else if container.exitCode == 137 {
      self = .killed(container: container.name)
    } else {
      return nil
    }
  }

  private init?(health texts: [String]) {
    let texts = texts.map(\.lowercasedASCII)
    if texts.contains(where: { $0.contains("elb health checks") || $0.contains("target-group") }) {
      self = .loadBalancerHealth
    } else if texts.contains(where: { $0.contains("health checks") || $0.contains("unhealthy") }) {
      self = .containerHealth
    } else {
      return nil
    }
  }

  // MARK: By stop code

  private init?(stopCode task: StoppedTask) {
    switch task.stopCode {
    case "SpotInterruption", "TerminationNotice": self = .interrupted
    case "InfrastructureHealth": self = .infrastructure
    case "EssentialContainerExited":
      let ended = task.containers.filter { $0.exitCode != nil }
      guard let container = ended.first(where: { $0.exitCode != 0 }) ?? ended.first,
        let code = container.exitCode
      else { return nil }
      self = .exited(container: container.name, code: code)
    case "TaskFailedToStart":
      guard let reason = task.reason ?? task.containers.lazy.compactMap(\.reason).first else { return nil }
      self = .notStarted(reason)
    case "UserInitiated": self = .stoppedByUser(task.reason ?? "no reason given")
    default: return nil
    }
  }

  // MARK: In words

  var sentence: String {
    switch self {
    case .secretUnread(let resource, let why):
      let what = resource.map { "\($0), which its tasks need, could not be read" }
      return (what ?? "a secret or parameter that its tasks need could not be read")
        + (why.map { ": \($0)" } ?? "")
    case .registryAuthorization: return "the registry of its image did not let ECS in"
    case .uninitialised(let text): return "tasks could not be prepared: \(text)"
    case .imageNotPulled(let text): return "an image could not be pulled: \(text)"
    case .outOfMemory(let container): return "\(container.named) was killed: out of memory"
    case .killed(let container):
      return "\(container.named) was killed (exit code 137): out of memory, or not at its end in time"
    case .loadBalancerHealth: return "tasks failed the load balancer's health checks"
    case .containerHealth: return "a container failed its health checks"
    case .interrupted: return "the machines under its tasks were taken back (spot interruption)"
    case .infrastructure: return "the machines under its tasks were found unhealthy"
    case .noCapacity(let text): return "there is no capacity for a new task: \(text)"
    case .exited(let container, let code):
      return "essential \(container.named) exited by itself with exit code \(code)"
    case .notStarted(let text): return "tasks could not start: \(text)"
    case .stoppedByUser(let text): return "somebody stopped its tasks: \(text)"
    }
  }
}

extension String {
  fileprivate var named: String { isEmpty ? "container" : "container \(self)" }

  /// What follows a text that is looked for without regard to case.
  fileprivate func lowercasedASCIIAfter(_ mark: String) -> String? {
    guard let rest = lowercasedASCII.after(mark) else { return nil }
    return String(decoding: utf8.suffix(rest.utf8.count), as: UTF8.self)
  }

  fileprivate var firstWord: String? {
    split { $0 == " " || $0 == "," || $0 == "\n" }.first.map(String.init)
  }

  fileprivate func trimmingEnd(of marks: String) -> Substring {
    var rest = self[...]
    while let last = rest.last, marks.contains(last) { rest.removeLast() }
    return rest
  }
}
