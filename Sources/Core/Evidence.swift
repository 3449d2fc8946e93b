// SPDX-License-Identifier: Apache-2.0

/// What a look behind a bad end found. All of it is AWS's own words and numbers, cut to `Limits`.
public struct Evidence: Hashable, Sendable {
  /// The stopped tasks of the deployment, the last to stop first.
  public var stoppedTasks: [StoppedTask]
  /// The ids of running tasks that are protected from being stopped.
  public var protectedTasks: [String]
  /// What could not be read, and why: one clause each.
  public var gaps: [String]

  /// Evidence with all their parts.
  public init(stoppedTasks: [StoppedTask], protectedTasks: [String], gaps: [String]) {
    self.stoppedTasks = stoppedTasks
    self.protectedTasks = protectedTasks
    self.gaps = gaps
  }

  /// Nothing was found, and nothing stood in the way.
  public static let none = Evidence(stoppedTasks: [], protectedTasks: [], gaps: [])
}

/// A task that stopped, and why.
public struct StoppedTask: Hashable, Sendable {
  /// One container of the task.
  public struct Container: Hashable, Sendable {
    /// The name in the task definition; empty where AWS does not say.
    public var name: String
    /// What its process ended with; nil where it never ran.
    public var exitCode: Int?
    /// Why it stopped, in ECS's words.
    public var reason: String?

    /// A container with all its parts.
    public init(name: String, exitCode: Int?, reason: String?) {
      self.name = name
      self.exitCode = exitCode
      self.reason = reason
    }
  }

  /// The last part of its ARN.
  public var id: String
  /// ECS's own word for the kind of end: `TaskFailedToStart`, `EssentialContainerExited` and others.
  public var stopCode: String?
  /// Why it stopped, in ECS's words.
  public var reason: String?
  /// What it consisted of.
  public var containers: [Container]

  /// A task with all its parts.
  public init(id: String, stopCode: String?, reason: String?, containers: [Container]) {
    self.id = id
    self.stopCode = stopCode
    self.reason = reason
    self.containers = containers
  }
}

extension StoppedTask: CustomStringConvertible {
  /// One line: which task, why it stopped, and how its containers ended.
  public var description: String {
    let why = [stopCode, reason].compactMap { $0 }.joined(separator: ": ")
    let containers = containers.compactMap { container -> String? in
      let parts = [container.exitCode.map { "exit code \($0)" }, container.reason].compactMap { $0 }
      return parts.isEmpty ? nil : "\(container.name): \(parts.joined(separator: ", "))"
    }
    let text = ([why] + containers).filter { !$0.isEmpty }.joined(separator: "; ")
    return String("task \(id) stopped: \(text)".prefix(Limits.reasonCharacters))
  }
}
