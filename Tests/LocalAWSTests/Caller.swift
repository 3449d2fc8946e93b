// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import LocalAWS
import Platform

let london = Place(account: SimulatedAWS.defaultAccount, region: "eu-west-2")
let noon = Timestamp(milliseconds: 1_795_435_200_000)

/// Calls a simulated AWS on a clock of its own, as a user with everything set up, and reads the answers.
struct Caller {
  var aws: SimulatedAWS
  var now = noon
  var region = "eu-west-2"
  var accessKey = "AKIATEST"
  var secretKey = "secret"
  var sessionToken: String?
  var authority = "127.0.0.1:4566"

  init(seed: UInt64 = 7) {
    aws = SimulatedAWS(seed: seed)
    aws.add(.user("tester", account: london.account, accessKey: accessKey, secretKey: secretKey))
  }

  /// A signed request for `service:Operation`.
  func request(_ action: String, _ input: JSON) -> HTTPRequest {
    let parts = action.split(separator: ":").map(String.init)
    let targets = [
      "ssm": "AmazonSSM", "secretsmanager": "secretsmanager", "ecs": "AmazonEC2ContainerServiceV20141113",
      "codedeploy": "CodeDeploy_20141006",
    ]
    return signed(
      service: parts[0], body: input.bytes,
      headers: [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "\(targets[parts[0]] ?? "").\(parts[1])"),
      ])
  }

  /// A signed request of the query protocol.
  func form(_ body: String) -> HTTPRequest {
    signed(
      service: "sts", body: Array(body.utf8), headers: [("Content-Type", "application/x-www-form-urlencoded")]
    )
  }

  private func signed(service: String, body: [UInt8], headers: [(name: String, value: String)]) -> HTTPRequest
  {
    var request = HTTPRequest(
      method: "POST", url: "http://\(authority)/", headers: headers, body: body, mustNotRepeat: false,
      bypassesProxy: true,
      limits: HTTPLimits(
        connect: .seconds(1), silence: .seconds(10), total: .seconds(30), responseBytes: 1 << 20))
    if let sessionToken { request.headers.append(("X-Amz-Security-Token", sessionToken)) }
    Signer(accessKey: accessKey, secretKey: secretKey, region: region, service: service, authority: authority)
      .sign(&request, at: now)
    return request
  }

  /// What becomes of a call.
  mutating func reply(_ action: String, _ input: JSON = [:]) -> Reply {
    aws.respond(to: request(action, input), at: now)
  }

  /// The body of the answer, whatever its status; nil where there is no answer or no JSON in it.
  mutating func callAsFunction(_ action: String, _ input: JSON = [:]) -> JSON? {
    guard case .answer(let answer) = reply(action, input).ending else { return nil }
    return try? JSON(reading: answer.body)
  }

  /// The error's name in the answer; nil where there is none.
  mutating func error(_ action: String, _ input: JSON = [:]) -> String? {
    self(action, input)?["__type"]?.string
  }

  /// The text that the query protocol answers with.
  mutating func text(_ form: String) -> String {
    guard case .answer(let answer) = aws.respond(to: self.form(form), at: now).ending else { return "" }
    return String(decoding: answer.body, as: UTF8.self)
  }
}
