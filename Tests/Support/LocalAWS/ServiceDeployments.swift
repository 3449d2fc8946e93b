// SPDX-License-Identifier: Apache-2.0
// The calls about service deployments, and `GetTaskProtection`. Only services that shift traffic have service deployments here;
// ECS keeps them of rolling ones too.

import Core

extension ContainerStore {
  func listServiceDeployments(_ call: Call) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let name = Self.lastPart(try call.require("service"))
    guard let service = services[ServiceKey(cluster: cluster, service: name)] else {
      throw Self.serviceNotFound
    }
    let wanted = try call.list("status")
    let all = service.shifts.filter { wanted.isEmpty || wanted.contains($0.status) }
    let keys = all.indices.map { position in
      let digits = String(position)
      return String(repeating: "0", count: 6 - digits.count) + digits
    }
    let page = try page(call, "keys", of: keys, in: "\(cluster)/\(name)", default: 20)
    let shown = page["keys"]?.array?.compactMap { $0.string.flatMap(Int.init) } ?? []
    return .present([
      "serviceDeployments": .array(shown.map { all[$0].brief(of: service) }), "nextToken": page["nextToken"],
    ])
  }

  func describeServiceDeployments(_ call: Call) throws(APIError) -> JSON {
    let asked = try call.list("serviceDeploymentArns")
    guard 1...20 ~= asked.count else {
      throw APIError("InvalidParameterException", "serviceDeploymentArns has 1 to 20 elements.")
    }
    var found: [JSON] = []
    var failures: [JSON] = []
    for arn in asked {
      let described = services.values.lazy.compactMap { service in
        service.shifts.first { $0.arn == arn }?.described(of: service)
      }.first
      if let described {
        found.append(described)
      } else {
        failures.append(["arn": .string(arn), "reason": "MISSING"])
      }
    }
    return ["serviceDeployments": .array(found), "failures": .array(failures)]
  }

  mutating func continueServiceDeployment(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let arn = try call.require("serviceDeploymentArn")
    let hook = try call.require("hookId")
    let action = try call.text("action") ?? "CONTINUE"
    guard let key = services.first(where: { $0.value.shifts.contains { $0.arn == arn } })?.key else {
      throw APIError("ServiceDeploymentNotFoundException", "Service deployment not found.")
    }
    var wentOn = false
    _ = change(key) { wentOn = $0.goOn(arn, hook: hook, action, at: now) }
    guard wentOn else { throw APIError("InvalidParameterException", "No such hook awaits an action.") }
    return ["serviceDeploymentArn": .string(arn)]
  }

  func taskProtection(_ call: Call) throws(APIError) -> JSON {
    let cluster = try self.cluster(of: call)
    let asked = try call.list("tasks")
    guard asked.count <= 100 else {
      throw APIError("InvalidParameterException", "Tasks has at most 100 elements.")
    }
    let known = Dictionary(tasks(in: cluster).map { (Self.lastPart($0.arn), $0) }) { first, _ in first }
    let protected = services.values.reduce(into: Set<String>()) { $0.formUnion($1.protectedTasks) }
    let (found, missing) = (
      asked.compactMap { known[Self.lastPart($0)] }, asked.filter { known[Self.lastPart($0)] == nil }
    )
    return [
      "protectedTasks": .array(
        found.map { ["taskArn": .string($0.arn), "protectionEnabled": .bool(protected.contains($0.arn))] }),
      "failures": .array(missing.map { ["arn": .string($0), "reason": "MISSING"] }),
    ]
  }
}
