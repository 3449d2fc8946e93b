// SPDX-License-Identifier: Apache-2.0
// ECS of one account and Region: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/

import Core

/// The clusters of one place, their services and tasks, and the task definitions.
struct ContainerStore: SimulatedService {
  struct ServiceKey: Hashable, Comparable, Sendable {
    var cluster: String
    var service: String

    static func < (left: Self, right: Self) -> Bool {
      (left.cluster, left.service) < (right.cluster, right.service)
    }
  }

  let place: Place
  private var generator: SeededGenerator
  private(set) var clusters: Set<String> = []
  private(set) var services: [ServiceKey: ServiceState] = [:]
  private(set) var taskDefinitions: [String: [JSON]] = [:]
  /// Services to which something will happen by itself.
  private var underWay: Set<ServiceKey> = []
  /// How deployments of services go of which nothing else was said.
  var rollout = Rollout.completes(after: .zero)
  /// How far the clock that dates deployments is behind the others of AWS, for services yet to be created.
  var clockLag = Duration.zero
  /// How long a deleted service is DRAINING.
  var drainTime = Duration.zero
  /// The tasks that belong to no service.
  var oneTasks = OneTasks()

  init(place: Place, generator: SeededGenerator) {
    self.place = place
    self.generator = generator
  }

  mutating func advance(to now: Timestamp) {
    oneTasks.advance(to: now)
    for key in underWay.sorted() {
      services[key]?.advance(to: now)
      settle(key)
    }
  }

  private mutating func settle(_ key: ServiceKey) {
    if services[key]?.isUnderWay == true { underWay.insert(key) } else { underWay.remove(key) }
  }

  mutating func perform(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    switch call.operation {
    case "CreateCluster": createCluster(try call.text("clusterName") ?? "default")
    case "ListClusters": try listClusters(call)
    case "RegisterTaskDefinition": try registerTaskDefinition(call, at: now)
    case "DescribeTaskDefinition": try describeTaskDefinition(call)
    case "CreateService": try createService(call, at: now)
    case "UpdateService": try updateService(call, at: now)
    case "DeleteService": try deleteService(call, at: now)
    case "DescribeServices": try describeServices(call)
    case "ListServices": try listServices(call)
    case "ListTasks": try listTasks(call)
    case "DescribeTasks": try describeTasks(call)
    case "RunTask": try runTask(call, at: now)
    case "StopTask": try stopTask(call, at: now)
    case "ListServiceDeployments": try listServiceDeployments(call)
    case "DescribeServiceDeployments": try describeServiceDeployments(call)
    case "ContinueServiceDeployment": try continueServiceDeployment(call, at: now)
    case "GetTaskProtection": try taskProtection(call)
    default: throw .unknownOperation(call.operation)
    }
  }

  /// Changes a service directly. False where there is none.
  mutating func change(_ key: ServiceKey, _ body: (inout ServiceState) -> Void) -> Bool {
    guard var service = services[key] else { return false }
    body(&service)
    services[key] = service
    settle(key)
    return true
  }

  /// Adds a service that has completed its first deployment.
  mutating func seed(
    _ key: ServiceKey, desiredCount: Int, controller: String, configuration: JSON?, at now: Timestamp
  ) {
    _ = createCluster(key.cluster)
    var service = newService(
      key, desiredCount: desiredCount, taskDefinition: place.arn("ecs", "task-definition/\(key.service):1"),
      controller: controller, configuration: configuration, by: "arn:aws:iam::\(place.account):root", at: now)
    service.rollout = .completes(after: .zero)
    service.deploy(at: now)
    service.rollout = rollout
    services[key] = service
  }

  // MARK: Clusters and task definitions

  private mutating func createCluster(_ name: String) -> JSON {
    clusters.insert(name)
    return ["cluster": described(cluster: name)]
  }

  private func described(cluster: String) -> JSON {
    ["clusterArn": .string(clusterARN(cluster)), "clusterName": .string(cluster), "status": "ACTIVE"]
  }

  func clusterARN(_ name: String) -> String { place.arn("ecs", "cluster/\(name)") }

  private mutating func registerTaskDefinition(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let family = try call.require("family")
    let revision = (taskDefinitions[family]?.count ?? 0) + 1
    let members =
      (call.input.object ?? []) + [
        JSON.Member("taskDefinitionArn", .string(place.arn("ecs", "task-definition/\(family):\(revision)"))),
        JSON.Member("revision", .integer(Int64(revision))), JSON.Member("status", "ACTIVE"),
        JSON.Member("registeredAt", .time(now)), JSON.Member("registeredBy", .string(call.caller.arn)),
      ]
    taskDefinitions[family, default: []].append(.object(members))
    return ["taskDefinition": .object(members)]
  }

  private func describeTaskDefinition(_ call: Call) throws(APIError) -> JSON {
    ["taskDefinition": try taskDefinition(try call.require("taskDefinition"))]
  }

  /// The definition named by family, `family:revision` or ARN.
  func taskDefinition(_ id: String) throws(APIError) -> JSON {
    let name = id.split(separator: "/").last.map(String.init) ?? id
    let parts = name.split(separator: ":").map(String.init)
    let revisions = taskDefinitions[parts[0]] ?? []
    let revision = parts.count > 1 ? Int(parts[1]) ?? 0 : revisions.count
    guard revisions.indices.contains(revision - 1) else {
      throw APIError("ClientException", "Unable to describe task definition.")
    }
    return revisions[revision - 1]
  }

  // MARK: Services

  private mutating func createService(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let key = ServiceKey(cluster: cluster, service: try call.require("serviceName"))
    guard services[key].map({ $0.status == "INACTIVE" }) ?? true else {
      throw APIError("InvalidParameterException", "Creation of service was not idempotent.")
    }
    let controller = call.input["deploymentController"]?["type"]?.string ?? "ECS"
    let definition = try resolvedTaskDefinition(call) ?? place.arn("ecs", "task-definition/\(key.service):1")
    var service = newService(
      key, desiredCount: try desiredCount(call) ?? 0, taskDefinition: definition,
      controller: controller, configuration: call.input["deploymentConfiguration"], by: call.caller.arn,
      at: now)
    service.launchType = try call.text("launchType") ?? "EC2"
    service.schedulingStrategy = try call.text("schedulingStrategy") ?? "REPLICA"
    service.loadBalancers = call.input["loadBalancers"] ?? service.loadBalancers
    service.deploy(at: now)
    services[key] = service
    settle(key)
    return ["service": service.described]
  }

  private mutating func newService(
    _ key: ServiceKey, desiredCount: Int, taskDefinition: String, controller: String, configuration: JSON?,
    by creator: String, at now: Timestamp
  ) -> ServiceState {
    var service = ServiceState(
      name: key.service, arn: place.arn("ecs", "service/\(key.cluster)/\(key.service)"),
      clusterName: key.cluster,
      clusterARN: clusterARN(key.cluster), createdAt: now, createdBy: creator, desiredCount: desiredCount,
      taskDefinition: taskDefinition, controller: controller, launchType: "FARGATE",
      schedulingStrategy: "REPLICA", configuration: Self.completed(configuration),
      generator: SeededGenerator(seed: generator.next()))
    service.rollout = rollout
    service.clockLag = clockLag
    if controller == "CODE_DEPLOY" {
      service.loadBalancers = [
        [
          "targetGroupArn": .string(place.arn("elasticloadbalancing", "targetgroup/\(key.service)/1")),
          "containerName": "app", "containerPort": 8080,
        ]
      ]
    }
    return service
  }

  /// The deployment configuration with what AWS adds to it.
  private static func completed(_ configuration: JSON?) -> JSON {
    .present([
      "deploymentCircuitBreaker": configuration?["deploymentCircuitBreaker"]
        ?? ["enable": false, "rollback": false],
      "maximumPercent": configuration?["maximumPercent"] ?? 200,
      "minimumHealthyPercent": configuration?["minimumHealthyPercent"] ?? 100,
      "strategy": configuration?["strategy"] ?? "ROLLING",
      "bakeTimeInMinutes": configuration?["bakeTimeInMinutes"] ?? 0,
      "linearConfiguration": configuration?["linearConfiguration"],
      "canaryConfiguration": configuration?["canaryConfiguration"],
      "lifecycleHooks": configuration?["lifecycleHooks"],
    ])
  }

  private func resolvedTaskDefinition(_ call: Call) throws(APIError) -> String? {
    guard let asked = try call.text("taskDefinition") else { return nil }
    if asked.hasPrefix("arn:") { return asked }
    return try taskDefinition(asked)["taskDefinitionArn"]?.string
  }

  private mutating func updateService(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let key = try serviceKey(of: call)
    guard var service = services[key] else { throw Self.serviceNotFound }
    guard service.status == "ACTIVE" else {
      throw APIError("ServiceNotActiveException", "Service was not ACTIVE.")
    }
    let forced = call.flag("forceNewDeployment")
    let definition = try resolvedTaskDefinition(call)
    if service.controller != "ECS" {
      let way =
        service.controller == "CODE_DEPLOY"
        ? "Use AWS CodeDeploy to trigger a new deployment." : "Use task sets to deploy."
      let kind = service.controller == "CODE_DEPLOY" ? "a CODE_DEPLOY" : "an EXTERNAL"
      if definition != nil {
        throw APIError(
          "InvalidParameterException",
          "Unable to update task definition on services with \(kind) deployment controller. \(way)")
      }
      if forced {
        throw APIError(
          "InvalidParameterException",
          "Cannot force a new deployment on services with \(kind) deployment controller. \(way)")
      }
    }
    if let configuration = call.input["deploymentConfiguration"] {
      service.configuration = Self.completed(configuration)
    }
    if let count = try desiredCount(call) { service.scale(to: count, at: now) }
    if forced || (definition != nil && definition != service.taskDefinition) {
      service.taskDefinition = definition ?? service.taskDefinition
      service.deploy(at: now)
    }
    services[key] = service
    settle(key)
    return ["service": service.described]
  }

  /// The number of tasks asked for, within the quota of a service.
  private func desiredCount(_ call: Call) throws(APIError) -> Int? {
    guard let count = call.input["desiredCount"]?.integer else { return nil }
    guard 0...5_000 ~= count else {
      throw APIError("InvalidParameterException", "desiredCount has to lie between 0 and 5000.")
    }
    return count
  }

  private mutating func deleteService(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let key = try serviceKey(of: call)
    guard let service = services[key] else { throw Self.serviceNotFound }
    guard service.desiredCount == 0 || call.flag("force") else {
      throw APIError(
        "InvalidParameterException",
        "The service cannot be stopped while it is scaled above 0.")
    }
    let time = drainTime
    _ = change(key) { $0.delete(drainingFor: time, at: now) }
    return .present(["service": services[key]?.described])
  }

  // MARK: Names

  /// A new task's.
  mutating func nextID() -> String { generator.hexID() }

  static let serviceNotFound = APIError("ServiceNotFoundException", "Service not found.")

  /// The cluster that a call names, `default` where it names none.
  func cluster(of call: Call) throws(APIError) -> String {
    let name = Self.lastPart(try call.text("cluster") ?? "default")
    guard clusters.contains(name) else { throw APIError("ClusterNotFoundException", "Cluster not found.") }
    return name
  }

  private func serviceKey(of call: Call) throws(APIError) -> ServiceKey {
    ServiceKey(cluster: try cluster(of: call), service: Self.lastPart(try call.require("service")))
  }

  /// A bare name, also out of an ARN.
  static func lastPart(_ id: String) -> String { id.split(separator: "/").last.map(String.init) ?? id }
}
