// SPDX-License-Identifier: Apache-2.0
// CodeDeploy of one account and Region, for ECS services alone:
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/

import Core

/// The applications of one place, their groups and deployments.
struct DeploymentStore: SimulatedService {
  struct Group: Sendable {
    var cluster: String
    var service: String
    var course = DeploymentCourse.succeeds(after: .zero, terminating: .zero)
    var nextCourses: [DeploymentCourse] = []
  }

  /// A service whose tasks are to be replaced now.
  struct Shift: Sendable {
    var service: ContainerStore.ServiceKey
    var taskDefinition: String
  }

  let place: Place
  private var generator: SeededGenerator
  private var applications: [String: [String: Group]] = [:]
  /// In the order of their making.
  private var deployments: [Deployment] = []
  private var shifts: [Shift] = []

  init(place: Place, generator: SeededGenerator) {
    self.place = place
    self.generator = generator
  }

  mutating func advance(to now: Timestamp) {
    for index in deployments.indices where deployments[index].isActive {
      change(index) { $0.advance(to: now) }
    }
  }

  /// What has taken over since this was last asked.
  mutating func takeShifts() -> [Shift] {
    defer { shifts = [] }
    return shifts
  }

  mutating func perform(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    switch call.operation {
    case "CreateApplication": try createApplication(call)
    case "CreateDeploymentGroup": try createGroup(call)
    case "ListApplications": try page(call, "applications", of: applications.keys.sorted())
    case "ListDeploymentGroups": try listGroups(call)
    case "GetDeploymentGroup": try getGroup(call)
    case "BatchGetDeploymentGroups": try batchGetGroups(call)
    case "CreateDeployment": try createDeployment(call, at: now)
    case "GetDeployment": ["deploymentInfo": deployments[try index(of: call)].described]
    case "ListDeployments": try listDeployments(call)
    case "StopDeployment": try stopDeployment(call, at: now)
    case "ContinueDeployment": try continueDeployment(call, at: now)
    default: throw .unknownOperation(call.operation)
    }
  }

  /// Changes a group directly. False where there is none.
  mutating func change(_ application: String, _ group: String, _ body: (inout Group) -> Void) -> Bool {
    guard var found = applications[application]?[group] else { return false }
    body(&found)
    applications[application]?[group] = found
    return true
  }

  // MARK: Groups

  private mutating func createApplication(_ call: Call) throws(APIError) -> JSON {
    let name = try call.require("applicationName")
    guard applications[name] == nil else {
      throw APIError("ApplicationAlreadyExistsException", "Application already exists: \(name)")
    }
    applications[name] = [:]
    return ["applicationId": .string(generator.uuid())]
  }

  private mutating func createGroup(_ call: Call) throws(APIError) -> JSON {
    let (application, name) = (try application(of: call), try call.require("deploymentGroupName"))
    guard let service = call.input["ecsServices"]?[0], let cluster = service["clusterName"]?.string,
      let serviceName = service["serviceName"]?.string
    else { throw APIError("InvalidECSServiceException", "An ECS service is required.") }
    applications[application]?[name] = Group(cluster: cluster, service: serviceName)
    return ["deploymentGroupId": .string(generator.uuid())]
  }

  private func listGroups(_ call: Call) throws(APIError) -> JSON {
    let groups = applications[try application(of: call)] ?? [:]
    return try page(call, "deploymentGroups", of: groups.keys.sorted())
  }

  private func getGroup(_ call: Call) throws(APIError) -> JSON {
    let (application, name) = try groupName(of: call)
    return .present(["deploymentGroupInfo": described(application, name)])
  }

  private func batchGetGroups(_ call: Call) throws(APIError) -> JSON {
    let application = try application(of: call)
    let names = try call.list("deploymentGroupNames")
    guard 1...100 ~= names.count else {
      throw APIError("BatchLimitExceededException", "The maximum number of names or IDs is 100.")
    }
    return ["deploymentGroupsInfo": .array(names.compactMap { described(application, $0) })]
  }

  private func described(_ application: String, _ name: String) -> JSON? {
    guard let group = applications[application]?[name] else { return nil }
    return [
      "applicationName": .string(application), "deploymentGroupName": .string(name),
      "computePlatform": "ECS", "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
      "ecsServices": [["serviceName": .string(group.service), "clusterName": .string(group.cluster)]],
    ]
  }

  // MARK: Deployments

  private mutating func createDeployment(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let (application, name) = try groupName(of: call)
    let revision = try AppSpec(of: call)
    let description = try call.text("description")
    guard (description ?? "").count <= 256 else {
      throw APIError("DescriptionTooLongException", "The description is too long.")
    }
    let underWay = deployments.last { $0.application == application && $0.group == name && $0.isActive }
    if let underWay {
      throw APIError(
        "DeploymentLimitExceededException",
        "The Deployment Group '\(name)' already has an active Deployment '\(underWay.id)'")
    }
    var course: DeploymentCourse?
    _ = change(application, name) { group in
      course = group.nextCourses.isEmpty ? group.course : group.nextCourses.removeFirst()
    }
    let id = "d-\(generator.text(9, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))"
    deployments.append(
      Deployment(
        id: id, application: application, group: name, description: description,
        revision: call.input["revision"] ?? [:], taskDefinition: revision.taskDefinition, createdAt: now,
        course: course ?? .hangs))
    change(deployments.count - 1) { $0.advance(to: now) }
    return ["deploymentId": .string(id)]
  }

  private func listDeployments(_ call: Call) throws(APIError) -> JSON {
    let (application, name) = try groupName(of: call)
    let wanted = try call.list("includeOnlyStatuses")
    let start = call.input["createTimeRange"]?["start"]?.number ?? -.infinity
    let end = call.input["createTimeRange"]?["end"]?.number ?? .infinity
    let found = deployments.filter { deployment in
      let time = Double(deployment.createdAt.milliseconds) / 1_000
      return deployment.application == application && deployment.group == name && time >= start && time <= end
        && (wanted.isEmpty || wanted.contains(deployment.status))
    }
    return try page(call, "deployments", of: found.map(\.id).sorted())
  }

  private mutating func stopDeployment(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let index = try index(of: call)
    guard deployments[index].isActive else {
      throw APIError("DeploymentAlreadyCompletedException", "The deployment has already completed.")
    }
    change(index) { $0.stop(at: now) }
    return ["status": "Succeeded"]
  }

  private mutating func continueDeployment(_ call: Call, at now: Timestamp) throws(APIError) -> JSON {
    let index = try index(of: call)
    var isResumed = false
    change(index) { isResumed = $0.resume(at: now) }
    guard isResumed else {
      throw APIError(
        "DeploymentIsNotInReadyStateException", "The deployment does not have a status of Ready.")
    }
    return [:]
  }

  /// Changes a deployment, and notes where it takes over by that.
  private mutating func change(_ index: Int, _ body: (inout Deployment) -> Void) {
    let before = deployments[index].hasShifted
    body(&deployments[index])
    let deployment = deployments[index]
    guard deployment.hasShifted, !before,
      let group = applications[deployment.application]?[deployment.group]
    else { return }
    shifts.append(
      Shift(
        service: .init(cluster: group.cluster, service: group.service),
        taskDefinition: deployment.taskDefinition))
  }

  // MARK: Names and pages

  private func application(of call: Call) throws(APIError) -> String {
    guard let name = try call.text("applicationName"), !name.isEmpty else {
      throw APIError("ApplicationNameRequiredException", "An application name is required.")
    }
    guard applications[name] != nil else {
      throw APIError("ApplicationDoesNotExistException", "No application found for name: \(name)")
    }
    return name
  }

  private func groupName(of call: Call) throws(APIError) -> (application: String, group: String) {
    let application = try application(of: call)
    guard let name = try call.text("deploymentGroupName"), !name.isEmpty else {
      throw APIError("DeploymentGroupNameRequiredException", "A deployment group name is required.")
    }
    guard applications[application]?[name] != nil else {
      throw APIError(
        "DeploymentGroupDoesNotExistException", "No Deployment Group found for name: \(name)")
    }
    return (application, name)
  }

  private func index(of call: Call) throws(APIError) -> Int {
    let id = try call.require("deploymentId")
    guard let index = deployments.firstIndex(where: { $0.id == id }) else {
      throw APIError("DeploymentDoesNotExistException", "The deployment \(id) could not be found")
    }
    return index
  }

  /// One page of a sorted list of names; CodeDeploy has no parameter for its size.
  private func page(_ call: Call, _ member: String, of names: [String]) throws(APIError) -> JSON {
    let scope = "\(call.operation) \(place)"
    var start = ""
    if let token = try call.text("nextToken") {
      guard let cursor = PageToken.read(token, scope: scope) else {
        throw APIError("InvalidNextTokenException", "The next token was specified in an invalid format.")
      }
      start = cursor
    }
    let rest = names.drop { $0 < start }
    let next = rest.dropFirst(100).first
    return .present([
      member: .strings(rest.prefix(100)),
      "nextToken": next.map { .string(PageToken.make(scope: scope, cursor: $0)) },
    ])
  }
}
