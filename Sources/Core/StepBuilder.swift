// SPDX-License-Identifier: Apache-2.0

/// Collects what one event leaves behind, so that each row of the state is written once however often it changed.
struct StepBuilder: Sendable {
  private var records: [Record] = []
  private var changes: [StateChange] = []
  private(set) var targets: [Target] = []
  private var knownTargets: Set<Target> = []
  private var trials: [Resource] = []
  private var knownTrials: Set<Resource> = []

  mutating func add(_ entry: Record.Entry, at now: Timestamp) {
    records.append(Record(time: now, entry: entry))
  }

  mutating func changed(_ resource: Resource, _ seen: Seen?) { changes.append(.seen(resource, seen)) }

  mutating func changed(_ scope: Scope, _ source: SourceState?) { changes.append(.source(scope, source)) }

  mutating func changedTrial(of resource: Resource) {
    if knownTrials.insert(resource).inserted { trials.append(resource) }
  }

  mutating func changed(_ holdOfAll: OperatorHold?) { changes.append(.holdOfAll(holdOfAll)) }

  mutating func changed(_ target: Target) {
    if knownTargets.insert(target).inserted { targets.append(target) }
  }

  /// The step, with each changed target and trial as it is now; afterwards the builder is empty.
  mutating func finish(_ targetStates: [Target: TargetState], _ trialStates: [Resource: Trial]) -> Step {
    defer { self = StepBuilder() }
    // Grown once: a thousand targets are half a megabyte.
    changes.reserveCapacity(changes.count + targets.count + trials.count)
    for target in targets { changes.append(.target(target, targetStates[target])) }
    for resource in trials { changes.append(.trial(resource, trialStates[resource])) }
    return Step(records: records, changes: changes)
  }
}
