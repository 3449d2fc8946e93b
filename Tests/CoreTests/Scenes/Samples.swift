// SPDX-License-Identifier: Apache-2.0
// What scenes are made of: one service, rules that lead to it, and the states it is found in. Times are whole seconds
// from the moment at which a scene's baseline is complete.

@testable import Core

let home = Location(region: "eu-west-2", account: nil)
let parameters = Scope(kind: .parameter, location: home)
let secrets = Scope(kind: .secret, location: home)
let web = service("web")

func service(_ name: String) -> Target {
  .service(ECSService(cluster: "shop", name: name, location: home))
}

func parameter(_ name: String) -> Resource { Resource(scope: parameters, name: name) }

/// The moment so many seconds into a scene.
func second(_ seconds: Int) -> Timestamp {
  Timestamp(milliseconds: 1_800_000_000_000 + Int64(seconds) * 1_000)
}

/// An observation of a parameter in its nth version, written at that second.
func seen(_ name: String, _ number: Int64, at seconds: Int = -100, by user: String? = nil) -> Observation {
  Observation(
    name: name, version: .parameter(number: number, modifiedAt: second(seconds)), modifiedAt: second(seconds),
    modifiedBy: user, isScheduledForDeletion: false)
}

/// An observation of a secret whose AWSCURRENT is held by this version.
func seenSecret(
  _ name: String, _ id: String, changed seconds: Int? = -100, isLeaving: Bool = false
) -> Observation {
  Observation(
    name: name, version: .secret(id: id), modifiedAt: seconds.map(second), modifiedBy: nil,
    isScheduledForDeletion: isLeaving)
}

extension Patience {
  /// The standard patience, but for what is given in seconds.
  static func of(
    quiet: Int = 30, limit: Int = 300, cooldown: Int = 120, deadline: Int = 1_800
  ) -> Patience {
    Patience(
      quiet: .seconds(quiet), limit: .seconds(limit), cooldown: .seconds(cooldown),
      deadline: .seconds(deadline))
  }
}

extension Rule {
  /// A rule over parameters that leads to services of the cluster `shop`.
  static func over(
    _ patterns: String..., except exceptions: [String] = [], named name: String = "shop",
    to services: [String] = ["web"], patience: Patience = .of(), pace: Pace = .standard, after: [String] = [],
    isUrgent: Bool = false
  ) throws -> Rule {
    var rule = Rule(
      name: name, location: home,
      watch: try patterns.map { Watch(kind: .parameter, pattern: try Pattern($0)) },
      except: try exceptions.map { Watch(kind: .parameter, pattern: try Pattern($0)) },
      restart: try services.map { .service(cluster: try Template("shop"), name: try Template($0)) },
      patience: patience)
    rule.pace = pace
    rule.after = after
    rule.isUrgent = isUrgent
    return rule
  }

  /// A rule over secrets that leads to the service `web`.
  static func overSecrets(_ pattern: String) throws -> Rule {
    Rule(
      name: "secrets", location: home, watch: [Watch(kind: .secret, pattern: try Pattern(pattern))],
      except: [],
      restart: [.service(cluster: try Template("shop"), name: try Template("web"))], patience: .of())
  }
}

extension Restart {
  /// A restart planned at 130 for a change of 100, to be held for 60 s at most.
  static func planned(intent: Intent? = nil) -> Self {
    let change = Change(
      resource: parameter("/shop/URL"), from: "1", to: "2", changedAt: second(100), changedBy: nil)
    let settled = Settle(change, rules: ["shop"], patience: .of(deadline: 60), position: 0, at: second(100))
    var restart = Restart(id: RestartID("r"), settled: settled, at: second(130))
    if let intent { restart.phase = .issuing(intent) }
    return restart
  }
}

extension Deployment {
  /// The deployment `ecs-svc/N`, with two tasks that run.
  static func numbered(
    _ number: Int, at seconds: Int, _ state: State? = .completed, isPrimary: Bool = true, why: String? = nil,
    failedTasks: Int = 0
  ) -> Deployment {
    Deployment(
      id: "ecs-svc/\(number)", isPrimary: isPrimary, createdAt: second(seconds), state: state,
      stateReason: why, desiredCount: 2, runningCount: 2, pendingCount: 0, failedTasks: failedTasks)
  }
}

extension ServiceSnapshot {
  /// A healthy service of two tasks with these deployments.
  static func with(_ deployments: Deployment...) -> ServiceSnapshot {
    ServiceSnapshot(
      status: .active, desiredCount: 2, runningCount: 2, controller: .ecs,
      healthyPercent: ClosedPercent(minimum: 100, maximum: 200), rollsBack: false, deployments: deployments,
      events: [.said("(service web) has reached a steady state.")])
  }

  /// The service before anything happens: one old deployment, complete.
  static let steady = with(.numbered(1, at: -1_000))

  func changing(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }
}

extension ServiceSnapshot.Event {
  /// An event at a second of the scene.
  static func said(_ message: String, at seconds: Int = 200) -> Self {
    Self(at: second(seconds), message: message)
  }
}

extension StoppedTask {
  /// A task of one container `app`.
  static func task(
    _ id: String = "1", _ stopCode: String? = nil, _ reason: String? = nil, exitCode: Int? = nil,
    containerReason: String? = nil
  ) -> StoppedTask {
    StoppedTask(
      id: id, stopCode: stopCode, reason: reason,
      containers: [Container(name: "app", exitCode: exitCode, reason: containerReason)])
  }
}

extension Evidence {
  /// Nothing but these stopped tasks.
  static func stopped(_ tasks: StoppedTask...) -> Evidence {
    Evidence(stoppedTasks: tasks, protectedTasks: [], gaps: [])
  }
}

extension Failure {
  static let throttled = Failure(
    kind: .transient, reason: "ThrottlingException: Rate exceeded", mayHaveTakenEffect: false)
  static let lost = Failure(kind: .transient, reason: "timed out", mayHaveTakenEffect: true)
  static let denied = Failure(
    kind: .denied, reason: "AccessDeniedException: not authorized", mayHaveTakenEffect: false)
  static let permanent = Failure(
    kind: .permanent, reason: "InvalidParameterException: no", mayHaveTakenEffect: false)
  static let notFound = Failure(
    kind: .notFound, reason: "ServiceNotFoundException: Service not found.", mayHaveTakenEffect: false)
}
