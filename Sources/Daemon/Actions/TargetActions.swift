// SPDX-License-Identifier: Apache-2.0

public import Core
public import Platform

/// Everything that is done to targets: each kind by the one who knows how.
public struct TargetActions: Action {
  private let services: ECSAction

  /// The actions of a process.
  public init(_ clients: AWSClients, time: any TimeSource) {
    services = ECSAction(clients, time: time)
  }

  /// Reads the targets: services together, the others each by itself, all at once.
  public func inspect(
    _ looks: [Look], found: @escaping @Sendable (Target, Result<Inspection, Failure>) -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      var ofServices: [ECSService] = []
      for look in looks {
        if case .service(let service) = look.target {
          ofServices.append(service)
        } else {
          group.addTask {
            do throws(Failure) { found(look.target, .success(try await inspect(look))) } catch {
              found(look.target, .failure(error))
            }
          }
        }
      }
      await services.inspect(ofServices) { service, result in found(.service(service), result) }
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
    // What can be known of them, their runs have told.
    case .codeDeploy, .task, .workflow, .command, .unit: .none
    }
  }

  private func inspect(_ look: Look) async throws(Failure) -> Inspection {
    switch look.target {
    case .service: preconditionFailure("services are read together")
    case .codeDeploy, .task, .workflow, .command, .unit: throw Self.unbuilt
    }
  }

  private func start(_ assignment: Assignment) async throws(Failure) -> String {
    switch assignment.target {
    case .service(let service): try await services.issue(service, as: assignment.restart)
    case .codeDeploy, .task, .workflow, .command, .unit: throw Self.unbuilt
    }
  }

  private static let unbuilt = Failure(kind: .permanent, reason: "not built yet", mayHaveTakenEffect: false)
}
