// SPDX-License-Identifier: Apache-2.0
// What a test, or the control endpoints, may do to a simulated AWS besides calling it.

public import Core

extension SimulatedAWS {
  /// Lets calls signed with this key in.
  public mutating func add(_ identity: Identity) { identities.add(identity) }

  /// Lets callers assume this role.
  public mutating func add(_ role: Role) { identities.add(role) }

  /// Refuses calls signed with this key from now on.
  public mutating func remove(accessKey: String) { identities.remove(accessKey: accessKey) }

  /// True where roles that nobody added may be assumed too; so it is at first.
  public var assumesUnknownRoles: Bool {
    get { identities.assumesUnknownRoles }
    set { identities.assumesUnknownRoles = newValue }
  }

  /// Adds a fault to those in force. All that hit a call take effect together.
  public mutating func inject(_ fault: Fault) { faults.add(fault) }

  /// Ends all faults.
  public mutating func clearFaults() { faults.clear() }

  /// Forgets the calls that arrived.
  public mutating func clearLog() { log.clear() }

  /// Carries out an operation as an administrator of the place would, past signatures, faults, limits and the log:
  /// `aws.act("ssm:PutParameter", ["Name": "/a", "Value": "1", "Type": "String"], in: place, at: now)`.
  /// The caller shows in `LastModifiedUser` as the user `operator`.
  @discardableResult
  public mutating func act(
    _ action: String, _ input: JSON, in place: Place, at now: Timestamp
  ) throws(RefusedAction) -> JSON {
    let parts = action.split(separator: ":").map(String.init)
    guard parts.count == 2, let service = AWSService(rawValue: parts[0]) else {
      throw RefusedAction(code: "UnknownOperationException", message: action)
    }
    let caller = Identity.user("operator", account: place.account, accessKey: "", secretKey: "")
    let call = Call(service: service, operation: parts[1], place: place, caller: caller, input: input)
    do throws(APIError) {
      return try perform(call, at: now)
    } catch {
      throw RefusedAction(code: error.code, message: error.message)
    }
  }

  /// Adds parameters, each at version 1.
  public mutating func seedParameters(_ names: [String], in place: Place, at now: Timestamp) {
    change(place, \.parameters, at: now) {
      $0.seed(names, by: "arn:aws:iam::\(place.account):user/operator", at: now)
    }
  }

  /// Adds secrets, each with one version.
  public mutating func seedSecrets(_ names: [String], in place: Place, at now: Timestamp) {
    change(place, \.secrets, at: now) { $0.seed(names, at: now) }
  }

  /// Adds a service, `CLUSTER/SERVICE`, whose first deployment is complete, and its cluster.
  /// `configuration` is a `deploymentConfiguration`; AWS's defaults stand in for what is not in it.
  public mutating func seedService(
    _ path: String, desiredCount: Int, controller: String = "ECS", configuration: JSON? = nil,
    in place: Place,
    at now: Timestamp
  ) {
    let key = Self.key(path)
    change(place, \.containers, at: now) {
      $0.seed(key, desiredCount: desiredCount, controller: controller, configuration: configuration, at: now)
    }
  }

  /// Says how deployments of a service go from now on; or only the next ones, after those said before.
  /// False where there is no such service.
  @discardableResult
  public mutating func setRollout(
    _ rollout: Rollout, of path: String, onlyNext: Bool, in place: Place, at now: Timestamp
  ) -> Bool {
    let key = Self.key(path)
    return change(place, \.containers, at: now) { containers in
      containers.change(key) { service in
        if onlyNext { service.nextRollouts.append(rollout) } else { service.rollout = rollout }
      }
    }
  }

  /// Protects all tasks that a service runs now from being stopped, or none.
  public mutating func setProtection(_ isOn: Bool, of path: String, in place: Place, at now: Timestamp) {
    let key = Self.key(path)
    change(place, \.containers, at: now) { containers in
      _ = containers.change(key) { service in
        service.protectedTasks = isOn ? Set(service.tasks.filter { !$0.isStopped }.map(\.arn)) : []
      }
    }
  }

  /// Says how deployments go of services that are created after this.
  public mutating func setRollout(_ rollout: Rollout, ofNewServicesIn place: Place, at now: Timestamp) {
    change(place, \.containers, at: now) { $0.rollout = rollout }
  }

  /// Says how long services are DRAINING after they were deleted; at first they are INACTIVE at once.
  public mutating func setDrainTime(_ time: Duration, in place: Place, at now: Timestamp) {
    change(place, \.containers, at: now) { $0.drainTime = time }
  }

  /// Says how far the clock that dates deployments is behind the others of AWS, of services that are created after this.
  public mutating func setDeploymentClockLag(_ lag: Duration, in place: Place, at now: Timestamp) {
    change(place, \.containers, at: now) { $0.clockLag = lag }
  }

  /// Adds a deployment group, `APPLICATION/GROUP`, for the service `CLUSTER/SERVICE`, and its application.
  public mutating func seedDeploymentGroup(
    _ path: String, for service: String, in place: Place, at now: Timestamp
  ) {
    let (group, service) = (Self.key(path), Self.key(service))
    _ = try? act(
      "codedeploy:CreateApplication", ["applicationName": .string(group.cluster)], in: place, at: now)
    _ = try? act(
      "codedeploy:CreateDeploymentGroup",
      [
        "applicationName": .string(group.cluster), "deploymentGroupName": .string(group.service),
        "ecsServices": [
          ["clusterName": .string(service.cluster), "serviceName": .string(service.service)]
        ],
      ], in: place, at: now)
  }

  /// Says how deployments of the group `APPLICATION/GROUP` go from now on; or only the next ones, after those said
  /// before. False where there is no such group.
  @discardableResult
  public mutating func setDeployment(
    _ course: DeploymentCourse, of path: String, onlyNext: Bool, in place: Place, at now: Timestamp
  ) -> Bool {
    let group = Self.key(path)
    return change(place, \.deployments, at: now) { deployments in
      deployments.change(group.cluster, group.service) { group in
        if onlyNext { group.nextCourses.append(course) } else { group.course = course }
      }
    }
  }

  /// Says how tasks that are run once go from now on, by the family of their definition; or only those of the next
  /// `RunTask`, after those said before.
  public mutating func setTaskCourse(
    _ course: TaskCourse, ofFamily family: String, onlyNext: Bool, in place: Place, at now: Timestamp
  ) {
    change(place, \.containers, at: now) { containers in
      if onlyNext {
        containers.oneTasks.nextCourses[family, default: []].append(course)
      } else {
        containers.oneTasks.courses[family] = course
      }
    }
  }

  /// Says how rotations go from now on.
  public mutating func setRotation(_ script: RotationScript, in place: Place, at now: Timestamp) {
    change(place, \.secrets, at: now) { $0.rotationScript = script }
  }

  /// Says whether filters thin pages out, down to empty ones with a next page, instead of gathering full pages.
  public mutating func setThinPages(_ thin: Bool, in place: Place, at now: Timestamp) {
    change(place, \.parameters, at: now) { $0.thinsPages = thin }
    change(place, \.secrets, at: now) { $0.thinsPages = thin }
  }

  private static func key(_ path: String) -> ContainerStore.ServiceKey {
    let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
    precondition(parts.count == 2, "a service is written CLUSTER/SERVICE, not \(path)")
    return ContainerStore.ServiceKey(cluster: parts[0], service: parts[1])
  }

  @discardableResult
  private mutating func change<Service, Result>(
    _ place: Place, _ service: WritableKeyPath<RegionState, History<Service>>, at now: Timestamp,
    _ body: (inout Service) -> Result
  ) -> Result {
    let memory = staleness.values.max() ?? .zero
    return change(place) { $0[keyPath: service].change(at: now, keeping: memory, body) }
  }
}

/// What AWS says to an action that it refuses.
public struct RefusedAction: Error, Hashable, Sendable, CustomStringConvertible {
  /// The error's name, `ParameterNotFound`.
  public var code: String
  /// AWS's sentence.
  public var message: String

  /// Name and sentence.
  public var description: String { "\(code): \(message)" }
}
