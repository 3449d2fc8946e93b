// SPDX-License-Identifier: Apache-2.0
// A record's own keys, in the order in which they are documented. `region` and `account` follow them where they are not the
// process's own.

internal import Core
internal import JSON

extension Record {
  /// The record without its place in the chain.
  func fields(home: Location) -> [JSONValue.Member] {
    [.init("time", .string(time.description)), .init("kind", .string(kind))] + ownFields(home: home)
  }

  private func ownFields(home: Location) -> [JSONValue.Member] {
    switch entry {
    case .started(let version, let pid):
      return [.init("version", .string(version)), .init("pid", .number("\(pid)"))]
    case .stopped(let reason):
      return [.init("reason", .string(reason))]
    case .rulesLoaded(let rules, let digest):
      return [.init("rules", .number("\(rules)")), .init("digest", .string(digest))]
    case .baseline(let scope, let resources):
      return scope.fields + [.init("resources", .number("\(resources)"))] + scope.account(home)
    case .changed(let change, let targets):
      return change.fields + Self.named(targets) + change.resource.scope.location.fields(home)
    case .disappeared(let resource), .returned(let resource):
      return [.init("resource", .string(resource.description))] + resource.scope.location.fields(home)
    case .planned(let plan):
      return plan.fields + plan.target.fields(home)
    case .held(let restart, let target, let reason), .released(let restart, let target, let reason):
      return Self.subject(restart, target) + [.init("reason", .string(reason))] + target.fields(home)
    case .issued(let restart, let target, let deployment, let adopted):
      return Self.subject(restart, target)
        + [.init("deployment", .string(deployment)), .init("adopted", .bool(adopted))]
        + target.fields(home)
    case .refused(let restart, let target, let reason, let remedy):
      return Self.subject(restart, target) + [.init("reason", .string(reason))]
        + (remedy.map { [.init("remedy", .string($0))] } ?? []) + target.fields(home)
    case .skipped(let restart, let target, let reason):
      return Self.subject(restart, target) + [.init("reason", .string(reason))] + target.fields(home)
    case .ended(let ending):
      return Self.subject(ending.restart, ending.target) + ending.fields + ending.target.fields(home)
    case .quarantined(let resource, let version, let restart, let target):
      return [.init("resource", .string(resource.description)), .init("version", .string(version))]
        + Self.subject(restart, target) + resource.scope.location.fields(home)
    case .unquarantined(let resource, let version, let reason):
      return [
        .init("resource", .string(resource.description)), .init("version", .string(version)),
        .init("reason", .string(reason)),
      ] + resource.scope.location.fields(home)
    case .ordered(let order): return order.fields + (order.location?.fields(home) ?? [])
    case .sourceFailing(let scope, let error):
      return scope.fields + [.init("error", .string(error))] + scope.account(home)
    case .sourceRecovered(let scope, let duration):
      return scope.fields + [.init("seconds", .seconds(duration))] + scope.account(home)
    }
  }

  private static func named(_ targets: [Target]) -> [JSONValue.Member] {
    let names = targets.prefix(Limits.targetsPerRecord).map(\.description)
    let omitted = targets.count - names.count
    return [.init("targets", .strings(names))]
      + (omitted > 0 ? [.init("omittedTargets", .number("\(omitted)"))] : [])
  }

  private static func subject(_ restart: RestartID, _ target: Target) -> [JSONValue.Member] {
    [.init("restart", .string(restart.description)), .init("target", .string(target.description))]
  }
}

extension Change {
  fileprivate var fields: [JSONValue.Member] {
    [
      .init("resource", .string(resource.description)), .init("from", .string(from)),
      .init("to", .string(to)),
      .init("changedAt", .string(changedAt.description)),
    ] + (changedBy.map { [.init("changedBy", .string($0))] } ?? [])
  }
}

extension Plan {
  fileprivate var fields: [JSONValue.Member] {
    var fields: [JSONValue.Member] = [
      .init("restart", .string(restart.description)), .init("target", .string(target.description)),
      .init("rules", .strings(rules)), .init("causes", .array(causes.map { .object($0.fields) })),
    ]
    if omittedCauses > 0 { fields.append(.init("omittedCauses", .number("\(omittedCauses)"))) }
    if let reason { fields.append(.init("reason", .string(reason))) }
    return fields
  }
}

extension Ending {
  fileprivate var fields: [JSONValue.Member] {
    var fields: [JSONValue.Member] = [
      .init("deployment", .string(deployment)), .init("outcome", .string(outcome.rawValue)),
    ]
    if let reason { fields.append(.init("reason", .string(reason))) }
    if let verdict { fields.append(.init("verdict", .string(verdict))) }
    if !events.isEmpty { fields.append(.init("events", .strings(events))) }
    if !stoppedTasks.isEmpty { fields.append(.init("stoppedTasks", .strings(stoppedTasks))) }
    fields.append(.init("seconds", .seconds(took)))
    return fields
  }
}

extension OrderGiven {
  fileprivate var fields: [JSONValue.Member] {
    var fields: [JSONValue.Member] = [.init("order", .string(order))]
    if let target { fields.append(.init("target", .string(target.description))) }
    if let resource { fields.append(.init("resource", .string(resource.description))) }
    fields.append(.init("actor", .string(actor)))
    if let reason { fields.append(.init("reason", .string(reason))) }
    return fields
  }

  fileprivate var location: Location? { target?.location ?? resource?.scope.location }
}

extension Scope {
  fileprivate var fields: [JSONValue.Member] {
    [.init("source", .string(source)), .init("region", .string(location.region))]
  }

  fileprivate func account(_ home: Location) -> [JSONValue.Member] {
    guard let account = location.account, account != home.account else { return [] }
    return [.init("account", .string(account))]
  }
}

extension Target {
  fileprivate func fields(_ home: Location) -> [JSONValue.Member] { location?.fields(home) ?? [] }
}

extension Location {
  fileprivate func fields(_ home: Location) -> [JSONValue.Member] {
    var fields: [JSONValue.Member] = []
    if region != home.region { fields.append(.init("region", .string(region))) }
    if let account, account != home.account { fields.append(.init("account", .string(account))) }
    return fields
  }
}

extension JSONValue {
  fileprivate static func strings(_ texts: [String]) -> Self { .array(texts.map { .string($0) }) }

  /// Seconds with at most three decimals, and none that say nothing: the form that RFC 8785 asks for.
  fileprivate static func seconds(_ duration: Duration) -> Self {
    let milliseconds = duration.milliseconds
    let (whole, rest) = (milliseconds / 1_000, abs(milliseconds % 1_000))
    guard rest > 0 else { return .number("\(whole)") }
    var decimals = String(1_000 + rest).dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return .number("\(milliseconds < 0 && whole == 0 ? "-" : "")\(whole).\(decimals)")
  }
}
