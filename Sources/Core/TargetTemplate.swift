// SPDX-License-Identifier: Apache-2.0

/// An entry of `restart`: a target with captures to be filled in, and how it is restarted.
public enum TargetTemplate: Hashable, Sendable {
  /// `service: CLUSTER/SERVICE`.
  case service(cluster: Template, name: Template)
  /// `codedeploy: { application, group }`.
  case codeDeploy(application: Template, group: Template)
  /// `task: { cluster, definition, … }`.
  case task(cluster: Template, definition: Template, TaskOptions)
  /// `workflow: { repository, file, ref, inputs }`.
  case workflow(repository: Template, file: Template, ref: Template, inputs: [String: Template])
  /// `command: [PROGRAM, ARGUMENT, …]`.
  case command([Template], CommandOptions)
  /// `unit: NAME.service`.
  case unit(Template)

  /// The target for one match.
  public func target(captures: Captures, location: Location) -> Target {
    switch self {
    case .service(let cluster, let name):
      .service(
        ECSService(cluster: cluster.filled(captures), name: name.filled(captures), location: location))
    case .codeDeploy(let application, let group):
      .codeDeploy(
        CodeDeployGroup(
          application: application.filled(captures), name: group.filled(captures), location: location))
    case .task(let cluster, let definition, _):
      .task(
        OneTimeTask(
          cluster: cluster.filled(captures), definition: definition.filled(captures), location: location))
    case .workflow(let repository, let file, let ref, let inputs):
      .workflow(
        Workflow(
          repository: repository.filled(captures), file: file.filled(captures), ref: ref.filled(captures),
          inputs: inputs.mapValues { $0.filled(captures) }))
    case .command(let words, _): .command(Command(words: words.map { $0.filled(captures) }))
    case .unit(let name): .unit(name.filled(captures))
    }
  }

  /// How its targets are restarted.
  public var options: TargetOptions {
    switch self {
    case .service, .codeDeploy, .workflow, .unit: .none
    case .task(_, _, let options): .task(options)
    case .command(_, let options): .command(options)
    }
  }

  /// The templates of all that tells one of its targets from another.
  public var parts: [Template] {
    switch self {
    case .service(let cluster, let name): [cluster, name]
    case .codeDeploy(let application, let group): [application, group]
    case .task(let cluster, let definition, _): [cluster, definition]
    case .workflow(let repository, let file, let ref, let inputs):
      [repository, file, ref] + inputs.sorted { $0.key < $1.key }.map(\.value)
    case .command(let words, _): words
    case .unit(let name): [name]
    }
  }

  /// True where there is a match for which this is the target's entry.
  func canLead(to target: Target) -> Bool {
    switch (self, target) {
    case (.service, .service(let service)): areFilled([service.cluster, service.name])
    case (.codeDeploy, .codeDeploy(let group)): areFilled([group.application, group.name])
    case (.task, .task(let task)): areFilled([task.cluster, task.definition])
    case (.workflow(_, _, _, let inputs), .workflow(let workflow)):
      Set(inputs.keys) == Set(workflow.inputs.keys)
        && areFilled(
          [workflow.repository, workflow.file, workflow.ref]
            + workflow.inputs.sorted { $0.key < $1.key }.map(\.value))
    case (.command, .command(let command)): areFilled(command.words)
    case (.unit, .unit(let name)): areFilled([name])
    case (.service, _), (.codeDeploy, _), (.task, _), (.workflow, _), (.command, _), (.unit, _): false
    }
  }

  private func areFilled(_ texts: [String]) -> Bool {
    parts.count == texts.count && zip(parts, texts).allSatisfy { $0.canBecome($1) }
  }
}

/// The text each named segment of a pattern matched.
public typealias Captures = [String: String]

/// A string in which `{name}` stands for what a pattern captured; a backslash escapes.
public struct Template: Hashable, Sendable {
  /// A run of plain text, or the name of a capture.
  public enum Piece: Hashable, Sendable {
    /// Text that stands for itself.
    case text(String)
    /// The name of a capture.
    case capture(String)
  }

  /// The pieces in order.
  public var pieces: [Piece]

  /// A template of these pieces.
  public init(pieces: [Piece]) { self.pieces = pieces }

  /// The names of all captures it uses.
  public var captureNames: [String] {
    pieces.compactMap {
      switch $0 {
      case .text: nil
      case .capture(let name): name
      }
    }
  }

  /// The text for one match. That every capture is there is checked when the rules are read.
  public func filled(_ captures: Captures) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): return text
      case .capture(let name):
        guard let text = captures[name] else { preconditionFailure("a template uses an unknown capture") }
        return text
      }
    }.joined()
  }

  /// True where some captures, none of them empty, make it this text.
  func canBecome(_ text: String) -> Bool {
    let text = Array(text.utf8)
    // How much of the text the pieces so far may make up.
    var lengths = [0]
    for piece in pieces {
      switch piece {
      case .text(let plain):
        let plain = Array(plain.utf8)
        lengths = lengths.filter { text[$0...].starts(with: plain) }.map { $0 + plain.count }
      case .capture:
        guard let least = lengths.first, least < text.count else { return false }
        lengths = Array((least + 1)...text.count)
      }
    }
    return lengths.last == text.count
  }
}
