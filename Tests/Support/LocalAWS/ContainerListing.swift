// SPDX-License-Identifier: Apache-2.0
// The calls of ECS that only read, and `StopTask`.

import Core

extension ContainerStore {
  func describeServices(_ call: Call) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let asked = try call.list("services")
    guard 1...10 ~= asked.count else {
      throw APIError(
        "InvalidParameterException",
        asked.isEmpty
          ? "Services cannot be empty." : "Cannot describe more than 10 services.")
    }
    var found: [JSON] = []
    var failures: [JSON] = []
    for id in asked {
      let key = ServiceKey(cluster: cluster, service: Self.lastPart(id))
      if let service = services[key] {
        found.append(service.described)
      } else {
        let arn = id.hasPrefix("arn:") ? id : place.arn("ecs", "service/\(cluster)/\(id)")
        failures.append(["arn": .string(arn), "reason": "MISSING"])
      }
    }
    return ["services": .array(found), "failures": .array(failures)]
  }

  func listClusters(_ call: Call) throws(APIError) -> JSON {
    try page(call, "clusterArns", of: clusters.sorted().map(clusterARN), in: "", default: 100)
  }

  func listServices(_ call: Call) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let arns = services.filter { $0.key.cluster == cluster && $0.value.status == "ACTIVE" }.map(\.value.arn)
    return try page(call, "serviceArns", of: arns.sorted(), in: cluster, default: 10)
  }

  func listTasks(_ call: Call) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let (startedBy, service, family) =
      (try call.text("startedBy"), try call.text("serviceName"), try call.text("family"))
    guard startedBy == nil || (service == nil && family == nil) else {
      throw APIError("InvalidParameterException", "startedBy must be the only filter.")
    }
    let stopped = try call.text("desiredStatus") == "STOPPED"
    let arns = tasks(in: cluster).filter { task in
      task.isStopped == stopped && (startedBy == nil || task.startedBy == startedBy)
        && (service == nil || task.group == "service:\(Self.lastPart(service ?? ""))")
        && (family == nil || task.taskDefinition.contains("/\(family ?? ""):"))
    }
    let scope = "\(cluster) \(startedBy ?? "") \(service ?? "") \(family ?? "") \(stopped)"
    return try page(call, "taskArns", of: arns.map(\.arn).sorted(), in: scope, default: 100)
  }

  func describeTasks(_ call: Call) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let asked = try call.list("tasks")
    guard 1...100 ~= asked.count else {
      throw APIError("InvalidParameterException", "Tasks has 1 to 100 elements.")
    }
    let known = Dictionary(tasks(in: cluster).map { (Self.lastPart($0.arn), $0) }) { first, _ in first }
    let missing = asked.filter { known[Self.lastPart($0)] == nil }
    return [
      "tasks": .array(asked.compactMap { known[Self.lastPart($0)]?.described }),
      "failures": .array(missing.map { ["arn": .string($0), "reason": "MISSING"] }),
    ]
  }

  mutating func stopTask(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let id = Self.lastPart(try call.require("task"))
    let reason = try call.text("reason") ?? "Task stopped by user"
    for (key, service) in services where key.cluster == cluster {
      guard let arn = service.tasks.first(where: { Self.lastPart($0.arn) == id })?.arn else { continue }
      var stopped: ServiceTask?
      _ = change(key) { stopped = $0.stopTask(arn, reason: reason, at: now) }
      return .present(["task": stopped?.described])
    }
    if let task = oneTasks.all.first(where: { $0.cluster == cluster && Self.lastPart($0.arn) == id }),
      let stopped = oneTasks.stop(task.arn, reason: reason, at: now)
    {
      return ["task": stopped]
    }
    throw APIError("InvalidParameterException", "The referenced task was not found.")
  }

  func tasks(in cluster: String) -> [any ListedTask] {
    services.filter { $0.key.cluster == cluster }.flatMap(\.value.tasks)
      + oneTasks.all.filter { $0.cluster == cluster } as [any ListedTask]
  }

  /// One page of a sorted list of ARNs.
  func page(
    _ call: Call, _ member: String, of arns: [String], in scope: String, default size: Int
  ) throws(APIError) -> JSON {
    let size = try call.pageSize("maxResults", in: 1...100, default: size)
    let scope = "\(call.operation) \(place) \(scope)"
    var start = ""
    if let token = try call.text("nextToken") {
      guard let cursor = PageToken.read(token, scope: scope) else {
        throw APIError("InvalidParameterException", "Invalid token")
      }
      start = cursor
    }
    let rest = arns.drop { $0 < start }
    let next = rest.dropFirst(size).first
    return .present([
      member: .strings(rest.prefix(size)),
      "nextToken": next.map { .string(PageToken.make(scope: scope, cursor: $0)) },
    ])
  }
}
