// SPDX-License-Identifier: Apache-2.0
// Effects in lines of plain words, so that a test can name all of them: a record is told by its kind and what matters of
// it, restarts are numbered in the order in which they appear.

@testable import Core

struct Teller {
  private var restarts: [RestartID] = []

  /// One line for each record and each effect, in order; a step without records is told as `remember`.
  mutating func tell(_ effects: [Effect], _ state: State) -> [String] {
    var lines: [String] = []
    for effect in effects {
      switch effect {
      case .append(let step):
        lines += step.records.map { tell($0.entry, state) }
        if step.records.isEmpty { lines.append("remember") }
      case .sweep(let scope, let number, let prefixes):
        let narrowing = prefixes.isEmpty ? "" : " below \(prefixes.joined(separator: " "))"
        lines.append("sweep \(scope.source) \(number)\(narrowing)")
      case .inspect(let look): lines.append("inspect \(name(look.target))")
      case .issue(let assignment):
        lines.append("issue \(name(assignment.target)) \(number(assignment.restart))")
      case .answer(_, .done(let words)): lines.append("done: \(words)")
      case .answer(_, .refused(let words)): lines.append("refused: \(words)")
      case .diagnose(let target, let deployment): lines.append("diagnose \(name(target)) \(deployment)")
      }
    }
    return lines
  }

  private mutating func tell(_ entry: Record.Entry, _ state: State) -> String {
    switch entry {
    case .started: "started"
    case .stopped(let reason): "stopped: \(reason)"
    case .rulesLoaded(let rules, let digest): "rulesLoaded \(rules) \(digest)"
    case .baseline(let scope, let resources): "baseline \(scope.source) \(resources)"
    case .changed(let change, let targets):
      "changed \(tell(change)) for \(targets.map(name).joined(separator: " "))"
    case .disappeared(let resource): "disappeared \(resource.name)"
    case .returned(let resource): "returned \(resource.name)"
    case .planned(let plan): tell(plan)
    case .held(let id, let target, _):
      "held \(number(id)) for \(state.targets[target]?.open?.hold?.rawValue ?? "nothing")"
    case .released(let id, _, _): "released \(number(id))"
    case .issued(let id, _, let deployment, let adopted):
      "issued \(number(id)) \(deployment)\(adopted ? " adopted" : "")"
    case .refused(let id, _, _, let remedy): "refused \(number(id))\(remedy == nil ? "" : " with a remedy")"
    case .skipped(let id, _, _): "skipped \(number(id))"
    case .ended(let ending):
      "ended \(number(ending.restart)) \(ending.outcome) \(ending.deployment) in \(ending.took)"
    case .quarantined(let resource, let version, let id, let target):
      "quarantined \(resource.name) \(short(version)) for \(number(id)) of \(name(target))"
    case .unquarantined(let resource, let version, _): "unquarantined \(resource.name) \(short(version))"
    case .ordered(let order):
      "ordered \(order.order) \(order.target.map(name) ?? order.resource?.name ?? "all") by \(order.actor)"
    case .sourceFailing(let scope, let error): "sourceFailing \(scope.source): \(error)"
    case .sourceRecovered(let scope, let duration): "sourceRecovered \(scope.source) after \(duration)"
    }
  }

  private mutating func tell(_ plan: Plan) -> String {
    let causes = plan.causes.isEmpty ? "no cause" : plan.causes.map(tell).joined(separator: ", ")
    let rules = plan.rules.isEmpty ? "nobody" : plan.rules.joined(separator: " ")
    let omitted = plan.omittedCauses == 0 ? "" : " and \(plan.omittedCauses) more"
    return "planned \(number(plan.restart)) of \(name(plan.target)) by \(rules) for \(causes)\(omitted)"
  }

  private func tell(_ change: Change) -> String {
    let user = change.changedBy.map { " by \($0)" } ?? ""
    return "\(change.resource.name) \(short(change.from))→\(short(change.to))\(user)"
  }

  /// A parameter's version without its time.
  private func short(_ version: String) -> String { String(version.prefix { $0 != "@" }) }

  private func name(_ target: Target) -> String {
    switch target {
    case .service(let service): service.name
    case .codeDeploy, .task, .workflow, .command, .unit: target.description
    }
  }

  private mutating func number(_ id: RestartID) -> String {
    if let index = restarts.firstIndex(of: id) { return "#\(index + 1)" }
    restarts.append(id)
    return "#\(restarts.count)"
  }
}
