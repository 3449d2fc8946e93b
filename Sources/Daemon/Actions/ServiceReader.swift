// SPDX-License-Identifier: Apache-2.0
// Reading many services with few calls. DescribeServices takes ten services of one cluster; what goes wrong with a call that
// ten share is asked again for each alone, so that one service's fault is not the others'.

internal import AWS
internal import Core

/// Reads the services of one cluster.
struct ServiceReader {
  let client: AWSClient
  let cluster: String

  /// What AWS says of the services, by name; each of `names` has an answer. At most ten names.
  func read(_ names: [String]) async -> [String: Result<Inspection, Failure>] {
    var readings: [String: Result<Inspection, Failure>] = [:]
    do throws(AWSFailure) {
      let answer = try await client.describeServices(cluster: cluster, services: names)
      let reasons = Dictionary(answer.failures.map { ($0.arn.lastPart, $0.reason) }) { first, _ in first }
      let known = Dictionary(answer.services.map { ($0.name, $0) }) { first, _ in first }
      for name in names where known[name] == nil {
        readings[name] = Self.absent(because: reasons[name])
      }
      for (name, result) in await snapshots(of: names.compactMap { known[$0] }) { readings[name] = result }
    } catch {
      if error.kind == .notFound {
        return .init(uniqueKeysWithValues: names.map { ($0, .success(.missing)) })
      }
      guard names.count > 1, error.mayConcernOne else {
        return .init(uniqueKeysWithValues: names.map { ($0, .failure(Failure(error))) })
      }
      for name in names { readings[name] = await read([name])[name] }
    }
    return readings
  }

  private static func absent(because reason: String?) -> Result<Inspection, Failure> {
    if reason == "MISSING" { return .success(.missing) }
    return .failure(
      Failure(
        kind: .transient,
        reason: "ecs:DescribeServices: " + (reason.map { "\($0): " } ?? "") + "the service was not described",
        mayHaveTakenEffect: false))
  }

  // MARK: Deployments that shift traffic

  /// Rolling services are all there; of the others the service deployments are read too.
  private func snapshots(
    of services: [ServiceDescription]
  ) async -> [(name: String, result: Result<Inspection, Failure>)] {
    var snapshots: [(String, Result<Inspection, Failure>)] = []
    for service in services {
      guard service.shiftsTraffic else {
        snapshots.append((service.name, .success(.found(ServiceSnapshot(service)))))
        continue
      }
      do throws(AWSFailure) {
        let deployments = try await deployments(of: service)
        snapshots.append((service.name, .success(.found(ServiceSnapshot(service, shifting: deployments)))))
      } catch {
        snapshots.append((service.name, .failure(Failure(error))))
      }
    }
    return snapshots
  }

  /// The service's deployments, newest first: of those that are not at their end, and of the newest, all that is known.
  func deployments(of service: ServiceDescription) async throws(AWSFailure) -> [ServiceDeploymentDescription]
  {
    let listed = try await client.listServiceDeployments(cluster: cluster, service: service.name)
    var open = listed.filter(\.isOpen).map(\.arn)
    if let newest = listed.first, !newest.isOpen { open.append(newest.arn) }
    guard !open.isEmpty else { return listed }
    let described = try await client.describeServiceDeployments(Array(open.prefix(20)))
    let details = Dictionary(described.map { ($0.arn, $0) }) { first, _ in first }
    return listed.map { details[$0.arn] ?? $0 }
  }
}

extension AWSFailure {
  /// True where the call may have been refused for one of those that it was about.
  fileprivate var mayConcernOne: Bool {
    switch kind {
    case .denied, .invalid, .malformedAnswer: true
    case .throttled, .transient, .unreachable, .credentials, .notFound, .conflict, .unsupported, .cancelled:
      false
    }
  }
}

extension ServiceDescription {
  /// ECS moves the traffic from the old tasks to the new ones, in place of replacing them one by one.
  var shiftsTraffic: Bool {
    guard controller == "ECS" else { return false }
    switch deploymentConfiguration?.strategy {
    case "BLUE_GREEN", "LINEAR", "CANARY": return true
    default: return false
    }
  }
}

extension ServiceDeploymentDescription {
  /// Not at its end, as far as its word is known.
  var isOpen: Bool { TrafficShift.Status(word: status).isUnderWay }
}

extension TrafficShift.Status {
  /// A word that this version does not know is taken to mean that it goes on: its deadline ends what does not.
  init(word: String) { self = Self(rawValue: word) ?? .inProgress }
}

extension String {
  /// What follows the last slash: a name, or an id, out of an ARN.
  var lastPart: String { split(separator: "/").last.map(String.init) ?? self }
}
