// SPDX-License-Identifier: Apache-2.0

public import Core
public import GitHub
public import Platform

/// Everything that is done to targets: each kind by the one who knows how.
public struct TargetActions: Action {
  private let services: ECSAction
  private let codeDeploy: CodeDeployAction
  private let tasks: TaskAction
  private let workflows: WorkflowAction
  private let commands: CommandAction
  private let units: UnitAction

  /// The actions of a process with this environment; programs are this machine's, and so are units where nobody else is named.
  public init(
    _ clients: AWSClients, _ gitHub: GitHubClient, programs: any Programs = LocalPrograms(),
    units: (any Units)? = nil, environment: [String: String], time: any TimeSource
  ) {
    codeDeploy = CodeDeployAction(clients, time: time)
    services = ECSAction(clients, codeDeploy: codeDeploy, time: time)
    tasks = TaskAction(clients: clients)
    workflows = WorkflowAction(gitHub: gitHub, time: time)
    commands = CommandAction(programs, environment: environment, time: time)
    self.units = UnitAction(units ?? SystemdBus(time: time))
  }

  /// Attends to what is started on this machine while `body` runs, and ends within seconds what is left of it then.
  public func during<Value, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    try await commands.during(body)
  }

  /// Reads the targets: services together, the others each by itself, all at once.
  public func inspect(
    _ looks: [Look], found: @escaping @Sendable (Target, Result<Inspection, Failure>) -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      var ofServices: [ECSAction.Subject] = []
      for look in looks {
        if case .service(let service) = look.target {
          ofServices.append((service, look))
        } else {
          group.addTask {
            do throws(Failure) { found(look.target, .success(try await inspect(look))) } catch {
              found(look.target, .failure(error))
            }
          }
        }
      }
      await services.inspect(ofServices, found: found)
    }
  }

  /// Restarts a target.
  public func issue(_ assignment: Assignment) async throws(Failure) -> Receipt {
    .began(deployment: try await start(assignment))
  }

  /// Finds out why a restart ended badly.
  public func diagnose(_ target: Target, deployment: String) async throws(Failure) -> Evidence {
    switch target {
    case .service(let service): try await services.diagnose(service, deployment: deployment)
    case .codeDeploy(let group): try await codeDeploy.diagnose(group, deployment: deployment)
    case .task(let task): try await tasks.diagnose(task, run: deployment)
    // What can be known of them, their runs have told.
    case .workflow, .command, .unit: .none
    }
  }

  private func inspect(_ look: Look) async throws(Failure) -> Inspection {
    switch look.target {
    case .service: preconditionFailure("services are read together")
    case .codeDeploy(let group): try await codeDeploy.inspect(group, for: look)
    case .task(let task): .runs(try await tasks.inspect(task, for: look))
    case .workflow(let workflow): .runs(try await workflows.inspect(workflow, for: look))
    case .command(let command): .runs(commands.inspect(command))
    case .unit(let unit): .runs(try await units.inspect(unit, for: look))
    }
  }

  private func start(_ assignment: Assignment) async throws(Failure) -> String {
    switch assignment.target {
    case .service(let service): try await services.issue(service, as: assignment.restart)
    case .codeDeploy(let group): try await codeDeploy.issue(group, as: assignment.restart)
    case .task(let task): try await tasks.issue(task, as: assignment)
    case .workflow(let workflow): try await workflows.issue(workflow, as: assignment.restart)
    case .command(let command): try await commands.issue(command, as: assignment)
    case .unit(let unit): try await units.issue(unit)
    }
  }
}
