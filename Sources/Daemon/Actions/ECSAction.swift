// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Core
internal import Platform

/// Restarts ECS services by forcing a new deployment.
struct ECSAction: Sendable {
  /// Services that one DescribeServices takes.
  private static let servicesPerCall = 10
  /// How long a service deployment may take to be listed once it has begun.
  private static let listingWaits = [0, 1, 2, 4, 8].map { Duration.seconds($0) }

  private let clients: AWSClients
  private let time: any TimeSource
  private let codeDeploy: CodeDeployAction
  /// The newest service deployment of services that shift traffic, as last seen: what begins is another one.
  private let newest = Locked<[ECSService: String]>([:])

  /// An action over these clients.
  init(_ clients: AWSClients, codeDeploy: CodeDeployAction, time: any TimeSource) {
    self.clients = clients
    self.codeDeploy = codeDeploy
    self.time = time
  }

  // MARK: Inspect

  /// A service, and what is to be read of it.
  typealias Subject = (service: ECSService, look: Look)

  /// Reads the services, ten of a cluster in one call.
  func inspect(
    _ subjects: [Subject], found: @escaping @Sendable (Target, Result<Inspection, Failure>) -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      for (place, subjects) in Self.places(of: subjects) {
        for start in stride(from: 0, to: subjects.count, by: Self.servicesPerCall) {
          let batch = subjects[start..<min(start + Self.servicesPerCall, subjects.count)]
          group.addTask { await read(Array(batch), in: place, found: found) }
        }
      }
    }
  }

  private struct Place: Hashable {
    var location: Location
    var cluster: String
  }

  /// The services of each place, in the order in which they were given.
  private static func places(of subjects: [Subject]) -> [(place: Place, subjects: [Subject])] {
    var places: [(place: Place, subjects: [Subject])] = []
    var positions: [Place: Int] = [:]
    for subject in subjects {
      let place = Place(location: subject.service.location, cluster: subject.service.cluster)
      if let position = positions[place] {
        places[position].subjects.append(subject)
      } else {
        positions[place] = places.count
        places.append((place, [subject]))
      }
    }
    return places
  }

  private func read(
    _ subjects: [Subject], in place: Place, found: @Sendable (Target, Result<Inspection, Failure>) -> Void
  ) async {
    let client: AWSClient
    do throws(Failure) {
      client = try clients.client(for: place.location)
    } catch {
      for subject in subjects { found(subject.look.target, .failure(error)) }
      return
    }
    let names = subjects.map(\.service.name)
    let readings = await ServiceReader(client: client, cluster: place.cluster).read(names)
    for (service, look) in subjects {
      guard let result = readings[service.name] else { preconditionFailure("each service is answered for") }
      remember(result, of: service)
      found(look.target, await completed(result, of: service, for: look))
    }
  }

  /// What CodeDeploy deploys is told by CodeDeploy.
  private func completed(
    _ result: Result<Inspection, Failure>, of service: ECSService, for look: Look
  ) async -> Result<Inspection, Failure> {
    guard case .success(.found(let snapshot)) = result else { return result }
    guard snapshot.controller == .codeDeploy, snapshot.status == .active else {
      codeDeploy.forget(service)
      return result
    }
    do throws(Failure) {
      return .success(.found(try await codeDeploy.complete(snapshot, of: service, for: look)))
    } catch {
      return .failure(error)
    }
  }

  private func remember(_ result: Result<Inspection, Failure>, of service: ECSService) {
    guard case .success(.found(let snapshot)) = result else { return }
    let id = snapshot.primary.flatMap { $0.shift == nil ? nil : $0.id }
    newest.withLock { $0[service] = id }
  }

  // MARK: Issue

  /// Forces a new deployment and returns its id: of a service that shifts traffic, the service deployment's ARN. Where the last look has
  /// found that CodeDeploy deploys the service, CodeDeploy does it.
  func issue(_ service: ECSService, as restart: RestartID) async throws(Failure) -> String {
    guard !codeDeploy.deploys(service) else { return try await codeDeploy.issue(service, as: restart) }
    let client = try clients.client(for: service.location)
    let description: ServiceDescription
    do throws(AWSFailure) {
      description = try await client.updateService(
        cluster: service.cluster, service: service.name, restart: restart.description)
    } catch {
      throw Failure(error)
    }
    if description.shiftsTraffic { return try await begun(service, client) }
    guard let primary = ServiceSnapshot(description).primary else {
      throw Failure(
        kind: .transient, reason: "ecs:UpdateService: the answer names no PRIMARY deployment",
        mayHaveTakenEffect: true)
    }
    return primary.id
  }

  /// The service deployment that has just begun. The answer of UpdateService need not name it yet.
  private func begun(_ service: ECSService, _ client: AWSClient) async throws(Failure) -> String {
    let before = newest.withLock { $0[service] }
    for wait in Self.listingWaits {
      do throws(CancellationError) {
        if wait > .zero { try await time.sleep(for: wait) }
      } catch { break }
      let listed = try? await client.listServiceDeployments(cluster: service.cluster, service: service.name)
      if let first = listed?.first, first.arn != before { return first.arn }
    }
    throw Failure(
      kind: .transient, reason: "ecs:UpdateService: the service deployment that it began is not listed yet",
      mayHaveTakenEffect: true)
  }

  // MARK: Diagnose

  /// Reads the stopped tasks of a deployment, and which of the tasks before it are protected.
  func diagnose(_ service: ECSService, deployment: String) async throws(Failure) -> Evidence {
    let client = try clients.client(for: service.location)
    return try await DeploymentTasks(client: client, service: service, deployment: deployment).evidence()
  }
}
