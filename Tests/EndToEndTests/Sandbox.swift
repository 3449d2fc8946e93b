// SPDX-License-Identifier: Apache-2.0
// What a user has: a folder with rules, settings and state, an AWS to talk to, and the rollwatch program.

import Core
import Folders
import Foundation
import LocalAWS
import Platform
import Testing

/// One estate of one service, the local AWS it lives in, and a folder for rollwatch.
final class Sandbox {
  static let place = Place(account: SimulatedAWS.defaultAccount, region: "eu-west-2")
  static let service = "staging-ecs-shop-cluster/staging-ecs-shop-service"
  static let target = "ecs:\(service)"

  private let scratch = TemporaryFolder()
  var folder: URL { URL(filePath: scratch.path) }
  let aws: RunningAWS
  let server: LocalAWSServer

  /// A fresh folder and an AWS with one service, one parameter and one secret; rollouts end at once.
  init(quiet: String = "300ms", cooldown: String = "0s") throws {
    scratch.makeFolder("rules")
    aws = RunningAWS(SimulatedAWS(seed: 7), time: SystemClock())
    aws.steer { aws, now in
      aws.add(.user("test", account: Self.place.account, accessKey: "test", secretKey: "test"))
      aws.seedParameters(["/staging/shop/URL", "/staging/shop/TIMEOUT"], in: Self.place, at: now)
      aws.seedSecrets(["staging/shop/db"], in: Self.place, at: now)
      aws.seedService(Self.service, desiredCount: 2, in: Self.place, at: now)
      aws.setRollout(
        .completes(after: .milliseconds(300)), of: Self.service, onlyNext: false, in: Self.place, at: now)
    }
    server = try LocalAWSServer(aws, port: 0)
    try write(
      "rules/shop.yaml",
      """
      rules:
        - name: shop
          watch: [{ parameter: "/{env}/{app}/**" }, { secret: "{env}/{app}/*" }]
          restart: [{ service: "{env}-ecs-{app}-cluster/{env}-ecs-{app}-service" }]
          debounce: { quiet: \(quiet), limit: 5s }
          cooldown: \(cooldown)
          rollout: { deadline: 20s }

      """)
    try write(
      "rollwatch.yaml",
      """
      parameters: { interval: 200ms, rate: 50 }
      secrets: { interval: 200ms, rate: 50 }
      rollouts: { interval: 200ms }

      """)
  }

  deinit { server.stop() }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ name: String, _ text: String) throws { try scratch.write(text, to: name) }

  var environment: [String: String] {
    [
      "AWS_ENDPOINT_URL": server.url, "AWS_REGION": "eu-west-2", "AWS_ACCESS_KEY_ID": "test",
      "AWS_SECRET_ACCESS_KEY": "test", "HOME": folder.path, "PATH": "/usr/bin:/bin",
    ]
  }

  // MARK: What operators do

  func act(_ action: String, _ input: JSON) throws {
    try aws.steer { aws, now in _ = try aws.act(action, input, in: Self.place, at: now) }
  }

  func writeParameter(_ name: String = "/staging/shop/URL") throws {
    try act(
      "ssm:PutParameter", ["Name": .string(name), "Value": "new", "Type": "String", "Overwrite": true])
  }

  func rotateSecret() throws {
    try act("secretsmanager:PutSecretValue", ["SecretId": "staging/shop/db", "SecretString": "new"])
  }

  func inject(_ fault: Fault) { aws.steer { aws, _ in aws.inject(fault) } }

  func setRollout(_ rollout: Rollout) {
    aws.steer { aws, now in
      _ = aws.setRollout(rollout, of: Self.service, onlyNext: false, in: Self.place, at: now)
    }
  }

  /// The deployments that were forced: calls that took effect.
  var forcedDeployments: Int {
    aws.log.calls(of: "ecs:UpdateService").filter(\.tookEffect).count
  }

  // MARK: What rollwatch has written

  /// The records of the audit stream, whole lines only.
  var records: [JSON] {
    guard let text = try? String(contentsOfFile: path("state/audit.jsonl"), encoding: .utf8) else {
      return []
    }
    return text.split(separator: "\n").compactMap { try? JSON(reading: Array($0.utf8)) }
  }

  func records(_ kind: String) -> [JSON] { records.filter { $0["kind"]?.string == kind } }

  var kinds: [String] { records.compactMap { $0["kind"]?.string } }

  /// Waits until the condition holds, for half a minute at most: it is the other process that takes its time.
  func await(_ what: String, _ condition: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try !condition() {
      try #require(ContinuousClock.now < end, "waited in vain for \(what); the records are \(kinds)")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  func await(_ kind: String, count: Int = 1) async throws {
    try await self.await("\(count) × \(kind)") { records(kind).count >= count }
  }
}
