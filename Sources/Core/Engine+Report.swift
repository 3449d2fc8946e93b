// SPDX-License-Identifier: Apache-2.0

extension Engine {
  /// All that is in hand, for people.
  public func report(at now: Timestamp) -> Report {
    Report(
      at: now, sources: rules.scopes.compactMap(source), items: active.compactMap(item),
      quarantined: trials.compactMap { resource, trial in
        trial.quarantine.map {
          Report.Quarantined(
            resource: resource, version: trial.version, restart: $0.restart, target: $0.target,
            since: $0.since)
        }
      }.sorted { ($0.since, $0.resource.description) < ($1.since, $1.resource.description) },
      approvals: trials.filter(\.value.needsApproval).map { resource, trial in
        Report.Approval(resource: resource, version: trial.version, targets: trial.targets)
      }.sorted { $0.resource.description < $1.resource.description },
      holds: holds)
  }

  private var holds: [Report.OperatorHold] {
    let ofTargets = targets.compactMap { target, state in
      state.heldBy.map {
        Report.OperatorHold(target: target, actor: $0.actor, reason: $0.reason, since: $0.since)
      }
    }
    let ofAll = holdOfAll.map {
      [Report.OperatorHold(target: nil, actor: $0.actor, reason: $0.reason, since: $0.since)]
    }
    return (ofAll ?? []) + ofTargets.sorted { $0.since < $1.since }
  }

  fileprivate func source(_ scope: Scope) -> Report.Source? {
    scopes[scope].map {
      Report.Source(
        scope: scope, resources: $0.count, sweptAt: $0.sweptAt, failingSince: $0.source?.failingSince,
        next: $0.isSweeping ? nil : $0.nextSweep)
    }
  }

  private func item(_ target: Target) -> Report.Item? {
    guard let state = targets[target] else { return nil }
    let changes = state.open?.causes ?? state.waiting?.causes ?? []
    let causes = changes.prefix(Limits.causesPerReport).map(\.resource.description)
    let omitted =
      (state.open?.omittedCauses ?? state.waiting?.omittedCauses ?? 0) + changes.count - causes.count
    var item = Report.Item(
      target: target, stage: .waiting, restart: state.open?.id, deployment: nil, reason: nil,
      since: state.open?.plannedAt ?? state.waiting?.first ?? Timestamp(milliseconds: 0),
      next: agenda.time(of: target), rules: state.rules, causes: causes, omittedCauses: omitted)
    let reason = state.open?.hold.map { work[target]?.waitsFor ?? $0.inWords }
    switch state.open?.phase {
    case nil: break
    case .planned:
      item.stage = .held
      item.reason = work[target]?.bar?.reason ?? reason
    case .issuing:
      item.stage = .issuing
      item.reason = reason
    case .following(let deployment, let since):
      item.stage = .following
      item.deployment = deployment
      item.reason = reason
      item.since = since
    }
    return item
  }
}

extension Report {
  /// What is in hand by what is remembered alone, without a process that goes on with it: nobody knows when there will be a next
  /// step.
  public init(remembered state: State, at now: Timestamp) {
    let never = Schedule(parameters: .zero, secrets: .zero, rollouts: .zero, sweepsOnce: true)
    let engine = Engine(
      state: state, rules: RuleSet(rules: [], digest: ""), schedule: never, seed: 0, at: now)
    self = engine.report(at: now)
    sources = engine.scopes.keys.compactMap(engine.source)
      .sorted { ($0.scope.source, $0.scope.location.region) < ($1.scope.source, $1.scope.location.region) }
    for index in items.indices { items[index].next = nil }
  }
}

extension Restart.Hold {
  /// What is waited for, by what is remembered alone; the record of the hold says more.
  fileprivate var inWords: String {
    switch self {
    case .pause: "its deployment waits at a pause hook until ContinueServiceDeployment is called"
    case .rollout: "somebody else's rollout is in progress"
    case .goneCause: "a cause has disappeared or is scheduled for deletion"
    case .failing: "what was read or called failed; trying again"
    case .denied: "a permission or credentials are missing; trying again"
    case .turn: "other restarts come first"
    case .window: "its window is closed"
    case .quarantine: "a version that caused it is in quarantine"
    case .approval: "it waits for an operator's approval"
    case .operatorsWord: "an operator holds it"
    }
  }
}
