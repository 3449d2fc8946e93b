// SPDX-License-Identifier: Apache-2.0
// Three services, four resources, and who reads what; on a local AWS of its own, which knows the truth.

import Core
import Folders
import Foundation
import LocalAWS
import Platform

/// What a round plays on.
final class Estate: Sendable {
  static let place = Place(account: SimulatedAWS.defaultAccount, region: "eu-west-2")
  static let services = ["shop/web", "shop/worker", "pay/api"]
  /// Each resource with the services that read it.
  static let readers = [
    "/shop/URL": ["shop/web", "shop/worker"], "/shop/LIMIT": ["shop/web", "shop/worker"],
    "/pay/URL": ["pay/api"], "shop/db": ["shop/worker"],
  ]
  private static let rules = """
    rules:
      - name: shop
        watch: [{ parameter: /shop/** }]
        restart: [{ service: shop/web }, { service: shop/worker }]
        debounce: { quiet: 300ms, limit: 2s }
        cooldown: 0s
      - name: database
        watch: [{ secret: shop/db }]
        restart: [{ service: shop/worker }]
        debounce: { quiet: 200ms, limit: 2s }
        cooldown: 0s
      - name: pay
        watch: [{ parameter: /pay/** }]
        restart: [{ service: pay/api }]
        debounce: { quiet: 200ms, limit: 2s }
        cooldown: 0s

    """
  private static let settings = """
    parameters: { interval: 200ms, rate: 100 }
    secrets: { interval: 200ms, rate: 100 }
    rollouts: { interval: 200ms }

    """

  private let folder = TemporaryFolder()
  let aws: RunningAWS
  private let server: LocalAWSServer
  private let program: URL

  init(seed: UInt64, program: URL) throws {
    self.program = program
    folder.makeFolder("state")
    aws = RunningAWS(SimulatedAWS(seed: seed), time: SystemClock())
    aws.steer { aws, now in
      aws.add(.user("test", account: Self.place.account, accessKey: "test", secretKey: "test"))
      aws.seedParameters(Self.readers.keys.filter { $0.hasPrefix("/") }.sorted(), in: Self.place, at: now)
      aws.seedSecrets(["shop/db"], in: Self.place, at: now)
      for service in Self.services {
        aws.seedService(service, desiredCount: 2, in: Self.place, at: now)
        aws.setRollout(
          .completes(after: .milliseconds(300)), of: service, onlyNext: false, in: Self.place, at: now)
      }
    }
    server = try LocalAWSServer(aws, port: 0)
    try folder.write(Self.rules, to: "rules.yaml")
    try folder.write(Self.settings, to: "rollwatch.yaml")
  }

  deinit { server.stop() }

  var state: URL { URL(filePath: folder.path + "/state") }
  var stream: URL { state.appending(path: "audit.jsonl") }
  var database: URL { state.appending(path: "journal.sqlite") }

  func start() throws -> Daemon {
    try Daemon(
      program,
      [
        "run", "--config", folder.path + "/rollwatch.yaml", "--rules",
        folder.path + "/rules.yaml", "--state", state.path,
      ],
      environment: [
        "AWS_ENDPOINT_URL": server.url, "AWS_REGION": "eu-west-2", "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test", "HOME": folder.path,
      ], log: URL(filePath: folder.path + "/log"))
  }

  /// Writes a resource as an operator would, and returns when, by AWS's clock.
  func write(_ resource: String) throws -> Timestamp {
    try aws.steer { aws, now in
      if resource.hasPrefix("/") {
        _ = try aws.act(
          "ssm:PutParameter",
          ["Name": .string(resource), "Value": "new", "Type": "String", "Overwrite": true], in: Self.place,
          at: now)
      } else {
        _ = try aws.act(
          "secretsmanager:PutSecretValue", ["SecretId": .string(resource), "SecretString": "new"],
          in: Self.place, at: now)
      }
      return now
    }
  }

  // MARK: The truth

  struct Forced {
    var service: String
    var restart: String
    var time: Timestamp
  }

  /// Every call that made a deployment.
  var forced: [Forced] {
    aws.log.calls(of: "ecs:UpdateService").filter(\.tookEffect).map { call in
      let body = try? JSON(reading: Array(call.body.utf8))
      let service = "\(body?["cluster"]?.string ?? "")/\(body?["service"]?.string ?? "")"
      let restart = call.userAgent.split(separator: " ").first { $0.contains("restart/") } ?? ""
      return Forced(
        service: service, restart: restart.split(separator: "/").last.map(String.init) ?? "", time: call.time)
    }
  }

  /// The records of the stream, whole lines only.
  var records: [JSON] {
    let text = (try? String(contentsOf: stream, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { try? JSON(reading: Array($0.utf8)) }
  }

  func count(_ kind: String) -> Int { records.filter { $0["kind"]?.string == kind }.count }
}
