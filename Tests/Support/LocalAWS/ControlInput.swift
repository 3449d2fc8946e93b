// SPDX-License-Identifier: Apache-2.0

import Core

/// The JSON object that a control endpoint was given, read into what it stands for.
struct ControlInput {
  typealias Mistake = ControlEndpoints.Mistake

  let json: JSON

  func text(_ name: String) throws(Mistake) -> String {
    guard let text = json[name]?.string else { throw Mistake(message: "\(name) is missing, or no string") }
    return text
  }

  func flag(_ name: String) -> Bool { json[name]?.bool ?? false }

  func count(_ name: String) -> Int { max(0, json[name]?.integer ?? 0) }

  func duration(_ name: String) throws(Mistake) -> Duration {
    guard let seconds = json[name]?.number else { throw Mistake(message: "\(name) is missing, or no number") }
    guard abs(seconds) < 1e11 else { throw Mistake(message: "\(name) is too large") }
    return .milliseconds(Int64(seconds * 1_000))
  }

  func place() throws(Mistake) -> Place {
    Place(account: json["account"]?.string ?? SimulatedAWS.defaultAccount, region: try text("region"))
  }

  var permissions: Permissions {
    func list(_ name: String) -> [String]? { json[name]?.array?.compactMap(\.string) }
    return Permissions(allow: list("allow") ?? ["*"], deny: list("deny") ?? [])
  }

  func identity() throws(Mistake) -> Identity {
    var identity = Identity.user(
      json["name"]?.string ?? "user", account: json["account"]?.string ?? SimulatedAWS.defaultAccount,
      accessKey: try text("accessKey"), secretKey: try text("secretKey"), permissions: permissions)
    identity.sessionToken = json["sessionToken"]?.string
    if json["expires"] != nil { identity.expires = Timestamp(milliseconds: 0) + (try duration("expires")) }
    return identity
  }

  func rollout() throws(Mistake) -> Rollout {
    let kind = try text("kind")
    switch kind {
    case "completes": return .completes(after: try duration("seconds"))
    case "fails": return .fails(after: try duration("seconds"), failing: failing, failure)
    case "rollsBack":
      return .rollsBack(
        after: try duration("seconds"), failing: failing, failure, back: try duration("backSeconds"))
    case "keepsFailing": return .keepsFailing(every: try duration("seconds"), failure)
    case "hangs": return .hangs
    case "superseded":
      return .superseded(after: try duration("seconds"), completing: try duration("completingSeconds"))
    default: throw Mistake(message: "there is no kind of rollout \(kind)")
    }
  }

  private var failing: Int { json["failing"]?.integer ?? 3 }

  private var failure: TaskFailure {
    if let code = json["exitCode"]?.integer { return .exits(code: code) }
    if let code = json["stopCode"]?.string {
      return .stopped(code: code, reason: json["reason"]?.string ?? code)
    }
    return json["reason"]?.string.map { .neverStarts(reason: $0) } ?? .secretMissing
  }

  func deploymentCourse() throws(Mistake) -> DeploymentCourse {
    let kind = try text("kind")
    switch kind {
    case "succeeds":
      let terminating = json["terminatingSeconds"] == nil ? .zero : try duration("terminatingSeconds")
      return .succeeds(after: try duration("seconds"), terminating: terminating)
    case "fails":
      return .fails(
        after: try duration("seconds"), code: json["code"]?.string ?? "HOOK_EXECUTION_FAILURE",
        message: json["message"]?.string ?? "One or more of the lifecycle validation functions failed")
    case "isStopped": return .isStopped(after: try duration("seconds"))
    case "waits": return .waits(after: try duration("seconds"))
    case "hangs": return .hangs
    default: throw Mistake(message: "there is no kind of deployment \(kind)")
    }
  }

  func taskCourse() throws(Mistake) -> TaskCourse {
    let kind = try text("kind")
    switch kind {
    case "ends":
      let codes = (json["codes"]?.object ?? []).compactMap { member in
        member.value.integer.map { (member.name, $0) }
      }
      return .ends(after: try duration("seconds"), codes: Dictionary(codes) { first, _ in first })
    case "failsToStart":
      return .failsToStart(after: try duration("seconds"), reason: try text("reason"))
    case "runs": return .runs
    case "isRefused":
      return .isRefused(
        starting: count("starting"), reason: try text("reason"), detail: json["detail"]?.string)
    default: throw Mistake(message: "there is no kind of task \(kind)")
    }
  }

  func fault() throws(Mistake) -> Fault {
    var trigger = Fault.Trigger.always
    if let count = json["next"]?.integer { trigger = .next(count, after: json["after"]?.integer ?? 0) }
    if let probability = json["probability"]?.number { trigger = .probability(probability) }
    return Fault(
      try effect(), on: try text("operation"), trigger, in: json["region"] == nil ? nil : try place(),
      onlyOnKeptConnections: flag("onlyOnKeptConnections"))
  }

  private func effect() throws(Mistake) -> Fault.Effect {
    let kind = try text("kind")
    switch kind {
    case "throttling": return .throttling
    case "internalError": return .internalError
    case "unavailable": return .unavailable
    case "accessDenied": return .accessDenied
    case "html": return .html
    case "wrongShape": return .wrongShape
    case "cutBefore": return .cutBefore
    case "cutAfter": return .cutAfter
    case "silenceBefore": return .silenceBefore
    case "silenceAfter": return .silenceAfter
    case "endlessPages": return .endlessPages
    case "delayBefore": return .delayBefore(try duration("seconds"))
    case "delayAfter": return .delayAfter(try duration("seconds"))
    case "truncated": return .truncated(keeping: count("bytes"))
    case "huge": return .huge(bytes: count("bytes"))
    case "error", "errorAfter":
      let (status, code) = (json["status"]?.integer ?? 400, try text("code"))
      let message = json["message"]?.string ?? code
      return kind == "error"
        ? .error(status: status, code: code, message: message)
        : .errorAfter(status: status, code: code, message: message)
    default: throw Mistake(message: "there is no kind of fault \(kind)")
    }
  }
}
