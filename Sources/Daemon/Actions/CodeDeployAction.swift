// SPDX-License-Identifier: Apache-2.0
// Services whose tasks CodeDeploy replaces. A deployment of their group, with the task definition that they have, does what a forced
// deployment does elsewhere. CreateDeployment has no client token; each deployment bears the restart's id in its description.

internal import AWS
internal import Core
internal import JSON
internal import Platform

/// Deploys the groups of CodeDeploy, and reads how their deployments go.
struct CodeDeployAction: Sendable {
  /// How far the clock may be from AWS's, and how long before its restart a deployment may have begun that takes its place.
  private static let before = Duration.seconds(7_200)
  /// Deployments of a group that are read; more in so short a time are nobody's work.
  private static let deploymentsRead = 25

  let clients: AWSClients
  let time: any TimeSource
  /// The group of each service that has one, as last seen.
  private let groups = Locked<[ECSService: CodeDeployGroup]>([:])

  init(_ clients: AWSClients, time: any TimeSource) {
    self.clients = clients
    self.time = time
  }

  // MARK: Inspect

  /// A group that a rule names: its service, with the group's deployments.
  func inspect(_ group: CodeDeployGroup, for look: Look) async throws(Failure) -> Inspection {
    let client = try clients.client(for: group.location)
    let found: DeploymentGroup
    do throws(AWSFailure) {
      found = try await client.getDeploymentGroup(application: group.application, group: group.name)
    } catch {
      guard error.kind == .notFound else { throw Failure(error) }
      return .runs(
        .impossible("there is no such group: \(error)", remedy: "make it, or name another in the rule"))
    }
    guard found.platform ?? "ECS" == "ECS", let deployed = found.services.first else {
      return .runs(
        .impossible(
          "group \(group.name) deploys no ECS service", remedy: "name a group of the compute platform ECS"))
    }
    let reading = await ServiceReader(client: client, cluster: deployed.cluster).read([deployed.name])
    guard case .found(var snapshot)? = try reading[deployed.name]?.get() else { return .missing }
    if snapshot.controller == .codeDeploy {
      snapshot.codeDeploy = try await runs(of: group, for: look, client)
    }
    return .found(snapshot)
  }

  /// A service that a rule names, and whose controller is CodeDeploy, with the deployments of its group.
  func complete(
    _ snapshot: ServiceSnapshot, of service: ECSService, for look: Look
  ) async throws(Failure) -> ServiceSnapshot {
    var snapshot = snapshot
    let client = try clients.client(for: service.location)
    switch try await group(of: service, client) {
    case .success(let group): snapshot.codeDeploy = try await runs(of: group, for: look, client)
    case .failure(let obstacle):
      snapshot.codeDeploy = .impossible(obstacle.reason, remedy: obstacle.remedy)
    }
    return snapshot
  }

  /// True where the service was last seen to be deployed by CodeDeploy.
  func deploys(_ service: ECSService) -> Bool { groups.withLock { $0[service] != nil } }

  /// The service has another controller.
  func forget(_ service: ECSService) { groups.withLock { $0[service] = nil } }

  // MARK: The group of a service

  private struct Obstacle: Error {
    var reason: String
    var remedy: String
  }

  private func group(
    of service: ECSService, _ client: AWSClient
  ) async throws(Failure) -> Result<CodeDeployGroup, Obstacle> {
    if let known = groups.withLock({ $0[service] }) { return .success(known) }
    let controller = "the service's deployment controller is CODE_DEPLOY"
    let found: [DeploymentGroup]
    do throws(AWSFailure) { found = try await groups(of: service, client) } catch {
      var failure = Failure(error)
      if error.kind == .denied {
        failure.reason =
          "\(controller), and its deployment group may not be looked for: \(failure.reason); "
          + "permit what deploy/iam-policy-targets.json permits for CodeDeploy"
      }
      throw failure
    }
    guard let first = found.first else {
      return .failure(
        Obstacle(
          reason: "\(controller), and no deployment group of CodeDeploy deploys it",
          remedy: "make one for it, or give the service the ECS deployment controller"))
    }
    guard found.count == 1 else {
      let names = found.prefix(3).map { "\($0.application)/\($0.name)" }.joined(separator: ", ")
      return .failure(
        Obstacle(
          reason: "\(controller), and \(found.count) deployment groups deploy it: \(names)",
          remedy: "name one in the rule in place of the service: "
            + "codedeploy: { application: \(first.application), group: \(first.name) }"))
    }
    let group = CodeDeployGroup(
      application: first.application, name: first.name, location: service.location)
    groups.withLock { $0[service] = group }
    return .success(group)
  }

  private func groups(
    of service: ECSService, _ client: AWSClient
  ) async throws(AWSFailure) -> [DeploymentGroup] {
    var found: [DeploymentGroup] = []
    for application in try await client.listApplications() {
      let names = try await client.listDeploymentGroups(application: application)
      for start in stride(from: 0, to: names.count, by: 100) {
        let batch = Array(names[start..<min(start + 100, names.count)])
        found += try await client.batchGetDeploymentGroups(application: application, groups: batch)
          .filter { $0.services.contains(DeployedService(cluster: service.cluster, name: service.name)) }
      }
    }
    return found
  }

  // MARK: Deployments

  private func runs(
    of group: CodeDeployGroup, for look: Look, _ client: AWSClient
  ) async throws(Failure) -> RunSnapshot {
    var deployments: [CodeDeployment] = []
    do throws(AWSFailure) {
      if let followed = look.deployment {
        deployments = [try await client.getDeployment(followed)]
      } else {
        let since = min(look.plannedAt ?? time.now(), time.now()) - Self.before
        let ids = try await client.listDeployments(
          application: group.application, group: group.name, since: since)
        for id in ids.prefix(Self.deploymentsRead) { deployments.append(try await client.getDeployment(id)) }
      }
    } catch {
      // The group that was found for a service has gone: it is looked for again.
      if error.kind == .notFound { groups.withLock { $0 = $0.filter { $0.value != group } } }
      var failure = Failure(error)
      if error.kind == .notFound { failure.kind = .transient }
      throw failure
    }
    deployments.sort { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
    let active = deployments.first { !$0.isOver }
    return RunSnapshot(
      readiness: active.map { .busy(reason: "deployment \($0.id) of \($0.createdAt) is in progress") }
        ?? .ready,
      recognition: .name, anyRunCounts: true, runs: deployments.map(Run.init))
  }

  // MARK: Issue

  /// Deploys the task definition that the service has, and returns the deployment's id.
  func issue(_ service: ECSService, as restart: RestartID) async throws(Failure) -> String {
    guard let group = groups.withLock({ $0[service] }) else {
      preconditionFailure("a service without a group is not deployed")
    }
    return try await deploy(group, to: service.cluster, service.name, as: restart)
  }

  /// The same of a group.
  func issue(_ group: CodeDeployGroup, as restart: RestartID) async throws(Failure) -> String {
    let service = try await service(of: group)
    return try await deploy(group, to: service.cluster, service.name, as: restart)
  }

  private func service(of group: CodeDeployGroup) async throws(Failure) -> ECSService {
    let client = try clients.client(for: group.location)
    let found: DeploymentGroup
    do throws(AWSFailure) {
      found = try await client.getDeploymentGroup(application: group.application, group: group.name)
    } catch {
      throw Failure(error)
    }
    guard let service = found.services.first else {
      throw Failure(
        kind: .permanent, reason: "group \(group.name) deploys no ECS service", mayHaveTakenEffect: false)
    }
    return ECSService(cluster: service.cluster, name: service.name, location: group.location)
  }

  private func deploy(
    _ group: CodeDeployGroup, to cluster: String, _ name: String, as restart: RestartID
  ) async throws(Failure) -> String {
    let client = try clients.client(for: group.location)
    do throws(AWSFailure) {
      let service = try await client.describeServices(cluster: cluster, services: [name]).services.first
      if let appSpec = service?.appSpec {
        return try await client.createDeployment(
          application: group.application, group: group.name, appSpec: appSpec,
          description: restart.mark, restart: restart.description)
      }
    } catch {
      throw Failure(error)
    }
    throw Failure(
      kind: .permanent,
      reason:
        "service \(name) has no PRIMARY task set with a load balancer, which a deployment of CodeDeploy starts from",
      mayHaveTakenEffect: false)
  }

  // MARK: Diagnose

  /// What the stopped tasks of the group's service tell of a deployment.
  func diagnose(_ group: CodeDeployGroup, deployment: String) async throws(Failure) -> Evidence {
    let client = try clients.client(for: group.location)
    let service = try await service(of: group)
    return try await DeploymentTasks(client: client, service: service, deployment: deployment).evidence()
  }
}

extension RunSnapshot {
  fileprivate static func impossible(_ reason: String, remedy: String) -> Self {
    RunSnapshot(
      readiness: .impossible(
        reason: String(reason.prefix(Limits.reasonCharacters)), remedy: remedy), recognition: .name,
      anyRunCounts: true, runs: [])
  }
}

extension RestartID {
  private static let words = "rollwatch restart "

  /// What a deployment of the restart has for a description.
  fileprivate var mark: String { Self.words + description }

  /// The restart that a deployment's description names.
  fileprivate init?(mark: String?) {
    guard let mark, mark.hasPrefix(Self.words) else { return nil }
    self.init(String(mark.dropFirst(Self.words.count)))
  }
}

extension CodeDeployment {
  /// At its end; a word that this version does not know is taken to mean that it goes on.
  fileprivate var isOver: Bool { ["Succeeded", "Failed", "Stopped"].contains(status) }
}

extension Run {
  fileprivate init(_ deployment: CodeDeployment) {
    self.init(
      id: deployment.id, restart: RestartID(mark: deployment.description), startedAt: deployment.createdAt,
      state: State(deployment))
  }
}

extension Run.State {
  fileprivate init(_ deployment: CodeDeployment) {
    switch deployment.status {
    case "Succeeded": self = .ended(.completed, reason: nil)
    // All traffic goes to the new tasks; the old ones are kept for a while, which may be two days.
    case _ where deployment.isTerminatingOldTasks && !deployment.isOver:
      self = .ended(.completed, reason: nil)
    case "Failed": self = Self.badEnd("CodeDeploy gave the deployment up", deployment)
    case "Stopped": self = Self.badEnd("the deployment was stopped", deployment)
    case "Ready":
      self = .running(progress: "it waits for somebody to let it reroute the traffic (ContinueDeployment)")
    default: self = .running(progress: "CodeDeploy says \(deployment.status)")
    }
  }

  private static func badEnd(_ what: String, _ deployment: CodeDeployment) -> Self {
    let why = [deployment.error?.code, deployment.error?.message].compactMap { $0 }
    let reason = ([what] + why).joined(separator: ": ").prefix(Limits.reasonCharacters)
    guard let rollback = deployment.rollbackID else { return .ended(.failed, reason: String(reason)) }
    return .ended(.rolledBack, reason: "\(reason); deployment \(rollback) puts the old tasks back")
  }
}

extension ServiceDescription {
  /// An AppSpec that deploys the task definition the service has; nil where it has none, or nothing that brings it traffic.
  fileprivate var appSpec: String? {
    guard let tasks = taskSets.first(where: { $0.status == "PRIMARY" }) ?? taskSets.first,
      let definition = tasks.taskDefinition,
      let entrance = tasks.loadBalancers.first ?? loadBalancers.first,
      let container = entrance.containerName, let port = entrance.containerPort
    else { return nil }
    let service: JSONValue = [
      "Type": "AWS::ECS::Service",
      "Properties": [
        "TaskDefinition": .string(definition),
        "LoadBalancerInfo": ["ContainerName": .string(container), "ContainerPort": .number("\(port)")],
        "PlatformVersion": platformVersion.map(JSONValue.string),
      ],
    ]
    let spec: JSONValue = ["version": .number("0.0"), "Resources": [["TargetService": service]]]
    return spec.line
  }
}
