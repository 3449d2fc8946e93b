// SPDX-License-Identifier: Apache-2.0
// Task sets and load balancers of a service as they are written in JSON.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html

import JSON

extension JSONReader {
  mutating func taskSet() throws(JSONFailure) -> TaskSetDescription {
    var (id, status, taskDefinition): (String?, String?, String?)
    var loadBalancers: [LoadBalancer] = []
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "id": id = try json.string()
      case "status": status = try json.optionalString()
      case "taskDefinition": taskDefinition = try json.optionalString()
      case "loadBalancers":
        loadBalancers = try json.optionalList { (json) throws(JSONFailure) in try json.loadBalancer() }
      default: try json.skip()
      }
    }
    return TaskSetDescription(
      id: try required(id, "id"), status: nonEmpty(status), taskDefinition: nonEmpty(taskDefinition),
      loadBalancers: loadBalancers)
  }

  mutating func loadBalancer() throws(JSONFailure) -> LoadBalancer {
    var name: String?
    var port: Int?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "containerName": name = try json.optionalString()
      case "containerPort": port = try json.optionalCount()
      default: try json.skip()
      }
    }
    return LoadBalancer(containerName: nonEmpty(name), containerPort: port)
  }
}
