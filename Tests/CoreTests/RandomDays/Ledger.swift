// SPDX-License-Identifier: Apache-2.0
// What the records of any day must add up to, whatever happened on it and however often the process died.

@testable import Core

/// Reads records in order and says what is wrong with them.
struct Ledger {
  private struct Open {
    var id: RestartID
    var plan: Plan
    var isHeld = false
    var deployment: String?
  }

  private var open: [Target: Open] = [:]
  private var closed: Set<RestartID> = []
  private var starts: [Target: Timestamp] = [:]
  /// Changes that no plan of the target has taken up yet, by the version they led to.
  private(set) var unplanned: [Target: [Resource: String]] = [:]
  private var known: [Target: [Resource: Set<String>]] = [:]
  private(set) var mistakes: [String] = []
  private(set) var counts: [String: Int] = [:]
  let cooldown: Duration

  init(cooldown: Duration) { self.cooldown = cooldown }

  var isAllPlanned: Bool { unplanned.values.allSatisfy(\.isEmpty) }
  var openRestarts: Int { open.count }

  /// When the newest cause of the open restart changed.
  func newestCause(of target: Target) -> Timestamp? { open[target]?.plan.causes.map(\.changedAt).max() }

  mutating func read(_ record: Record, madeAt: [String: Timestamp]) {
    counts[record.kind, default: 0] += 1
    switch record.entry {
    case .started, .stopped, .rulesLoaded, .baseline, .disappeared, .returned, .sourceFailing,
      .sourceRecovered, .quarantined, .unquarantined, .ordered:
      break
    case .changed(let change, let targets):
      for target in targets {
        unplanned[target, default: [:]][change.resource] = change.to
        known[target, default: [:]][change.resource, default: []].insert(change.to)
      }
    case .planned(let plan): planned(plan)
    case .held(let id, let target, let reason):
      check(open[target]?.id == id, "\(id) is held but not open")
      check(!reason.isEmpty, "\(id) is held for no reason")
      open[target]?.isHeld = true
    case .released(let id, let target, _):
      check(open[target]?.id == id && open[target]?.isHeld == true, "\(id) is released but not held")
      open[target]?.isHeld = false
    case .issued(let id, let target, let deployment, _):
      check(open[target]?.id == id, "\(id) is issued but not open")
      check(open[target]?.deployment == nil, "\(id) is issued twice")
      check(open[target]?.isHeld == false, "\(id) is issued while held")
      if let last = starts[target] {
        check(record.time - last >= cooldown, "\(id) starts inside the cooldown")
      }
      starts[target] = record.time
      open[target]?.deployment = deployment
    case .refused(let id, let target, _, let remedy):
      check(remedy != nil, "\(id) is refused without a remedy")
      close(id, target)
    case .skipped(let id, let target, _): close(id, target)
    case .ended(let ending): ended(ending, madeAt: madeAt)
    }
  }

  private mutating func planned(_ plan: Plan) {
    let target = plan.target
    check(!closed.contains(plan.restart), "\(plan.restart) is planned after its end")
    check(!plan.causes.isEmpty, "\(plan.restart) has no cause")
    check(Set(plan.causes.map(\.resource)).count == plan.causes.count, "\(plan.restart) names a cause twice")
    for cause in plan.causes {
      check(
        known[target]?[cause.resource]?.contains(cause.to) == true,
        "\(plan.restart): \(cause.to) never changed")
      if unplanned[target]?[cause.resource] == cause.to { unplanned[target]?[cause.resource] = nil }
    }
    guard let before = open[target] else { return open[target] = Open(id: plan.restart, plan: plan) }
    check(before.id == plan.restart, "two restarts are open: \(plan.restart)")
    check(before.deployment == nil, "\(plan.restart) is planned after its call")
    open[target]?.plan = plan
  }

  /// The promise itself: the deployment that a restart ends with began after every one of its causes.
  private mutating func ended(_ ending: Ending, madeAt: [String: Timestamp]) {
    let restart = open[ending.target]
    check(restart?.deployment == ending.deployment, "\(ending.restart) ends with another deployment")
    let began = madeAt[ending.deployment] ?? Timestamp(milliseconds: .min)
    for cause in restart?.plan.causes ?? [] {
      check(
        began > cause.changedAt, "\(ending.restart): \(ending.deployment) is older than \(cause.resource)")
    }
    check((ending.reason == nil) == (ending.outcome == .completed), "\(ending.restart) ends for no reason")
    counts["\(ending.outcome)", default: 0] += 1
    close(ending.restart, ending.target)
  }

  private mutating func close(_ id: RestartID, _ target: Target) {
    check(open[target]?.id == id, "\(id) ends but is not open")
    check(closed.insert(id).inserted, "\(id) ends twice")
    open[target] = nil
  }

  private mutating func check(_ isSo: Bool, _ mistake: String) {
    if !isSo { mistakes.append(mistake) }
  }
}
