// SPDX-License-Identifier: Apache-2.0
// What can be restarted. A target is only *which* one; *how*, where there is more to say, is in its rule
// (`TargetOptions`), so that a rule may change how without becoming another target.

/// What is restarted.
///
/// A closed enum, switched without `default`, so that the compiler lists every place a new kind must be handled.
public indirect enum Target: Hashable, Sendable, Codable {
  /// An ECS service, by a forced new deployment; where CodeDeploy replaces its tasks, by a deployment of its group.
  case service(ECSService)
  /// A deployment group of CodeDeploy, by a deployment of the task definition that its service has.
  case codeDeploy(CodeDeployGroup)
  /// A task that runs once and ends by itself.
  case task(OneTimeTask)
  /// A workflow of GitHub Actions, by a dispatch.
  case workflow(Workflow)
  /// A program on this machine.
  case command(Command)
  /// A systemd unit on this machine, by its whole name.
  case unit(String)

  /// Where it is; nil for what is in no Region.
  public var location: Location? {
    switch self {
    case .service(let service): service.location
    case .codeDeploy(let group): group.location
    case .task(let task): task.location
    case .workflow, .command, .unit: nil
    }
  }

  /// What kind of thing it is, for sentences: "the service".
  public var noun: String {
    switch self {
    case .service: "service"
    case .codeDeploy: "deployment group"
    case .task: "task"
    case .workflow: "workflow"
    case .command: "program"
    case .unit: "unit"
    }
  }

  /// What restarting it is, for sentences: "forcing the deployment failed".
  var restarting: String {
    switch self {
    case .service: "forcing the deployment"
    case .codeDeploy: "creating the deployment"
    case .task: "running the task"
    case .workflow: "dispatching the workflow"
    case .command: "starting the program"
    case .unit: "restarting the unit"
    }
  }

  /// How long after its answer was lost, or its caller died, what a call has begun may still come to light.
  var lateEffect: Duration {
    switch self {
    case .service, .codeDeploy, .task, .command, .unit: Limits.lateEffect
    case .workflow: Limits.lateRun
    }
  }
}

extension Target: CustomStringConvertible {
  /// As records write it: `ecs:CLUSTER/SERVICE`. Two targets that differ have different texts, or different locations.
  public var description: String {
    switch self {
    case .service(let service): "ecs:\(service.cluster)/\(service.name)"
    case .codeDeploy(let group): "codedeploy:\(group.application)/\(group.name)"
    case .task(let task): "task:\(task.cluster)/\(task.definition)"
    case .workflow(let workflow): "workflow:\(workflow)"
    case .command(let command): "command:\(command)"
    case .unit(let name): "unit:\(name)"
    }
  }
}

extension Target {
  /// What a text as records write it names; nil for kinds whose texts do not tell their parts.
  init?(_ text: String, at location: Location) {
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let parts = halves[1].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    switch (halves[0], parts.count) {
    case ("codedeploy", 2):
      self = .codeDeploy(CodeDeployGroup(application: parts[0], name: parts[1], location: location))
    case ("task", 2): self = .task(OneTimeTask(cluster: parts[0], definition: parts[1], location: location))
    case ("unit", 1): self = .unit(parts[0])
    default: return nil
    }
  }
}

// The journal has restarts of targets that no rule names any more: of those only the text is left.
extension Target {
  /// What the restart of a target with this text began, for sentences: "deployment ecs-svc/1".
  public static func begun(_ id: String, byRestartOf text: String) -> String {
    switch text.prefix(while: { $0 != ":" }) {
    case "ecs", "codedeploy": "deployment \(id)"
    case "task": "task \(id)"
    case "workflow": "run \(id)"
    case "unit": "invocation \(id)"
    // A program's names itself: "process 4711".
    default: id
    }
  }

  /// Whether a target with this text has tasks that go on where its restart fails.
  public static func hasTasks(_ text: String) -> Bool {
    text.hasPrefix("ecs:") || text.hasPrefix("codedeploy:")
  }
}

/// An ECS service by name.
public struct ECSService: Hashable, Sendable, Codable {
  /// The cluster's name, never an ARN.
  public var cluster: String
  /// The service's name, never an ARN.
  public var name: String
  /// Where it is.
  public var location: Location

  /// A service with all its parts.
  public init(cluster: String, name: String, location: Location) {
    self.cluster = cluster
    self.name = name
    self.location = location
  }

  /// By its names alone: they nearly always tell services apart, and thousands are looked up at every turn.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(cluster)
    hasher.combine(name)
  }
}

/// A deployment group of CodeDeploy by name.
public struct CodeDeployGroup: Hashable, Sendable, Codable {
  /// The application's name.
  public var application: String
  /// The group's name, unique in its application.
  public var name: String
  /// Where it is.
  public var location: Location

  /// A group with all its parts.
  public init(application: String, name: String, location: Location) {
    self.application = application
    self.name = name
    self.location = location
  }
}

/// A task that runs once.
public struct OneTimeTask: Hashable, Sendable, Codable {
  /// The cluster's name, never an ARN.
  public var cluster: String
  /// The task definition: a family, which means its newest revision, or `FAMILY:REVISION`.
  public var definition: String
  /// Where it is.
  public var location: Location

  /// A task with all its parts.
  public init(cluster: String, definition: String, location: Location) {
    self.cluster = cluster
    self.definition = definition
    self.location = location
  }
}

/// A workflow of GitHub Actions, and what it is given.
public struct Workflow: Hashable, Sendable, Codable, CustomStringConvertible {
  /// `OWNER/REPOSITORY`.
  public var repository: String
  /// The name of its file in `.github/workflows`.
  public var file: String
  /// The branch or tag whose workflow file runs.
  public var ref: String
  /// Its inputs, by name.
  public var inputs: [String: String]

  /// A workflow with all its parts.
  public init(repository: String, file: String, ref: String, inputs: [String: String]) {
    self.repository = repository
    self.file = file
    self.ref = ref
    self.inputs = inputs
  }

  /// `OWNER/REPOSITORY/FILE@REF`, and then its inputs, sorted: ` NAME=VALUE`.
  public var description: String {
    let inputs = inputs.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value.quotedWord)" }
    return "\(repository)/\(file)@\(ref)\(inputs.joined())"
  }
}

/// A program on this machine with its arguments.
public struct Command: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The program's path, and its arguments; never empty.
  public var words: [String]

  /// A command of these words.
  public init(words: [String]) {
    precondition(!words.isEmpty, "a command names a program")
    self.words = words
  }

  /// The words as a person would type them.
  public var description: String { words.map(\.quotedWord).joined(separator: " ") }
}

extension String {
  /// The text as one word of a shell's command line, to be copied from a message.
  public var shellWord: String {
    let isPlain =
      !isEmpty
      && utf8.allSatisfy {
        0x2B...0x3A ~= $0 || 0x40...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 == 0x5F || $0 == 0x3D || $0 == 0x25
      }
    return isPlain ? self : inSingleQuotes
  }

  /// The text as it is where it is one plain word; else in single quotes, so that no two lists of words look alike.
  fileprivate var quotedWord: String {
    let isPlain = !isEmpty && utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x27 && $0 != 0x22 && $0 != 0x5C }
    guard !isPlain else { return self }
    return inSingleQuotes
  }

  private var inSingleQuotes: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
