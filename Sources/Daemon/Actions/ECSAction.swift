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
  /// The newest service deployment of services that shift traffic, as last seen: what begins is another one.
  private let newest = Locked<[ECSService: String]>([:])

  /// An action over these clients.
  init(_ clients: AWSClients, time: any TimeSource) {
    self.clients = clients
    self.time = time
  }

  // MARK: Inspect

  /// Reads the services, ten of a cluster in one call.
  func inspect(
    _ services: [ECSService], found: @escaping @Sendable (ECSService, Result<Inspection, Failure>) -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      for (place, services) in Self.places(of: services) {
        for start in stride(from: 0, to: services.count, by: Self.servicesPerCall) {
          let batch = services[start..<min(start + Self.servicesPerCall, services.count)]
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
  private static func places(of services: [ECSService]) -> [(place: Place, services: [ECSService])] {
    var places: [(place: Place, services: [ECSService])] = []
    var positions: [Place: Int] = [:]
    for service in services {
      let place = Place(location: service.location, cluster: service.cluster)
      if let position = positions[place] {
        places[position].services.append(service)
      } else {
        positions[place] = places.count
        places.append((place, [service]))
      }
    }
    return places
  }

  private func read(
    _ services: [ECSService], in place: Place,
    found: @Sendable (ECSService, Result<Inspection, Failure>) -> Void
  ) async {
    let client: AWSClient
    do throws(Failure) {
      client = try clients.client(for: place.location)
    } catch {
      for service in services { found(service, .failure(error)) }
      return
    }
    let readings = await ServiceReader(client: client, cluster: place.cluster).read(services.map(\.name))
    for service in services {
      guard let result = readings[service.name] else { preconditionFailure("each service is answered for") }
      remember(result, of: service)
      found(service, result)
    }
  }

  private func remember(_ result: Result<Inspection, Failure>, of service: ECSService) {
    guard case .success(.found(let snapshot)) = result else { return }
    let id = snapshot.primary.flatMap { $0.shift == nil ? nil : $0.id }
    newest.withLock { $0[service] = id }
  }

  // MARK: Issue

  /// Forces a new deployment and returns its id: of a service that shifts traffic, the service deployment's ARN.
  func issue(_ service: ECSService, as restart: RestartID) async throws(Failure) -> String {
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
