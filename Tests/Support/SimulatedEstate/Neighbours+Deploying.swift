// SPDX-License-Identifier: Apache-2.0
// What other people do to what is restarted: services, groups of CodeDeploy, tasks, workflows, programs, units.

import Core
import LocalAWS
import LocalGitHub
import Platform

extension Neighbours {
  func seed(_ application: RandomEstate.Application, _ dice: inout Dice) {
    _ = act("ecs:CreateCluster", ["clusterName": "live"], application.location)
    switch application.kind {
    case .service: seedService(application, &dice)
    case .deployed: seedDeployed(application)
    case .task:
      let containers: JSON = [["name": "app", "image": "i", "essential": true]]
      _ = act(
        "ecs:RegisterTaskDefinition",
        ["family": .string(application.name), "containerDefinitions": containers], application.location)
    case .flow:
      guard dice.chance(30) else { break }
      gitHub.repository(application.name)?.becomeOld(listingAfter: dice.time(0...30))
    case .tool: machine.seed(Kind.program(application.name), isUnit: false)
    case .unit: machine.seed(Kind.unit(application.name), isUnit: true)
    }
    steer(application, .completes(after: dice.time(5...90)), onlyNext: false)
  }

  private func seedDeployed(_ application: RandomEstate.Application) {
    aws.steer { aws, now in
      let place = Self.place(application.location)
      aws.seedService(
        "live/\(application.name)", desiredCount: 1, controller: "CODE_DEPLOY", in: place, at: now)
      aws.seedDeploymentGroup(
        "live/\(application.name)", for: "live/\(application.name)", in: place, at: now)
    }
  }

  private func seedService(_ application: RandomEstate.Application, _ dice: inout Dice) {
    let configuration: JSON? =
      switch dice.pick(1...10) {
      case 1: ["minimumHealthyPercent": 100, "maximumPercent": 100]
      case 2...5: ["deploymentCircuitBreaker": ["enable": true, "rollback": true]]
      case 6: Self.shifting(&dice)
      default: nil
      }
    let count = dice.chance(5) ? 0 : dice.pick(1...2)
    aws.steer { aws, now in
      aws.seedService(
        "live/\(application.name)", desiredCount: count,
        controller: "ECS", configuration: configuration, in: Self.place(application.location), at: now)
    }
  }

  /// New tasks beside the old ones, and traffic that moves to them; at times a pause, which ends by itself.
  private static func shifting(_ dice: inout Dice) -> JSON {
    let strategy: JSON = dice.one(of: ["BLUE_GREEN", "CANARY", "LINEAR"])
    let pause: JSON = [
      "targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
      "timeoutConfiguration": [
        "timeoutInMinutes": 1, "action": dice.chance(50) ? "CONTINUE" : "ROLLBACK",
      ],
    ]
    return [
      "strategy": strategy, "bakeTimeInMinutes": .integer(Int64(dice.pick(0...1))),
      "canaryConfiguration": ["canaryBakeTimeInMinutes": .integer(Int64(dice.pick(0...1)))],
      "linearConfiguration": ["stepPercent": 50, "stepBakeTimeInMinutes": .integer(Int64(dice.pick(0...1)))],
      "lifecycleHooks": dice.chance(25) ? [pause] : [],
    ]
  }

  /// A deployment of somebody else's.
  func deploy(_ application: RandomEstate.Application) {
    switch application.kind {
    case .service: update(application, ["forceNewDeployment": true])
    case .deployed: deployByGroup(application)
    case .unit: machine.restartByHand(Kind.unit(application.name))
    // Nobody else's run of a task or a program is a restart's. Of workflows rules/README.md says that one may be taken for it.
    case .task, .flow, .tool: break
    }
  }

  private func deployByGroup(_ application: RandomEstate.Application) {
    let services: JSON = ["cluster": "live", "services": [.string(application.name)]]
    guard let (found, _) = act("ecs:DescribeServices", services, application.location),
      let definition = found["services"]?[0]?["taskSets"]?[0]?["taskDefinition"]?.string
    else { return }
    let spec: JSON = [
      "version": 0,
      "Resources": [
        [
          "TargetService": [
            "Type": "AWS::ECS::Service",
            "Properties": [
              "TaskDefinition": .string(definition),
              "LoadBalancerInfo": ["ContainerName": "app", "ContainerPort": 80],
            ],
          ]
        ]
      ],
    ]
    _ = act(
      "codedeploy:CreateDeployment",
      [
        "applicationName": "live", "deploymentGroupName": .string(application.name),
        "revision": ["revisionType": "AppSpecContent", "appSpecContent": ["content": .string(spec.text)]],
      ], application.location)
  }

  func scale(_ application: RandomEstate.Application, to count: Int) {
    guard application.kind.isService else { return }
    update(application, ["desiredCount": .integer(Int64(count))])
  }

  func remove(_ application: RandomEstate.Application) {
    guard application.kind.isService else { return set(application, isThere: false) }
    let input: JSON = ["cluster": "live", "service": .string(application.name), "force": true]
    _ = act("ecs:DeleteService", input, application.location)
  }

  /// Makes the service anew where it was deleted, perhaps under another controller.
  func create(_ application: RandomEstate.Application, controller: String) {
    guard application.kind.isService else { return set(application, isThere: true) }
    let input: JSON = [
      "cluster": "live", "serviceName": .string(application.name), "desiredCount": 1,
      "deploymentController": ["type": .string(application.kind == .deployed ? "CODE_DEPLOY" : controller)],
    ]
    _ = act("ecs:CreateService", input, application.location)
  }

  private func set(_ application: RandomEstate.Application, isThere: Bool) {
    tell("\(application.name) is \(isThere ? "there" : "away")")
    switch application.kind {
    case .service, .deployed, .task: break
    case .flow: gitHub.repository(application.name)?.setWorkflow(isThere ? "active" : "disabled_manually")
    case .tool: machine.set(Kind.program(application.name), isThere: isThere)
    case .unit: machine.set(Kind.unit(application.name), isThere: isThere)
    }
  }

  func steer(_ application: RandomEstate.Application, _ rollout: Rollout, onlyNext: Bool) {
    tell("rollouts of \(application.name): \(rollout)")
    switch application.kind {
    case .service, .deployed, .task: steerAWS(application, rollout, onlyNext: onlyNext)
    case .flow: gitHub.repository(application.name)?.setCourse(rollout.ofWorkflow)
    case .tool:
      machine.steer(Kind.program(application.name), LocalCourse(rollout), onlyNext: onlyNext)
    case .unit: machine.steer(Kind.unit(application.name), LocalCourse(rollout), onlyNext: onlyNext)
    }
  }

  private func steerAWS(_ application: RandomEstate.Application, _ rollout: Rollout, onlyNext: Bool) {
    aws.steer { aws, now in
      let (path, place) = ("live/\(application.name)", Self.place(application.location))
      switch application.kind {
      case .deployed:
        aws.setDeployment(rollout.ofGroup, of: path, onlyNext: onlyNext, in: place, at: now)
      case .task:
        aws.setTaskCourse(
          rollout.ofTask, ofFamily: application.name, onlyNext: onlyNext, in: place, at: now)
      default: aws.setRollout(rollout, of: path, onlyNext: onlyNext, in: place, at: now)
      }
    }
  }

  /// Notes when the deployments of a service were made, and whether it could be restarted.
  func look(at target: Target, _ facts: inout Facts) {
    guard case .service(let service) = target else {
      return facts.looked(at: target, isFit: isFit(target), at: aws.time.elapsed())
    }
    if Kind(of: service.name) == .deployed { lookAtGroup(of: service, &facts) }
    let answer = aws.steer { aws, now in
      try? aws.act(
        "ecs:DescribeServices", ["cluster": .string(service.cluster), "services": [.string(service.name)]],
        in: Self.place(service.location), at: now)
    }
    let found = answer?["services"]?[0]
    for deployment in found?["deployments"]?.array ?? [] {
      guard let id = deployment["id"]?.string, let seconds = deployment["createdAt"]?.number else { continue }
      let shown = Timestamp(milliseconds: Int64((seconds * 1_000).rounded()))
      facts.learned(of: id, madeAt: shown + estate.deploymentClockLag)
    }
    let shifts = aws.steer { aws, now in
      try? aws.act(
        "ecs:ListServiceDeployments",
        ["cluster": .string(service.cluster), "service": .string(service.name)],
        in: Self.place(service.location), at: now)
    }
    for shift in shifts?["serviceDeployments"]?.array ?? [] {
      guard let arn = shift["serviceDeploymentArn"]?.string, let seconds = shift["createdAt"]?.number else {
        continue
      }
      let shown = Timestamp(milliseconds: Int64((seconds * 1_000).rounded()))
      facts.learned(of: arn, madeAt: shown + estate.deploymentClockLag)
    }
    facts.looked(at: target, isFit: found.map(Self.isFit) ?? false, at: aws.time.elapsed())
  }

  /// Notes when the deployments of a group were made.
  private func lookAtGroup(of service: ECSService, _ facts: inout Facts) {
    let group: JSON = ["applicationName": "live", "deploymentGroupName": .string(service.name)]
    let deployments = aws.steer { aws, now -> [JSON] in
      let place = Self.place(service.location)
      let ids = (try? aws.act("codedeploy:ListDeployments", group, in: place, at: now))?["deployments"]?.array
      return (ids ?? []).compactMap { id in
        (try? aws.act("codedeploy:GetDeployment", ["deploymentId": id], in: place, at: now))?[
          "deploymentInfo"]
      }
    }
    for deployment in deployments {
      guard let id = deployment["deploymentId"]?.string, let seconds = deployment["createTime"]?.number else {
        continue
      }
      facts.learned(of: id, madeAt: Timestamp(milliseconds: Int64((seconds * 1_000).rounded())))
    }
  }

  private func isFit(_ target: Target) -> Bool {
    switch target {
    case .service, .codeDeploy, .task: true
    case .workflow(let workflow):
      gitHub.repository(String(workflow.repository.dropFirst("acme/".count)))?.isEnabled ?? false
    case .command(let command): machine.isThere(command.words[0])
    case .unit(let unit): machine.isThere(unit)
    }
  }

  private static func isFit(_ service: JSON) -> Bool {
    let configuration = service["deploymentConfiguration"]
    let isLocked =
      configuration?["minimumHealthyPercent"]?.integer == 100
      && configuration?["maximumPercent"]?.integer == 100
    return service["status"]?.string == "ACTIVE" && (service["desiredCount"]?.integer ?? 0) > 0
      && isDeployable(service) && !isLocked
  }

  private static func isDeployable(_ service: JSON) -> Bool {
    switch service["deploymentController"]?["type"]?.string ?? "ECS" {
    case "ECS": true
    case "CODE_DEPLOY": Kind(of: service["serviceName"]?.string ?? "") == .deployed
    default: false
    }
  }

  private func update(_ application: RandomEstate.Application, _ change: JSON) {
    let input = [JSON.Member("cluster", "live"), JSON.Member("service", .string(application.name))]
    _ = act("ecs:UpdateService", .object(input + (change.object ?? [])), application.location)
  }
}

extension Rollout {
  /// The same for a group of CodeDeploy. None goes on for ever: until somebody stops it the group would take no other.
  fileprivate var ofGroup: DeploymentCourse {
    switch self {
    case .completes(let time): .succeeds(after: time, terminating: .seconds(20))
    case .fails(let time, _, _), .rollsBack(let time, _, _, _):
      .fails(after: time, code: "HOOK_EXECUTION_FAILURE", message: "A hook failed.")
    case .superseded(let time, _): .isStopped(after: time)
    default: .succeeds(after: .seconds(5), terminating: .zero)
    }
  }

  /// The same for a workflow.
  fileprivate var ofWorkflow: LocalGitHub.Course {
    switch self {
    case .completes(let time): .ends(after: time, conclusion: "success")
    case .fails(let time, _, _): .ends(after: time, conclusion: "failure", failedJobs: ["roll"])
    case .rollsBack(let time, _, _, _): .ends(after: time, conclusion: "cancelled")
    case .hangs: .stays("queued")
    default: .ends(after: .seconds(5), conclusion: "success")
    }
  }

  /// The same for a task that runs once.
  fileprivate var ofTask: TaskCourse {
    switch self {
    case .completes(let time): .ends(after: time, codes: [:])
    case .fails(let time, _, _): .ends(after: time, codes: ["app": 1])
    case .rollsBack(let time, _, _, _):
      .failsToStart(after: time, reason: "CannotPullContainerError: no such tag")
    case .hangs: .runs
    default: .ends(after: .seconds(5), codes: [:])
    }
  }
}

extension Kind {
  fileprivate var isService: Bool { self == .service || self == .deployed }
}
