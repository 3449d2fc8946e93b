// SPDX-License-Identifier: Apache-2.0
// What operators say. An order is carried out whole or refused with what to do instead; either way it is answered, and what was
// carried out is on record.

extension Engine {
  mutating func ordered(_ order: Order, number: Int, at now: Timestamp) {
    let answer: Answer
    do throws(Refusal) { answer = .done(try carryOut(order, at: now)) } catch {
      answer = .refused(error.reason)
    }
    effects.append(.answer(number: number, answer))
  }

  /// Why an order is not carried out.
  private struct Refusal: Error {
    var reason: String
  }

  /// What a subject names.
  private enum Named {
    case all
    case target(Target)
    case resource(Resource)
  }

  private mutating func carryOut(_ order: Order, at now: Timestamp) throws(Refusal) -> String {
    switch order.action {
    case .hold(let subject):
      switch try named(subject, order) {
      case .all: return holdAll(order, at: now)
      case .target(let target): return hold(target, order, at: now)
      case .resource(let resource): throw notATarget(resource, "hold")
      }
    case .release(let subject):
      switch try named(subject, order) {
      case .all: return try releaseAll(order, at: now)
      case .target(let target): return try release(target, order, at: now)
      case .resource(let resource): return try release(resource, order, at: now)
      }
    case .approve(let subject):
      switch try named(subject, order) {
      case .all:
        throw Refusal(reason: "name the resource or the target to approve; rollwatch status lists them")
      case .target(let target): return try approve(target, order, at: now)
      case .resource(let resource):
        return try approve([resource], resource: resource, target: nil, order, at: now)
      }
    case .retry(let subject): return try retry(try target(subject, order, "retry"), order, at: now)
    case .skip(let subject): return try skip(try target(subject, order, "skip"), order, at: now)
    case .restart(let subject): return try restart(try target(subject, order, "restart"), order, at: now)
    }
  }

  // MARK: Names

  private func named(_ subject: Order.Subject, _ order: Order) throws(Refusal) -> Named {
    guard case .named(let text, let location) = subject else { return .all }
    let resources = trials.keys.filter {
      $0.description == text && ($0.scope.location == location || location == nil)
    }
    let targets = targets.keys.filter {
      ($0.description == text || $0.description == "ecs:\(text)")
        && ($0.location == location || location == nil || $0.location == nil)
    }
    guard resources.count + targets.count < 2 else {
      let places = (resources.map(\.scope.location) + targets.compactMap(\.location))
        .map { place in place.account.map { "\(place.region) of account \($0)" } ?? place.region }.sorted()
      throw Refusal(
        reason: "\(text) is in \(places.joined(separator: " and in ")); name one with --region and --account")
    }
    if let resource = resources.first { return .resource(resource) }
    if let target = targets.first { return .target(target) }
    if let known = resource(text, at: location) { return .resource(known) }
    guard let target = target(text, at: location ?? order.home) else {
      throw Refusal(
        reason:
          "nothing of the name \(text) is known; write CLUSTER/SERVICE, the name of another target to which "
          + "a rule leads, or a name from rollwatch status")
    }
    return .target(target)
  }

  /// A target of which nothing is known yet. Any service will do; of the other kinds, only what a rule leads to: who may speak to
  /// the daemon may not run any program on its machine.
  private func target(_ text: String, at location: Location) -> Target? {
    if let service = Target(ecs: text, at: location) { return service }
    return rules.target(named: text, at: location)
  }

  private func resource(_ text: String, at location: Location?) -> Resource? {
    for (scope, sighting) in scopes where location == nil || scope.location == location {
      let prefix = "\(scope.kind.rawValue):"
      guard text.hasPrefix(prefix) else { continue }
      let name = String(text.dropFirst(prefix.count))
      if sighting.seen(name) != nil { return Resource(scope: scope, name: name) }
    }
    return nil
  }

  private func target(_ subject: Order.Subject, _ order: Order, _ verb: String) throws(Refusal) -> Target {
    switch try named(subject, order) {
    case .target(let target): return target
    case .resource(let resource): throw notATarget(resource, verb)
    case .all: throw Refusal(reason: "name the target to \(verb); rollwatch status lists them")
    }
  }

  private func notATarget(_ resource: Resource, _ verb: String) -> Refusal {
    Refusal(reason: "\(resource) is no target; \(verb) one of the targets that rollwatch status lists")
  }

  private mutating func record(
    _ verb: String, target: Target?, resource: Resource?, _ order: Order, at now: Timestamp
  ) {
    step.add(
      .ordered(
        OrderGiven(order: verb, target: target, resource: resource, actor: order.actor, reason: order.reason)),
      at: now)
    standing = nil
    mayLiftBars = true
  }

  // MARK: Hold and release

  private mutating func holdAll(_ order: Order, at now: Timestamp) -> String {
    holdOfAll = OperatorHold(actor: order.actor, reason: order.reason, since: now)
    step.changed(holdOfAll)
    record("hold", target: nil, resource: nil, order, at: now)
    return "no restart begins until rollwatch release --all; what is under way is followed to its end"
  }

  private mutating func hold(_ target: Target, _ order: Order, at now: Timestamp) -> String {
    var state = targets[target] ?? .unknown
    state.heldBy = OperatorHold(actor: order.actor, reason: order.reason, since: now)
    update(target, state)
    record("hold", target: target, resource: nil, order, at: now)
    return "no restart of \(target) begins until rollwatch release \(target.description.shellWord)"
  }

  private mutating func releaseAll(_ order: Order, at now: Timestamp) throws(Refusal) -> String {
    let held = targets.filter { $0.value.heldBy != nil }
    guard holdOfAll != nil || !held.isEmpty else {
      throw Refusal(
        reason: "no operator holds anything; rollwatch status says what the held restarts wait for")
    }
    holdOfAll = nil
    step.changed(nil as OperatorHold?)
    for (target, state) in held {
      var state = state
      state.heldBy = nil
      update(target, state)
    }
    record("release", target: nil, resource: nil, order, at: now)
    return "no operator holds anything any more"
  }

  private mutating func release(_ target: Target, _ order: Order, at now: Timestamp) throws(Refusal) -> String
  {
    var state = targets[target] ?? .unknown
    if state.heldBy != nil {
      state.heldBy = nil
      update(target, state)
      record("release", target: target, resource: nil, order, at: now)
      return "\(target) is no longer held by an operator"
    }
    guard let open = state.open, open.intent == nil, let hold = open.hold else {
      throw Refusal(reason: "no restart of \(target) is held")
    }
    switch hold {
    case .turn, .window, .quarantine, .approval:
      state.open?.expeditedBy = order.actor
      update(target, state)
      work[target]?.bar = nil
      record("release", target: target, resource: nil, order, at: now)
      return "restart \(open.id) of \(target) begins now"
    case .operatorsWord:
      throw Refusal(reason: "everything is held; rollwatch release --all releases it")
    case .rollout, .pause, .goneCause, .failing, .denied:
      throw Refusal(
        reason:
          "restart \(open.id) of \(target) waits for what is in its way, not for a word: see rollwatch status"
      )
    }
  }

  private mutating func release(_ resource: Resource, _ order: Order, at now: Timestamp) throws(Refusal)
    -> String
  {
    guard var trial = trials[resource], trial.quarantine != nil else {
      throw Refusal(reason: "no version of \(resource) is in quarantine")
    }
    trial.quarantine = nil
    setTrial(trial, of: resource)
    record("release", target: nil, resource: resource, order, at: now)
    step.add(.unquarantined(resource, version: trial.version, reason: "\(order.actor) released it"), at: now)
    return
      "version \(trial.version) of \(resource) is in quarantine no longer; the targets that wait for it follow"
  }

  // MARK: Approve, retry, skip, restart

  private mutating func approve(_ target: Target, _ order: Order, at now: Timestamp) throws(Refusal) -> String
  {
    let causes = (targets[target]?.open?.causes ?? []) + (targets[target]?.waiting?.causes ?? [])
    return try approve(causes.map(\.resource), resource: nil, target: target, order, at: now)
  }

  private mutating func approve(
    _ resources: [Resource], resource: Resource?, target: Target?, _ order: Order, at now: Timestamp
  ) throws(Refusal) -> String {
    let waiting = resources.filter { trials[$0]?.needsApproval ?? false }
    guard !waiting.isEmpty else { throw Refusal(reason: "nothing of that waits for approval") }
    for resource in waiting {
      guard var trial = trials[resource] else { continue }
      trial.needsApproval = false
      setTrial(trial, of: resource)
    }
    record("approve", target: target, resource: resource, order, at: now)
    return "approved: \(waiting.map(\.description).joined(separator: ", "))"
  }

  private mutating func retry(_ target: Target, _ order: Order, at now: Timestamp) throws(Refusal) -> String {
    guard var state = targets[target], let failed = state.failed else {
      throw Refusal(reason: "no restart of \(target) came to a bad end; rollwatch restart restarts it anyway")
    }
    try requireFree(state, target)
    let restart = Restart(id: nextRestartID(at: now), retrying: failed, by: order.actor, at: now)
    record("retry", target: target, resource: nil, order, at: now)
    step.add(.planned(restart.plan(of: target, reason: "restart \(failed.id) once more")), at: now)
    state.open = restart
    update(target, state)
    return "restart \(restart.id) of \(target) begins now"
  }

  private mutating func skip(_ target: Target, _ order: Order, at now: Timestamp) throws(Refusal) -> String {
    guard var state = targets[target], state.open != nil || state.waiting != nil else {
      throw Refusal(reason: "nothing waits for \(target)")
    }
    guard !state.isBusy else {
      throw Refusal(reason: "a restart of \(target) is under way; it can no longer be skipped")
    }
    let restart: Restart
    if let open = state.open {
      restart = open
    } else if let waiting = state.waiting {
      restart = Restart(id: nextRestartID(at: now), settled: waiting, at: now)
      step.add(.planned(restart.plan(of: target, reason: nil)), at: now)
    } else {
      return ""
    }
    record("skip", target: target, resource: nil, order, at: now)
    step.add(.skipped(restart.id, target, reason: "\(order.actor) skipped it"), at: now)
    state.open = nil
    state.waiting = nil
    update(target, state)
    return "restart \(restart.id) of \(target) is skipped: its tasks keep the values they have"
  }

  private mutating func restart(_ target: Target, _ order: Order, at now: Timestamp) throws(Refusal) -> String
  {
    try requireFree(targets[target] ?? .unknown, target)
    record("restart", target: target, resource: nil, order, at: now)
    requested(target, reason: order.reason, deadline: Patience.standard.deadline, at: now)
    guard let open = targets[target]?.open else { return "" }
    return "restart \(open.id) of \(target) begins now"
  }

  private func requireFree(_ state: TargetState, _ target: Target) throws(Refusal) {
    if let hold = state.heldBy ?? holdOfAll {
      throw Refusal(reason: "\(hold.actor) holds it; release it first")
    }
    guard let open = state.open else { return }
    let hint =
      state.isBusy
      ? "rollwatch status shows how far it is"
      : "rollwatch release \(target.description.shellWord) lets it begin now"
    throw Refusal(
      reason: "restart \(open.id) of \(target) is \(state.isBusy ? "under way" : "held"); \(hint)")
  }
}

extension Target {
  /// The service that `CLUSTER/SERVICE` or `ecs:CLUSTER/SERVICE` names; nil for any other text.
  fileprivate init?(ecs text: String, at location: Location) {
    let name = text.hasPrefix("ecs:") ? text.dropFirst(4) : text[...]
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.contains(":") }) else { return nil }
    self = .service(ECSService(cluster: String(parts[0]), name: String(parts[1]), location: location))
  }
}
