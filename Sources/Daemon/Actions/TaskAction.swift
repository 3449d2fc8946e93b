// SPDX-License-Identifier: Apache-2.0
// Tasks that run once. RunTask has what UpdateService lacks: a client token, by which AWS knows a repetition, and a tag, by which the
// tasks of a restart are found again. Both are the restart's id.

internal import AWS
internal import Core

/// Runs one-time tasks, and reads how they ended.
struct TaskAction: Sendable {
  let clients: AWSClients

  // MARK: Inspect

  /// The tasks of the restart, and whether there is a definition to run them from.
  func inspect(_ task: OneTimeTask, for look: Look) async throws(Failure) -> RunSnapshot {
    let client = try clients.client(for: task.location)
    if let run = look.deployment {
      let found = try await described(run.taskARNs, in: task.cluster, client)
      return Self.snapshot(.ready, try await self.run(run, of: look.restart, found, client))
    }
    if let restart = look.restart, let found = try await tasks(of: restart, task, client) {
      return Self.snapshot(.ready, try await run(Self.id(of: found), of: restart, found, client))
    }
    return Self.snapshot(try await readiness(of: task, client), nil)
  }

  private static func snapshot(_ readiness: RunSnapshot.Readiness, _ run: Run?) -> RunSnapshot {
    RunSnapshot(
      readiness: readiness, recognition: .name, anyRunCounts: false, runs: run.map { [$0] } ?? [])
  }

  private func readiness(
    of task: OneTimeTask, _ client: AWSClient
  ) async throws(Failure) -> RunSnapshot.Readiness {
    do throws(AWSFailure) {
      let definition = try await client.describeTaskDefinition(task.definition)
      guard definition.status ?? "ACTIVE" == "ACTIVE" else {
        return .impossible(
          reason: "task definition \(task.definition) is \(definition.status ?? "not active")",
          remedy: "register a new revision, or name another in the rule")
      }
      return .ready
    } catch {
      guard error.kind == .invalid || error.kind == .notFound else { throw Failure(error) }
      return .impossible(
        reason: "task definition \(task.definition) cannot be read: \(error)",
        remedy: "register it, or name another in the rule")
    }
  }

  /// The tasks that bear the restart's id; nil where there are none. Those that have stopped are listed for an hour.
  private func tasks(
    of restart: RestartID, _ task: OneTimeTask, _ client: AWSClient
  ) async throws(Failure) -> [TaskDescription]? {
    var arns: [String] = []
    do throws(AWSFailure) {
      for status in DesiredTaskStatus.allCases {
        arns += try await client.listTasks(
          cluster: task.cluster, startedBy: restart.tag, desiredStatus: status)
      }
    } catch {
      // That there is no such cluster, the call itself says best.
      guard error.kind == .notFound else { throw Failure(error) }
    }
    guard !arns.isEmpty else { return nil }
    return try await described(Array(arns.prefix(100)), in: task.cluster, client)
  }

  private func described(
    _ arns: [String], in cluster: String, _ client: AWSClient
  ) async throws(Failure) -> [TaskDescription] {
    do throws(AWSFailure) { return try await client.describeTasks(cluster: cluster, tasks: arns) } catch {
      throw Failure(error)
    }
  }

  // MARK: How they end

  /// The run that these tasks are; nil while AWS lists none of them, as in the first moments of a task.
  private func run(
    _ id: String, of restart: RestartID?, _ tasks: [TaskDescription], _ client: AWSClient
  ) async throws(Failure) -> Run? {
    guard !tasks.isEmpty else { return nil }
    let stopped = tasks.filter { $0.lastStatus == "STOPPED" }
    let state: Run.State
    if stopped.count < id.taskARNs.count {
      let running = tasks.count { $0.lastStatus == "RUNNING" }
      state = .running(
        progress: "of \(id.taskARNs.count) tasks \(running) run and \(stopped.count) have stopped")
    } else {
      let faults = try await faults(in: stopped, client)
      state = faults.isEmpty ? .ended(.completed, reason: nil) : .ended(.failed, reason: faults)
    }
    let begin = tasks.compactMap(\.createdAt).min() ?? Timestamp(milliseconds: 0)
    return Run(id: id, restart: restart, startedAt: begin, state: state)
  }

  /// What went wrong with tasks that have stopped; empty where nothing did.
  private func faults(in tasks: [TaskDescription], _ client: AWSClient) async throws(Failure) -> String {
    var texts: [String] = []
    for task in tasks {
      let bad = task.containers.filter { $0.exitCode != 0 }
      guard !bad.isEmpty || task.containers.isEmpty else { continue }
      let essential = try await essentialContainers(of: task, client)
      let faults = bad.filter { !$0.wasStoppedWithTask || essential?.contains($0.name) ?? true }
      guard !faults.isEmpty || task.containers.isEmpty else { continue }
      texts.append("\(StoppedTask(task))")
    }
    return String(texts.joined(separator: "; ").prefix(Limits.reasonCharacters))
  }

  /// Whose end is the task's end; nil where the definition is there no more.
  private func essentialContainers(
    of task: TaskDescription, _ client: AWSClient
  ) async throws(Failure) -> [String]? {
    guard let arn = task.definitionARN else { return nil }
    do throws(AWSFailure) { return try await client.describeTaskDefinition(arn).essentialContainers } catch {
      guard error.kind == .invalid || error.kind == .notFound else { throw Failure(error) }
      return nil
    }
  }

  /// The stopped tasks, for the sentence that tells the cause.
  func diagnose(_ task: OneTimeTask, run: String) async throws(Failure) -> Evidence {
    let client = try clients.client(for: task.location)
    let tasks = try await described(run.taskARNs, in: task.cluster, client)
    let stopped = tasks.filter { $0.lastStatus == "STOPPED" }.map(StoppedTask.init)
    return Evidence(stoppedTasks: stopped, protectedTasks: [], gaps: [])
  }

  // MARK: Issue

  /// Starts the tasks and returns their ARNs.
  func issue(_ task: OneTimeTask, as assignment: Assignment) async throws(Failure) -> String {
    guard case .task(let options) = assignment.options else {
      preconditionFailure("a task has a task's options")
    }
    let client = try clients.client(for: task.location)
    let request = TaskRequest(
      cluster: task.cluster, definition: task.definition, options: options,
      startedBy: assignment.restart.tag, clientToken: assignment.restart.description)
    let answer: (tasks: [TaskDescription], failures: [TaskRefusal])
    do throws(AWSFailure) {
      answer = try await client.runTask(request, restart: assignment.restart.description)
    } catch {
      throw Self.failure(error)
    }
    guard answer.failures.isEmpty, !answer.tasks.isEmpty else {
      throw Failure(answer.failures, started: answer.tasks, of: options.count)
    }
    return Self.id(of: answer.tasks)
  }

  private static func failure(_ error: AWSFailure) -> Failure {
    var failure = Failure(error)
    switch error.kind {
    // The token was used with other options, by an attempt whose answer was lost before the rules changed: its tasks will be found.
    case .conflict: failure.mayHaveTakenEffect = true
    // What is missing is the cluster: nothing that will be made by itself.
    case .notFound: failure.kind = .permanent
    case .throttled, .transient, .unreachable, .denied, .credentials, .invalid, .unsupported,
      .malformedAnswer,
      .cancelled:
      break
    }
    return failure
  }

  private static func id(of tasks: [TaskDescription]) -> String {
    tasks.map(\.arn).sorted().joined(separator: " ")
  }
}

extension RestartID {
  /// What a restart's tasks say of who started them.
  fileprivate var tag: String { "rollwatch/\(description)" }
}

extension String {
  /// A run of several tasks bears the ARNs of all of them.
  fileprivate var taskARNs: [String] { split(separator: " ").map(String.init) }
}

extension ContainerDescription {
  /// Ended by SIGTERM or SIGKILL, as ECS stops what still runs when an essential container has ended.
  fileprivate var wasStoppedWithTask: Bool { exitCode == 143 || exitCode == 137 }
}

extension Failure {
  /// RunTask started fewer tasks than it was asked for.
  fileprivate init(_ refusals: [TaskRefusal], started tasks: [TaskDescription], of count: Int) {
    let why = refusals.first.map { refusal in
      ([refusal.reason] + [refusal.detail].compactMap { $0 }).joined(separator: ": ")
    }
    let reason = "ecs:RunTask started \(tasks.count) of \(count) tasks: \(why ?? "AWS does not say why")"
    let text = String(reason.prefix(Limits.reasonCharacters))
    // What is short now may be there later; where a part has started, another call would start that part again.
    let isShortage = refusals.allSatisfy {
      $0.reason.hasPrefix("RESOURCE:") || $0.reason.hasPrefix("Capacity")
    }
    guard tasks.isEmpty else {
      let names = tasks.map(\.arn.lastPart).joined(separator: ", ")
      self.init(
        kind: .permanent, reason: "\(text); what has started runs on: \(names)", mayHaveTakenEffect: false)
      return
    }
    self.init(kind: isShortage ? .transient : .permanent, reason: text, mayHaveTakenEffect: false)
  }
}
