// SPDX-License-Identifier: Apache-2.0
// A service as it is written in JSON.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html

import JSON

extension JSONReader {
  mutating func service() throws(JSONFailure) -> ServiceDescription {
    var (arn, name, clusterARN, status): (String?, String?, String?, String?)
    var (desiredCount, runningCount, pendingCount): (Int?, Int?, Int?)
    var (schedulingStrategy, controller, taskDefinition): (String?, String?, String?)
    var configuration: DeploymentConfiguration?
    var platformVersion: String?
    var loadBalancers: [LoadBalancer] = []
    var taskSets: [TaskSetDescription] = []
    var currentServiceDeployment: String?
    var deployments: [DeploymentDescription] = []
    var events: [ServiceEvent] = []
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "serviceArn": arn = try json.string()
      case "serviceName": name = try json.string()
      case "clusterArn": clusterARN = try json.string()
      case "status": status = try json.string()
      case "desiredCount": desiredCount = try json.count()
      case "runningCount": runningCount = try json.count()
      case "pendingCount": pendingCount = try json.count()
      case "schedulingStrategy": schedulingStrategy = try json.optionalString()
      case "deploymentController":
        controller = try json.optional { (json) throws(JSONFailure) in try json.controller() } ?? nil
      case "deploymentConfiguration":
        configuration = try json.optional { (json) throws(JSONFailure) in try json.configuration() }
      case "taskDefinition": taskDefinition = try json.optionalString()
      case "platformVersion": platformVersion = try json.optionalString()
      case "loadBalancers":
        loadBalancers = try json.optionalList { (json) throws(JSONFailure) in try json.loadBalancer() }
      case "taskSets": taskSets = try json.optionalList { (json) throws(JSONFailure) in try json.taskSet() }
      case "currentServiceDeployment": currentServiceDeployment = try json.optionalString()
      case "deployments":
        deployments = try json.optionalList { (json) throws(JSONFailure) in try json.deployment() }
      case "events":
        events = try json.optionalList { (json) throws(JSONFailure) in try json.event() }
          .prefix(100).compactMap { $0 }
      default: try json.skip()
      }
    }
    return ServiceDescription(
      arn: try required(arn, "serviceArn"), name: try required(name, "serviceName"),
      clusterARN: try required(clusterARN, "clusterArn"), status: try required(status, "status"),
      desiredCount: try required(desiredCount, "desiredCount"),
      runningCount: try required(runningCount, "runningCount"),
      pendingCount: try required(pendingCount, "pendingCount"),
      schedulingStrategy: schedulingStrategy ?? "REPLICA", controller: controller ?? "ECS",
      deploymentConfiguration: configuration,
      currentServiceDeployment: nonEmpty(currentServiceDeployment), taskDefinition: nonEmpty(taskDefinition),
      platformVersion: nonEmpty(platformVersion), loadBalancers: loadBalancers, taskSets: taskSets,
      deployments: deployments, events: events)
  }

  private mutating func controller() throws(JSONFailure) -> String? {
    var type: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "type": type = try json.optionalString()
      default: try json.skip()
      }
    }
    return type
  }

  private mutating func configuration() throws(JSONFailure) -> DeploymentConfiguration {
    var (minimum, maximum, bake, canaryBake): (Int?, Int?, Int?, Int?)
    var linear: LinearConfiguration?
    var breaker = (isOn: false, rollsBack: false)
    var strategy: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "minimumHealthyPercent": minimum = try json.optionalCount()
      case "maximumPercent": maximum = try json.optionalCount()
      case "deploymentCircuitBreaker":
        breaker =
          try json.optional { (json) throws(JSONFailure) in try json.circuitBreaker() } ?? (false, false)
      case "strategy": strategy = try json.optionalString()
      case "bakeTimeInMinutes": bake = try json.optionalCount()
      case "linearConfiguration":
        linear = try json.optional { (json) throws(JSONFailure) in try json.linearConfiguration() }
      case "canaryConfiguration":
        canaryBake = try json.optional { (json) throws(JSONFailure) in try json.canaryBakeMinutes() } ?? nil
      default: try json.skip()
      }
    }
    return DeploymentConfiguration(
      minimumHealthyPercent: minimum, maximumPercent: maximum, hasCircuitBreaker: breaker.isOn,
      rollsBack: breaker.isOn && breaker.rollsBack, strategy: strategy, bakeMinutes: bake, linear: linear,
      canaryBakeMinutes: canaryBake)
  }

  private mutating func linearConfiguration() throws(JSONFailure) -> LinearConfiguration {
    var percent: Double?
    var bake: Int?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "stepPercent":
        percent = try json.optional { (json) throws(JSONFailure) in try json.percent() } ?? nil
      case "stepBakeTimeInMinutes": bake = try json.optionalCount()
      default: try json.skip()
      }
    }
    return LinearConfiguration(stepPercent: percent, stepBakeMinutes: bake)
  }

  private mutating func percent() throws(JSONFailure) -> Double? { Double(String(try number())) }

  private mutating func canaryBakeMinutes() throws(JSONFailure) -> Int? {
    var bake: Int?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "canaryBakeTimeInMinutes": bake = try json.optionalCount()
      default: try json.skip()
      }
    }
    return bake
  }

  private mutating func circuitBreaker() throws(JSONFailure) -> (isOn: Bool, rollsBack: Bool) {
    var breaker = (isOn: false, rollsBack: false)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "enable":
        breaker.isOn = try json.optional { (json) throws(JSONFailure) in try json.bool() } ?? false
      case "rollback":
        breaker.rollsBack = try json.optional { (json) throws(JSONFailure) in try json.bool() } ?? false
      default: try json.skip()
      }
    }
    return breaker
  }

  private mutating func deployment() throws(JSONFailure) -> DeploymentDescription {
    var (id, status, rolloutState, rolloutStateReason): (String?, String?, String?, String?)
    var (createdAt, updatedAt): (WireTime?, WireTime?)
    var (desiredCount, pendingCount, runningCount, failedTasks): (Int?, Int?, Int?, Int?)
    var taskDefinition: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "id": id = try json.string()
      case "status": status = try json.string()
      case "createdAt": createdAt = try json.time()
      case "updatedAt": updatedAt = try json.optionalTime()
      case "rolloutState": rolloutState = try json.optionalString()
      case "rolloutStateReason": rolloutStateReason = try json.optionalString()
      case "desiredCount": desiredCount = try json.count()
      case "pendingCount": pendingCount = try json.count()
      case "runningCount": runningCount = try json.count()
      case "failedTasks": failedTasks = try json.optionalCount()
      case "taskDefinition": taskDefinition = try json.optionalString()
      default: try json.skip()
      }
    }
    return DeploymentDescription(
      id: try required(id, "id"), status: try required(status, "status"),
      createdAt: try required(createdAt, "createdAt").timestamp, updatedAt: updatedAt?.timestamp,
      rolloutState: rolloutState, rolloutStateReason: nonEmpty(rolloutStateReason),
      desiredCount: try required(desiredCount, "desiredCount"),
      pendingCount: try required(pendingCount, "pendingCount"),
      runningCount: try required(runningCount, "runningCount"), failedTasks: failedTasks ?? 0,
      taskDefinition: nonEmpty(taskDefinition))
  }

  /// Nil for an event that says nothing: no reason to make nothing of the whole service.
  private mutating func event() throws(JSONFailure) -> ServiceEvent? {
    var createdAt: WireTime?
    var message: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "createdAt": createdAt = try json.optionalTime()
      case "message": message = try json.optionalString()
      default: try json.skip()
      }
    }
    guard let createdAt, let message else { return nil }
    return ServiceEvent(createdAt: createdAt.timestamp, message: message)
  }
}
