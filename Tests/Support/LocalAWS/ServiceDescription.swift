// SPDX-License-Identifier: Apache-2.0

extension ServiceState {
  /// The element of `services` in the answer of `DescribeServices`.
  var described: JSON {
    let live = tasks.filter { !$0.isStopped }
    let listed = deployments.map { deployment in
      let own = live.filter { $0.startedBy == deployment.id }
      let running = own.count { $0.lastStatus == "RUNNING" }
      return deployment.described(
        running: running, pending: own.count - running, launchType: launchType, clockLag: clockLag,
        isShift: shiftsTraffic)
    }
    let running = live.count { $0.lastStatus == "RUNNING" }
    return .present([
      "serviceArn": .string(arn), "serviceName": .string(name), "clusterArn": .string(clusterARN),
      "status": .string(status), "desiredCount": .integer(Int64(desiredCount)),
      "runningCount": .integer(Int64(running)), "pendingCount": .integer(Int64(live.count - running)),
      "launchType": .string(launchType), "taskDefinition": .string(taskDefinition),
      "deploymentConfiguration": configuration, "deploymentController": ["type": .string(controller)],
      "schedulingStrategy": .string(schedulingStrategy),
      "currentServiceDeployment": (shifts.first?.arn).map(JSON.string),
      // Under CodeDeploy and external controllers a service has task sets in place of deployments.
      "deployments": controller == "ECS" ? .array(listed) : [],
      "taskSets": controller == "CODE_DEPLOY" ? .array(deployments.map(taskSet)) : [],
      "events": .array(events.map(\.described)), "createdAt": .time(createdAt),
      "createdBy": .string(createdBy),
      "loadBalancers": loadBalancers, "serviceRegistries": [], "placementConstraints": [],
      "placementStrategy": [],
    ])
  }

  private func taskSet(_ deployment: ServiceDeployment) -> JSON {
    [
      "id": .string(deployment.id), "status": .string(deployment.status),
      "taskDefinition": .string(deployment.taskDefinition), "createdAt": .time(deployment.createdAt),
      "startedBy": "CODE_DEPLOY", "loadBalancers": loadBalancers,
    ]
  }
}
