// SPDX-License-Identifier: Apache-2.0
// Steering over HTTP, for tests of the real binary and for the demo: `POST /_local/NAME` with a JSON object. Nothing is
// signed here, since nothing but loopback reaches it. The reference of the endpoints is `Tests/Support/README.md`.

import Core
import Platform

/// Carries out what is asked under `/_local/`.
struct ControlEndpoints {
  let aws: RunningAWS

  /// What is wrong with a request to one of these endpoints.
  struct Mistake: Error { var message: String }

  func respond(to request: HTTPRequest) -> HTTPResponse {
    let name = request.target.dropFirst("/_local/".count).prefix { $0 != "?" }
    do throws(Mistake) {
      guard let input = try? JSON(reading: request.body.isEmpty ? Array("{}".utf8) : request.body) else {
        throw Mistake(message: "the body is not JSON")
      }
      return response(200, try carryOut(String(name), ControlInput(json: input)))
    } catch {
      return response(400, ["error": .string(error.message)])
    }
  }

  private func response(_ status: Int, _ body: JSON) -> HTTPResponse {
    HTTPResponse(status: status, headers: [("Content-Type", "application/json")], body: body.bytes + [10])
  }

  private func carryOut(_ name: String, _ input: ControlInput) throws(Mistake) -> JSON {
    switch name {
    case "calls": return calls(input)
    case "clear-calls": aws.steer { aws, _ in aws.clearLog() }
    case "clear-faults": aws.steer { aws, _ in aws.clearFaults() }
    case "clock": aws.clockOffset = try input.duration("seconds")
    case "fault":
      let fault = try input.fault()
      aws.steer { aws, _ in aws.inject(fault) }
    case "key":
      let identity = try input.identity()
      aws.steer { aws, _ in aws.add(identity) }
    case "role":
      let role = Role(
        arn: try input.text("arn"), externalID: input.json["externalID"]?.string,
        permissions: input.permissions)
      aws.steer { aws, _ in aws.add(role) }
    case "quotas": try setQuotas(input)
    case "staleness":
      let (operation, age) = (try input.text("operation"), try input.duration("seconds"))
      aws.steer { aws, _ in aws.staleness[operation] = age }
    default: return try carryOutInPlace(name, input)
    }
    return [:]
  }

  private func carryOutInPlace(_ name: String, _ input: ControlInput) throws(Mistake) -> JSON {
    let place = try input.place()
    switch name {
    case "act": return try act(input, in: place)
    case "seed":
      let (parameters, secrets, services) = (
        input.count("parameters"), input.count("secrets"), input.count("services")
      )
      aws.steer { aws, now in
        aws.seed(
          parameters: parameters, secrets: secrets, services: services, desiredCount: 1, in: place, at: now)
      }
    case "rollout": try setRollout(input, in: place)
    case "deployment":
      let (course, group) = (try input.deploymentCourse(), try input.text("group"))
      guard group.contains("/") else { throw Mistake(message: "group is written APPLICATION/GROUP") }
      let onlyNext = input.flag("next")
      let isKnown = aws.steer { aws, now in
        aws.setDeployment(course, of: group, onlyNext: onlyNext, in: place, at: now)
      }
      guard isKnown else { throw Mistake(message: "there is no group \(group) in \(place.region)") }
    case "task":
      let (course, family, onlyNext) = (
        try input.taskCourse(), try input.text("family"), input.flag("next")
      )
      aws.steer { aws, now in
        aws.setTaskCourse(course, ofFamily: family, onlyNext: onlyNext, in: place, at: now)
      }
    case "rotation":
      let script =
        input.flag("fails") ? RotationScript.fails : .finishes(after: try input.duration("seconds"))
      aws.steer { aws, now in aws.setRotation(script, in: place, at: now) }
    case "protection":
      let (service, isOn) = (try input.text("service"), input.flag("on"))
      guard service.contains("/") else { throw Mistake(message: "service is written CLUSTER/SERVICE") }
      aws.steer { aws, now in aws.setProtection(isOn, of: service, in: place, at: now) }
    case "drain":
      let time = try input.duration("seconds")
      aws.steer { aws, now in aws.setDrainTime(time, in: place, at: now) }
    case "pages":
      let isThin = input.flag("thin")
      aws.steer { aws, now in aws.setThinPages(isThin, in: place, at: now) }
    default: throw Mistake(message: "there is no endpoint /_local/\(name)")
    }
    return [:]
  }

  private func act(_ input: ControlInput, in place: Place) throws(Mistake) -> JSON {
    let (action, body) = (try input.text("action"), input.json["input"] ?? [:])
    let result = aws.steer { aws, now -> Result<JSON, RefusedAction> in
      do throws(RefusedAction) {
        return .success(try aws.act(action, body, in: place, at: now))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let output): return output
    case .failure(let refusal): throw Mistake(message: refusal.description)
    }
  }

  private func setRollout(_ input: ControlInput, in place: Place) throws(Mistake) {
    let rollout = try input.rollout()
    guard let service = input.json["service"]?.string else {
      aws.steer { aws, now in aws.setRollout(rollout, ofNewServicesIn: place, at: now) }
      return
    }
    guard service.contains("/") else { throw Mistake(message: "service is written CLUSTER/SERVICE") }
    let onlyNext = input.flag("next")
    let isKnown = aws.steer { aws, now in
      aws.setRollout(rollout, of: service, onlyNext: onlyNext, in: place, at: now)
    }
    guard isKnown else { throw Mistake(message: "there is no service \(service) in \(place.region)") }
  }

  private func setQuotas(_ input: ControlInput) throws(Mistake) {
    var quotas: [QuotaCategory: Quota] = [:]
    for category in QuotaCategory.allCases {
      if let asked = input.json[category.rawValue] {
        guard let burst = asked["burst"]?.number, let rate = asked["perSecond"]?.number else {
          throw Mistake(message: "a quota is {\"burst\": number, \"perSecond\": number}")
        }
        quotas[category] = Quota(burst: burst, perSecond: rate)
      } else if input.flag("aws") {
        quotas[category] = category.awsDefault
      }
    }
    aws.steer { [quotas] aws, _ in aws.quotas = quotas }
  }

  private func calls(_ input: ControlInput) -> JSON {
    let log = aws.log
    let wanted = input.json["operation"]?.string
    let last = input.json["last"]?.integer ?? 1_000
    let shown = log.calls.filter { wanted == nil || $0.operation == wanted }.suffix(max(0, last))
    let counts = log.counts.sorted { $0.key < $1.key }
    return [
      "total": .integer(Int64(log.total)),
      "counts": .object(counts.map { JSON.Member($0.key, .integer(Int64($0.value))) }),
      "calls": .array(shown.map(\.described)),
    ]
  }
}

extension RecordedCall {
  fileprivate var described: JSON {
    .present([
      "number": .integer(Int64(number)), "time": .string(time.description), "operation": .string(operation),
      "region": (place?.region).map(JSON.string), "account": (place?.account).map(JSON.string),
      "accessKey": .string(accessKey), "userAgent": .string(userAgent),
      "connection": .integer(Int64(connection)),
      "status": status.map { .integer(Int64($0)) }, "error": error.map(JSON.string),
      "tookEffect": .bool(tookEffect),
      "body": .string(body),
    ])
  }
}
