// SPDX-License-Identifier: Apache-2.0

import Core

extension Step {
  static func stopped(_ reason: String, at milliseconds: Int64 = 1_795_407_593_120) -> Step {
    Step(
      records: [Record(time: Timestamp(milliseconds: milliseconds), entry: .stopped(reason: reason))],
      changes: [])
  }
}

/// Things that records and state are about.
enum Sample {
  static let time = Timestamp(milliseconds: 1_795_407_593_120)
  static let home = StateFolder.home
  static let abroad = Location(region: "us-east-1", account: "prod")
  static let parameter = Resource(scope: Scope(kind: .parameter, location: home), name: "/staging/shop/URL")
  static let secret = Resource(scope: Scope(kind: .secret, location: abroad), name: "staging/shop/db")
  static let target = Target.service(ECSService(cluster: "shop", name: "web", location: home))
  static let targetAbroad = Target.service(ECSService(cluster: "shop", name: "web", location: abroad))
  static let restart = RestartID("20261123T041953Z-7f3a2c")

  static func change(_ resource: Resource, by: String? = nil) -> Change {
    Change(resource: resource, from: "old", to: "new", changedAt: time, changedBy: by)
  }

  static func plan(
    _ target: Target = target, causes: [Change] = [], omitted: Int = 0, reason: String? = nil,
    restart: RestartID = restart
  ) -> Plan {
    Plan(
      restart: restart, target: target, rules: ["shop", "all"], causes: causes, omittedCauses: omitted,
      reason: reason)
  }

  static func ending(
    _ outcome: Outcome, _ target: Target = target, reason: String? = nil, verdict: String? = nil,
    events: [String] = [], stoppedTasks: [String] = [], took: Duration = .milliseconds(122_340)
  ) -> Ending {
    Ending(
      restart: restart, target: target, deployment: "ecs-svc/1", outcome: outcome, reason: reason,
      verdict: verdict, events: events, stoppedTasks: stoppedTasks, took: took)
  }

  static func step(_ entries: Record.Entry..., changes: [StateChange] = []) -> Step {
    Step(records: entries.map { Record(time: time, entry: $0) }, changes: changes)
  }

  /// Steps with something of every kind that is remembered, and with some of it altered later.
  static func steps() throws -> [Step] {
    let settle = Settle(change(secret, by: "me"), rules: ["shop"], patience: .standard, position: 0, at: time)
    let byHand = Restart(id: restart, byHandWithin: .seconds(60), at: time)
    var following = Restart(id: restart, settled: settle, at: time)
    following.phase = .following(deployment: "ecs-svc/1", since: time)
    following.hold = .goneCause
    var issuing = byHand
    issuing.phase = .issuing(.init(replacing: nil))
    let number = Version.parameter(number: 7, modifiedAt: time)
    let nextNumber = Version.parameter(number: 8, modifiedAt: time)
    return [
      Step(
        records: [],
        changes: [
          .seen(parameter, Seen(version: number, modifiedAt: time, presence: .present)),
          .seen(secret, Seen(version: .secret(id: "a-b"), modifiedAt: nil, presence: .disappeared)),
          .source(parameter.scope, SourceState(failingSince: nil, watchedBy: 0)),
          .source(secret.scope, SourceState(failingSince: time, watchedBy: .max)),
          .target(target, TargetState(waiting: settle, open: following, lastStart: time)),
          .target(targetAbroad, TargetState(waiting: nil, open: issuing, lastStart: nil)),
        ]),
      Step(
        records: [],
        changes: [
          .seen(parameter, Seen(version: nextNumber, modifiedAt: time, presence: .leaving)),
          .target(targetAbroad, TargetState(waiting: settle, open: nil, lastStart: nil)),
        ]),
    ]
  }
}
