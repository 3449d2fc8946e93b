// SPDX-License-Identifier: Apache-2.0
// The ways out other than plain HTTP: a program, a topic, and what a signature needs.

import AWS
import Core
import Folders
import Foundation
import JSON
import LocalAWS
import LocalReceiver
import Platform
import Rules
import Testing

@testable import Notify

struct DeliveryTests {
  private static let message = Message(
    [WordingTests.notice(.failure, ["target": "ecs:a/b", "outcome": "failed"])], to: "pager",
    Wording(custom: nil, quoting: .plain))

  private func failure(_ delivery: any Delivery) async -> DeliveryFailure? {
    do throws(DeliveryFailure) {
      try await delivery.deliver(Self.message)
      return nil
    } catch {
      return error
    }
  }

  // MARK: Commands

  /// The time is short only for the one that hangs.
  private func command(
    _ script: String, _ environment: [String: String] = ["PATH": "/usr/bin:/bin"],
    time: any TimeSource = SystemClock()
  )
    -> CommandDelivery
  {
    CommandDelivery(words: ["/bin/sh", "-c", script, "pager"], environment: environment, time: time)
  }

  @Test func `a program gets the message on standard input, and of the environment only what is no secret`()
    async throws
  {
    let folder = TemporaryFolder()
    let environment = ["PATH": "/usr/bin:/bin", "SLACK_URL": "secret", "AWS_SECRET_ACCESS_KEY": "secret"]
    #expect(
      await failure(command("cat >\(folder.path)/input; env >\(folder.path)/environment", environment)) == nil
    )
    #expect(try Array(folder.text(of: "input").utf8) == Self.message.json)
    let seen = try folder.text(of: "environment")
    #expect(seen.contains("PATH=") && !seen.contains("secret"))
  }

  @Test func `a program that ends badly has not taken it, and its last words are told in one line`() async {
    let failure = await failure(command("printf 'first\\nno \\033[2Jroute\\n' >&2; exit 3"))
    #expect(failure?.reason == #"/bin/sh ended with exit status 3: no \u{1b}[2Jroute"#)
  }

  @Test func `a program that reads nothing and succeeds has taken it`() async {
    let longText = String(repeating: "x", count: 1 << 20)
    let long = Message(
      [WordingTests.notice(.failure, ["target": "ecs:a/b"])], to: longText,
      Wording(custom: nil, quoting: .plain))
    do throws(DeliveryFailure) { try await command("exec <&-; exit 0").deliver(long) } catch {
      Issue.record("\(error)")
    }
  }

  @Test func `a program that is not there says what to do`() async {
    let delivery = CommandDelivery(words: ["/nowhere/page"], environment: [:], time: QuickClock())
    #expect(await failure(delivery)?.remedy != nil)
  }

  @Test func `a program that hangs is killed with what it started`() async throws {
    let folder = TemporaryFolder()
    let failure = await failure(
      command(
        "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >\(folder.path)/child; while :; do sleep 1; done' & wait",
        time: QuickClock()))
    #expect(failure?.reason == "/bin/sh ran longer than 30 s and was killed")
    let child = try #require(Int32(folder.text(of: "child").split(separator: "\n").first ?? ""))
    try await eventually("the child's end") { kill(child, 0) != 0 }
  }

  // MARK: SNS

  private static let topic = "arn:aws:sns:eu-west-2:123456789012:alerts"

  private struct Keys: CredentialsProvider {
    func credentials() async throws(CredentialsFailure) -> Credentials {
      Credentials(accessKeyID: "test", secretAccessKey: "test", sessionToken: nil, expiration: nil)
    }
    func invalidate() async {}
  }

  private func topic(_ aws: RunningAWS) -> TopicDelivery {
    TopicDelivery(arn: Self.topic) { () throws(Failure) in
      do throws(ConfigurationFailure) {
        return try AWSClient(
          region: "eu-west-2", credentials: Keys(), transport: InMemoryAWS(aws), time: QuickClock(),
          endpoints: EndpointOptions(overrides: .none, usesFIPS: false, usesDualStack: false),
          userAgent: "rollwatch/test",
          seed: 1, maxAttempts: 1,
          limits: ClientLimits(
            exchange: HTTPLimits(
              connect: .seconds(5), silence: .seconds(5), total: .seconds(5), responseBytes: 1 << 20),
            parametersPerSecond: 1, secretsPerSecond: 1))
      } catch {
        throw Failure(kind: .permanent, reason: "\(error)", mayHaveTakenEffect: false)
      }
    }
  }

  private func aws() -> RunningAWS {
    let aws = RunningAWS(SimulatedAWS(seed: 1), time: QuickClock())
    aws.steer { aws, _ in
      aws.add(.user("test", account: SimulatedAWS.defaultAccount, accessKey: "test", secretKey: "test"))
    }
    return aws
  }

  @Test func `a topic gets text, a subject, and attributes to filter by`() async {
    let aws = aws()
    aws.steer { aws, _ in aws.addTopic(Self.topic) }
    #expect(await failure(topic(aws)) == nil)
    #expect(
      aws.steer { aws, _ in aws.publishedMessages } == [
        PublishedMessage(
          topic: Self.topic, subject: "rollwatch: failure ecs:a/b", message: Self.message.text,
          attributes: ["kind": "failure", "receiver": "pager"])
      ])
  }

  @Test func `a topic that is not there is told with what to do`() async {
    let failure = await failure(topic(aws()))
    #expect(failure?.reason.hasPrefix("sns:Publish: NotFound: Topic does not exist") == true)
    #expect(failure?.remedy == "make the topic, or name another in the settings")
  }

  // MARK: Webhooks

  private func webhook(_ receiver: LocalReceiver, key: String? = nil) -> HTTPDelivery {
    HTTPDelivery(
      url: receiver.url, form: .json(key: key.map { Array($0.utf8) }), userAgent: "rollwatch/test",
      transport: CurlTransport(caBundle: nil, on: nil), limits: CourierTests.limits, time: SystemClock())
  }

  @Test func `a webhook with a key is signed`() async throws {
    let receiver = try LocalReceiver { _ in .status(200) }
    #expect(await failure(webhook(receiver, key: "0123456789abcdef")) == nil)
    let arrival = try #require(receiver.arrivals.first)
    let seconds = try #require(arrival.header("rollwatch-timestamp").flatMap { Int64($0) })
    #expect(abs(seconds - SystemClock().now().milliseconds / 1_000) < 300)
    let signed = SHA256.authenticate(
      Array("\(seconds).".utf8) + arrival.body, key: Array("0123456789abcdef".utf8))
    #expect(arrival.header("rollwatch-signature") == "v1=\(signed.hex)")
  }

  @Test(arguments: [
    (301, true), (400, true), (403, true), (404, true), (408, false), (410, true), (429, false), (502, false),
  ])
  func `what a receiver refuses needs somebody, what it cannot do needs time`(
    _ status: Int, _ needsHelp: Bool
  ) async throws {
    let receiver = try LocalReceiver { _ in .status(status) }
    #expect(await failure(webhook(receiver))?.needsHelp == needsHelp)
  }

  @Test func `what a receiver sends back is told without the URL and the key, in one line`() async throws {
    let key = "0123456789abcdef"
    let receiver = try LocalReceiver { _ in
      .status(400, body: "no \(key)\nat /hooks/T0/SECRETPATH \u{1b}[2J")
    }
    let reason = await failure(webhook(receiver, key: key))?.reason
    #expect(reason == #"answered with status 400: no [withheld]\nat /[withheld] \u{1b}[2J"#)
  }

  @Test(
    arguments: [("7", 7), ("soon", nil), ("-5", nil), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)]
      as [(String, Int?)])
  func `a receiver may say when to come again`(_ text: String, _ seconds: Int?) async throws {
    let receiver = try LocalReceiver { _ in .status(429, fields: "Retry-After: \(text)\r\n") }
    #expect(await failure(webhook(receiver))?.retryAfter == seconds.map { .seconds($0) })
  }
}
