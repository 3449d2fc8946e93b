// SPDX-License-Identifier: Apache-2.0
// The real program and its receivers: what they are told, and what nobody else learns.

import Core
import Foundation
import LocalAWS
import LocalReceiver
import Platform
import Testing

struct NoticeTests {
  private static let key = "cAnArYkey0123456789"

  /// A sandbox with receivers in its settings and credentials for them.
  private func sandbox(_ notify: String, _ credentials: [String: String] = [:]) throws -> Sandbox {
    let sandbox = try Sandbox()
    try FileManager.default.createDirectory(
      atPath: sandbox.path("credentials"), withIntermediateDirectories: true)
    for (name, text) in credentials { try sandbox.write("credentials/\(name)", text + "\n") }
    try sandbox.write(
      "rollwatch.yaml",
      """
      parameters: { interval: 200ms, rate: 50 }
      secrets: { interval: 200ms, rate: 50 }
      rollouts: { interval: 200ms }
      notify:
      \(notify)

      """)
    return sandbox
  }

  private func environment(_ sandbox: Sandbox) -> [String: String] {
    ["CREDENTIALS_DIRECTORY": sandbox.path("credentials")]
  }

  private func notices(_ receiver: LocalReceiver) throws -> [JSON] {
    try receiver.arrivals.flatMap { try JSON(reading: $0.body)["notices"]?.array ?? [] }
  }

  @Test func `a failed rollout reaches chat, webhook and program, and no secret reaches anything else`()
    async throws
  {
    let (chat, hook) = (try LocalReceiver { _ in .status(200) }, try LocalReceiver { _ in .status(200) })
    let sandbox = try sandbox(
      """
        - { name: chat, slack: { environment: CHAT_URL }, events: [failure] }
        - { name: hook, webhook: { url: "\(hook.url)", key: { credential: hook-key } }, events: [failure] }
        - name: program
          command: [/bin/sh, -c, "cat >message; env >environment", program]
          events: [failure]
      """.replacing(">message", with: ">$HOME/message").replacing(">environment", with: ">$HOME/environment"),
      ["hook-key": Self.key])
    sandbox.setRollout(.fails(after: .milliseconds(200), failing: 1, .secretMissing))
    let daemon = try sandbox.run(environment: environment(sandbox).merging(["CHAT_URL": chat.url]) { $1 })
    try await sandbox.await("baseline", count: 2)
    try sandbox.rotateSecret()
    try await sandbox.await("the messages") {
      chat.arrivals.count == 1 && hook.arrivals.count == 1
        && FileManager.default.fileExists(atPath: sandbox.path("environment"))
    }
    #expect(try await daemon.stop() == 0)

    let arrival = try #require(chat.arrivals.first)
    let text = try JSON(reading: arrival.body)["text"]?.string ?? ""
    #expect(text.hasPrefix("The restart of `\(Sandbox.target)` failed, for `secret:staging/shop/db`: "))
    #expect(text.hasSuffix("Its story: rollwatch why `\(Sandbox.target)`"))
    let told = try notices(hook)
    let record = try #require(told.first?["record"])
    #expect(record["kind"]?.string == "ended" && record["outcome"]?.string == "failed")
    let message = try JSON(reading: Array(try Data(contentsOf: URL(filePath: sandbox.path("message")))))
    #expect(message["receiver"]?.string == "program")
    let given = try String(contentsOfFile: sandbox.path("environment"), encoding: .utf8)
    let files = try FileManager.default.contentsOfDirectory(atPath: sandbox.path("state"))
      .map {
        String(decoding: try Data(contentsOf: URL(filePath: sandbox.path("state/\($0)"))), as: UTF8.self)
      }
    for secret in [Self.key, "SECRETPATH", "AWS_SECRET_ACCESS_KEY"] {
      #expect(!given.contains(secret) && !files.joined().contains(secret))
      #expect(!daemon.standardError.contains(secret) && !daemon.standardOutput.contains(secret))
    }
  }

  @Test func `killed before the receiver has answered, it tells the same again and loses nothing after it`()
    async throws
  {
    let victim = Locked<Int32>(0)
    let hook = try LocalReceiver { number in
      if number == 1 { victim.withLock { _ = kill($0, SIGKILL) } }
      return .status(200)
    }
    let sandbox = try sandbox(
      "  - { name: hook, webhook: { url: \"\(hook.url)\" }, events: [success, failure, recovery], digest: 0s }"
    )
    let first = try sandbox.run()
    victim.withLock { $0 = first.processID }
    try await sandbox.await("baseline", count: 2)
    try sandbox.rotateSecret()
    #expect(try await first.status() == -SIGKILL)
    let second = try sandbox.run()
    try await sandbox.await("the same again") { hook.arrivals.count == 2 }
    sandbox.setRollout(.fails(after: .milliseconds(200), failing: 1, .secretMissing))
    try sandbox.rotateSecret()
    try await sandbox.await("the failure") { hook.arrivals.count == 3 }
    #expect(try await second.stop() == 0)
    // The failure was told by the life before: the recovery is known to be one all the same.
    sandbox.setRollout(.completes(after: .milliseconds(200)))
    let third = try sandbox.run()
    try await sandbox.await("a third start") { sandbox.records("started").count == 3 }
    try sandbox.rotateSecret()
    try await sandbox.await("the recovery") { hook.arrivals.count == 4 }
    #expect(try await third.stop() == 0)
    let told = try notices(hook)
    #expect(told.compactMap { $0["event"]?.string } == ["success", "success", "failure", "recovery"])
    let numbers = told.compactMap { $0["seq"]?.integer }
    #expect(numbers[0] == numbers[1] && numbers[1] < numbers[2] && numbers[2] < numbers[3])
  }

  @Test func `a run that ends by itself has told before`() async throws {
    let hook = try LocalReceiver { _ in .status(200) }
    let sandbox = try sandbox("  - { name: hook, webhook: { url: \"\(hook.url)\" } }")
    #expect(try await sandbox.run("--once").status() == 0)
    sandbox.setRollout(.fails(after: .milliseconds(200), failing: 1, .secretMissing))
    try sandbox.rotateSecret()
    #expect(try await sandbox.run("--once").status() == 1)
    #expect(try notices(hook).compactMap { $0["event"]?.string }.contains("failure"))
  }

  @Test func `a receiver whose secret is missing stops the start with what to do`() async throws {
    let sandbox = try sandbox("  - { name: chat, slack: { credential: slack-url } }")
    let daemon = try sandbox.run(environment: environment(sandbox))
    #expect(try await daemon.status() == 78)
    #expect(
      daemon.standardError.contains("receiver 'chat': credential 'slack-url' is not there; give the service"))
    // A rehearsal tells nobody.
    #expect(try await sandbox.run("--dry-run", "--once").status() == 0)
  }

  @Test func `a receiver that takes nothing is seen in the status`() async throws {
    let hook = try LocalReceiver { _ in .status(404) }
    let sandbox = try sandbox("  - { name: hook, webhook: { url: \"\(hook.url)\" }, events: [success] }")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("the first attempt") { daemon.standardError.contains("the URL leads nowhere") }
    let status = try sandbox.rollwatch(["status", "--json", "--state", sandbox.path("state")])
    #expect(try await status.status() == 0)
    let receiver = try JSON(reading: Array(status.standardOutput.utf8))["receivers"]?.array?.first
    #expect(receiver?["name"]?.string == "hook" && receiver?["waiting"]?.integer == 1)
    #expect(receiver?["error"]?.string == "answered with status 404" && receiver?["failingSince"] != nil)
    let screen = try sandbox.rollwatch(["status", "--state", sandbox.path("state")])
    #expect(try await screen.status() == 0)
    #expect(screen.standardOutput.contains("receivers that take no notices"))
    #expect(try await daemon.stop() == 0)
  }

  @Test func `a topic is published to with the credentials of the process`() async throws {
    let topic = "arn:aws:sns:eu-west-2:123456789012:alerts"
    let sandbox = try sandbox("  - { name: topic, sns: { topic: \"\(topic)\" }, events: [success] }")
    sandbox.aws.steer { aws, _ in aws.addTopic(topic) }
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("the message") {
      sandbox.aws.steer { aws, _ in aws.publishedMessages.count == 1 }
    }
    #expect(try await daemon.stop() == 0)
    let message = sandbox.aws.steer { aws, _ in aws.publishedMessages.first }
    #expect(message?.attributes == ["kind": "success", "receiver": "topic"])
  }

  @Test(.enabled(if: Program.exists("python3"), "python3 is not installed"))
  func `the Python of the documents knows what is signed, and nothing else`() async throws {
    let hook = try LocalReceiver { _ in .status(200) }
    let sandbox = try sandbox(
      "  - { name: hook, webhook: { url: \"\(hook.url)\", key: { environment: HOOK_KEY } }, events: [success] }"
    )
    let daemon = try sandbox.run(environment: ["HOOK_KEY": Self.key])
    try await sandbox.await("baseline", count: 2)
    try sandbox.rotateSecret()
    try await sandbox.await("the message") { hook.arrivals.count == 1 }
    #expect(try await daemon.stop() == 0)
    let arrival = try #require(hook.arrivals.first)
    let text = try String(contentsOfFile: Program.file("docs/OPERATIONS.md"), encoding: .utf8)
    let blocks = text.split(separator: "```python\n").map { $0.prefix { $0 != "`" } }
    let snippet = try #require(blocks.first { $0.contains("def is_ours") })
    try Data(arrival.body).write(to: sandbox.folder.appending(path: "body"))

    func check(_ key: String, _ timestamp: String) async throws -> String {
      let script =
        snippet + """

          headers = {"Rollwatch-Timestamp": sys.argv[2], "Rollwatch-Signature": sys.argv[3]}
          print(is_ours(open(sys.argv[1], "rb").read(), headers, sys.argv[4].encode()))
          """
      let signature = arrival.header("rollwatch-signature") ?? ""
      return try await Program.run(
        "python3", ["-c", String(script), sandbox.path("body"), timestamp, signature, key]
      ).output
    }
    let timestamp = try #require(arrival.header("rollwatch-timestamp"))
    #expect(try await check(Self.key, timestamp) == "True\n")
    #expect(try await check("another key of ours", timestamp) == "False\n")
    #expect(try await check(Self.key, String((Int(timestamp) ?? 0) - 1)) == "False\n")
  }
}
