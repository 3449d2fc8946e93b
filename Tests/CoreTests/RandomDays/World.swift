// SPDX-License-Identifier: Apache-2.0
// An AWS that is nothing but facts: what is written, and what the services do. It behaves by its own clock and dice, and
// remembers what really happened, so that what the engine says can be held against it.

@testable import Core

struct World {
  private struct Written {
    var version: Version
    var at: Timestamp
    var isLeaving = false
  }

  /// What becomes of a deployment.
  private enum Fate {
    case completes(Timestamp)
    case fails(Timestamp)
    case hangs
  }

  private var written: [Resource: Written] = [:]
  private var fates: [String: Fate] = [:]
  private var writes = 0
  private(set) var services: [Target: ServiceSnapshot] = [:]
  /// When each deployment really was made, whoever made it.
  private(set) var madeAt: [String: Timestamp] = [:]

  static let parameterNames = ["/a/1", "/a/2", "/b/1", "/shared/1", "/shared/2", "/other/1"]
  static let secretNames = ["s/1", "s/2"]
  static let targets = [service("a"), service("b")]

  static let resources =
    parameterNames.map { Resource(scope: parameters, name: $0) }
    + secretNames.map { Resource(scope: secrets, name: $0) }

  init(at now: Timestamp) {
    for resource in Self.resources { write(resource, at: now) }
    for target in Self.targets {
      services[target] = .with()
      services[target]?.rollsBack = target == service("b")
      deploy(target, why: nil, at: now, fate: .completes(now))
    }
    pass(to: now)
  }

  /// A deployment's time as AWS gives it here: by a clock that is behind the one that changes are given by.
  static func reported(_ moment: Timestamp) -> Timestamp { moment - .seconds(15) }

  // MARK: Resources

  mutating func write(_ resource: Resource, at now: Timestamp) {
    writes += 1
    var version = Version.secret(id: "v\(writes)")
    if resource.scope.kind == .parameter {
      var number: Int64 = 1
      if case .parameter(let last, _) = written[resource]?.version { number = last + 1 }
      version = .parameter(number: number, modifiedAt: now)
    }
    written[resource] = Written(version: version, at: now)
  }

  mutating func delete(_ resource: Resource) { written[resource] = nil }

  mutating func scheduleDeletion(_ resource: Resource, _ isLeaving: Bool) {
    guard resource.scope.kind == .secret else { return }
    written[resource]?.isLeaving = isLeaving
  }

  func version(of resource: Resource) -> Version? { written[resource]?.version }

  func observations(of scope: Scope, where isOnPage: (String) -> Bool) -> [Observation] {
    written.filter { $0.key.scope == scope && isOnPage($0.key.name) }.map { resource, written in
      Observation(
        name: resource.name, version: written.version, modifiedAt: written.at, modifiedBy: nil,
        isScheduledForDeletion: written.isLeaving)
    }.sorted { $0.name < $1.name }
  }

  // MARK: Services

  func inspection(of target: Target) -> Inspection { services[target].map { .found($0) } ?? .missing }

  mutating func change(_ target: Target, _ change: (inout ServiceSnapshot) -> Void) {
    services[target].map {
      var service = $0
      change(&service)
      services[target] = service
    }
  }

  /// A deployment that somebody makes: a person, a pipeline, the engine. Nil where there is no such service.
  mutating func deploy(
    _ target: Target, at now: Timestamp, using random: inout SeededGenerator
  ) -> String? {
    guard services[target] != nil else { return nil }
    let end = now + .seconds(Int.random(in: 1...120, using: &random))
    let fate: Fate =
      switch Int.random(in: 0..<10, using: &random) {
      case 0: .hangs
      case 1, 2: .fails(end)
      default: .completes(end)
      }
    return deploy(target, why: nil, at: now, fate: fate)
  }

  @discardableResult
  private mutating func deploy(_ target: Target, why: String?, at now: Timestamp, fate: Fate) -> String {
    let id = "ecs-svc/\(madeAt.count + 1)"
    madeAt[id] = now
    fates[id] = fate
    change(target) { service in
      for index in service.deployments.indices { service.deployments[index].isPrimary = false }
      var deployment = Deployment.numbered(0, at: 0, .inProgress, why: why)
      deployment.id = id
      deployment.createdAt = Self.reported(now)
      service.deployments.insert(deployment, at: 0)
      service.deployments = Array(service.deployments.prefix(3))
    }
    return id
  }

  /// Lets time pass: rollouts come to their ends.
  mutating func pass(to now: Timestamp) {
    for target in Self.targets {
      guard let primary = services[target]?.primary, primary.state == .inProgress,
        let fate = fates[primary.id]
      else { continue }
      switch fate {
      case .hangs: break
      case .completes(let end) where end <= now:
        change(target) { service in
          service.deployments = [primary]
          service.deployments[0].state = .completed
        }
      case .fails(let end) where end <= now:
        change(target) { $0.deployments[0].state = .failed }
        if services[target]?.rollsBack == true {
          deploy(target, why: "rolling back to deployment 1", at: now, fate: .completes(now))
        }
      case .completes, .fails:
        change(target) { service in
          if case .fails = fate { service.deployments[0].failedTasks += 1 }
        }
      }
    }
  }
}
