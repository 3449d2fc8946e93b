// SPDX-License-Identifier: Apache-2.0

internal import AWS
public import Core

/// Restarts ECS services by forcing a new deployment.
public struct ECSAction: Action {
  private let clients: AWSClients

  /// An action over these clients.
  public init(_ clients: AWSClients) { self.clients = clients }

  /// Reads the service.
  public func inspect(_ target: Target) async throws(Failure) -> Inspection {
    switch target {
    case .service(let service):
      let client = try clients.client(for: service.location)
      do throws(AWSFailure) {
        let found = try await client.describeServices(cluster: service.cluster, services: [service.name])
        if let description = found.services.first { return .found(ServiceSnapshot(description)) }
        guard let failure = found.failures.first, failure.reason != "MISSING" else { return .missing }
        throw AWSFailure(
          kind: .transient, operation: "ecs:DescribeServices", code: failure.reason,
          message: "the service was not described", requestID: nil, status: nil, mayHaveTakenEffect: false,
          attempts: 1)
      } catch {
        if error.kind == .notFound { return .missing }
        throw Failure(error)
      }
    }
  }

  /// Forces a new deployment and returns its id.
  public func issue(_ target: Target, as restart: RestartID) async throws(Failure) -> Receipt {
    switch target {
    case .service(let service):
      let client = try clients.client(for: service.location)
      let description: ServiceDescription
      do throws(AWSFailure) {
        description = try await client.updateService(
          cluster: service.cluster, service: service.name, restart: restart.description)
      } catch {
        throw Failure(error)
      }
      guard let primary = ServiceSnapshot(description).primary else {
        throw Failure(
          kind: .transient, reason: "ecs:UpdateService: the answer names no PRIMARY deployment",
          mayHaveTakenEffect: true)
      }
      return .began(deployment: primary.id)
    }
  }

  /// Reads the stopped tasks of a deployment.
  public func diagnose(_ target: Target, deployment: String) async throws(Failure) -> [String] {
    switch target {
    case .service(let service):
      let client = try clients.client(for: service.location)
      do throws(AWSFailure) {
        let tasks = try await client.listTasks(
          cluster: service.cluster, startedBy: deployment, desiredStatus: .stopped)
        guard !tasks.isEmpty else { return [] }
        let described = try await client.describeTasks(
          cluster: service.cluster, tasks: Array(tasks.prefix(Limits.eventsPerRecord)))
        return described.map(\.ending)
      } catch {
        throw Failure(error)
      }
    }
  }
}

extension ServiceSnapshot {
  /// What AWS describes, as far as restarting is concerned. Words that this version does not know are taken to
  /// mean the least: a status that is not ACTIVE or INACTIVE is on its way out, a controller that is not ECS is not
  /// ours.
  init(_ service: ServiceDescription) {
    let configuration = service.deploymentConfiguration
    let isRolling = configuration?.strategy.map { $0 == "ROLLING" } ?? true
    var percent: ClosedPercent?
    if isRolling, let minimum = configuration?.minimumHealthyPercent,
      let maximum = configuration?.maximumPercent
    {
      percent = ClosedPercent(minimum: minimum, maximum: maximum)
    }
    self.init(
      status: Status(rawValue: service.status) ?? .draining, desiredCount: service.desiredCount,
      runningCount: service.runningCount, controller: Controller(rawValue: service.controller) ?? .external,
      healthyPercent: percent, rollsBack: configuration?.rollsBack ?? false,
      deployments: service.deployments.map(Deployment.init),
      events: service.events.map { "\($0.createdAt) \($0.message.prefix(Limits.reasonCharacters))" })
  }
}

extension Deployment {
  fileprivate init(_ deployment: DeploymentDescription) {
    self.init(
      id: deployment.id, isPrimary: deployment.status == "PRIMARY", createdAt: deployment.createdAt,
      state: deployment.rolloutState.flatMap(State.init), stateReason: deployment.rolloutStateReason,
      desiredCount: deployment.desiredCount, runningCount: deployment.runningCount,
      pendingCount: deployment.pendingCount, failedTasks: deployment.failedTasks)
  }
}

extension TaskDescription {
  /// One line: which task, why it stopped, and how its containers ended.
  fileprivate var ending: String {
    let id = arn.split(separator: "/").last.map(String.init) ?? arn
    let why = [stopCode, stoppedReason].compactMap { $0 }.joined(separator: ": ")
    let containers = containers.compactMap { container -> String? in
      let parts = [container.exitCode.map { "exit code \($0)" }, container.reason].compactMap { $0 }
      return parts.isEmpty ? nil : "\(container.name): \(parts.joined(separator: ", "))"
    }
    let text = ([why] + containers).filter { !$0.isEmpty }.joined(separator: "; ")
    return String("task \(id) stopped: \(text)".prefix(Limits.reasonCharacters))
  }
}
