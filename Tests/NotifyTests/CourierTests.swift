// SPDX-License-Identifier: Apache-2.0
// A journal, couriers and a webhook on 127.0.0.1: what a receiver that fails in every way is told in the end.

import AWS
import Core
import Folders
import Foundation
import JSON
import Journal
import LocalReceiver
import Logging
import Platform
import Rules
import Testing

@testable import Notify

struct CourierTests {
  private static let home = Location(region: "eu-west-2", account: nil)

  /// A state directory with its journal.
  private final class Place {
    private let folder = TemporaryFolder()
    var path: String { folder.path }
    let journal: JournalStore
    var restarts = 0

    init() throws { journal = try JournalStore(directory: folder.path, home: home, auditKey: nil) }

    func fail(_ count: Int = 1) throws {
      for _ in 0..<count {
        restarts += 1
        let target = Target.service(ECSService(cluster: "shop", name: "web-\(restarts)", location: home))
        let entry = Record.Entry.refused(
          RestartID("R\(restarts)"), target, reason: "EXTERNAL controller", remedy: nil)
        try journal.append(
          Step(records: [Record(time: Timestamp(milliseconds: 0), entry: entry)], changes: []))
      }
    }

    /// The numbers of the records that the arrivals tell of.
    func told(_ receiver: LocalReceiver) throws -> [[Int64]] {
      try receiver.arrivals.map { arrival in
        try JSONValue(reading: arrival.body)["notices"]?.elements.compactMap { $0["seq"]?.integer } ?? []
      }
    }

    func notifications(
      _ receiver: LocalReceiver, digest: Duration = .zero, log: LineLog = LineLog(),
      limits: HTTPLimits = CourierTests.limits
    ) throws
      -> Notifications
    {
      try notifications(
        [
          Receiver(
            name: "hook", channel: .webhook(.url(receiver.url), key: nil), events: Receiver.Event.standard,
            digest: digest, text: nil)
        ], log: log, limits: limits)
    }

    func notifications(_ receivers: [Receiver], log: LineLog, limits: HTTPLimits) throws -> Notifications {
      try Notifications(
        receivers, secrets: ReceiverSecrets(of: receivers), directory: path, home: home,
        ports: Notifications.Ports(
          transport: CurlTransport(caBundle: nil, on: nil), limits: limits,
          client: { _ throws(Failure) in
            throw Failure(kind: .permanent, reason: "no AWS here", mayHaveTakenEffect: false)
          },
          environment: [:], userAgent: "rollwatch/test", time: QuickClock(), seed: 1,
          logger: Logger(label: "test") { _ in log }))
    }
  }

  static let limits = HTTPLimits(
    connect: .seconds(20), silence: .seconds(20), total: .seconds(20), responseBytes: 1 << 20)
  /// For receivers that hang.
  private static let impatience = HTTPLimits(
    connect: .seconds(1), silence: .seconds(1), total: .seconds(1), responseBytes: 1 << 20)

  @Test func `what was there before a receiver is not told, what comes is`() async throws {
    let place = try Place()
    try place.fail(3)
    let receiver = try LocalReceiver { _ in .status(200) }
    let notifications = try place.notifications(receiver)
    try await notifications.during(grace: .seconds(1_200)) {
      try place.fail()
      notifications.wake()
      try await eventually("the notice") { receiver.arrivals.count == 1 }
    }
    #expect(try place.told(receiver) == [[4]])
    let head = try #require(receiver.arrivals.first)
    #expect(
      head.header("content-type") == "application/json" && head.header("user-agent") == "rollwatch/test")
  }

  @Test func `what was recorded while nobody told it is told after the next start, in order`() async throws {
    let place = try Place()
    let receiver = try LocalReceiver { _ in .status(204) }
    _ = try place.notifications(receiver)
    try place.fail(3)
    try await place.notifications(receiver).during(grace: .seconds(1_200)) {}
    #expect(try place.told(receiver) == [[1], [2], [3]])
    // And not once more.
    try await place.notifications(receiver).during(grace: .seconds(1_200)) {}
    #expect(receiver.arrivals.count == 3)
  }

  @Test(
    arguments: [
      .status(500), .status(503, fields: "Retry-After: 1\r\n"), .status(429, fields: "Retry-After: 20\r\n"),
      .status(404), .cut, .silence,
    ] as [LocalReceiver.Answer])
  func `a receiver that fails in any way is told all of it later, in order`(_ answer: LocalReceiver.Answer)
    async throws
  {
    let place = try Place()
    let receiver = try LocalReceiver { $0 <= 2 ? answer : .status(200) }
    let log = LineLog()
    let isSilent = if case .silence = answer { true } else { false }
    let notifications = try place.notifications(
      receiver, log: log, limits: isSilent ? Self.impatience : Self.limits)
    try await notifications.during(grace: .zero) {
      try place.fail(2)
      notifications.wake()
      try await eventually("the failure in the status") { notifications.status.first?.failingSince != nil }
      #expect(notifications.status.first?.error != nil)
      try await eventually("the last notice") { try place.told(receiver).last == [2] }
      try await eventually("the recovery in the status") { notifications.status.first?.failingSince == nil }
    }
    #expect(try place.told(receiver) == [[1], [1], [1], [2]])
    #expect(log.lines.count == 2, "once when it begins, once when it is over: \(log.lines)")
    #expect(!log.lines.joined().contains("SECRETPATH"))
  }

  @Test func `one that nobody listens at is told all of it when somebody does`() async throws {
    let place = try Place()
    var receiver: LocalReceiver? = try LocalReceiver { _ in .status(200) }
    let port = try #require(receiver?.port)
    let notifications = try place.notifications(try #require(receiver), digest: .seconds(30))
    receiver = nil
    try await notifications.during(grace: .zero) {
      try place.fail(40)
      notifications.wake()
      try await eventually("the failure in the status") { notifications.status.first?.error != nil }
      let back = try LocalReceiver(port: port) { _ in .status(200) }
      try await eventually("the digest") { try place.told(back).joined().count == 40 }
      #expect(try place.told(back) == [Array(1...40)])
    }
  }

  @Test func `a storm of a thousand is a few digests, and nothing of it is lost`() async throws {
    let place = try Place()
    let receiver = try LocalReceiver { _ in .status(200) }
    let notifications = try place.notifications(receiver, digest: .seconds(30))
    try await notifications.during(grace: .seconds(1_200)) {
      try place.fail(1_000)
      notifications.wake()
    }
    #expect(try place.told(receiver).joined().elementsEqual(1...1_000))
    #expect(receiver.arrivals.count <= 8)
  }

  @Test func `one that hangs delays no other`() async throws {
    let place = try Place()
    let (silent, quick) = (try LocalReceiver { _ in .silence }, try LocalReceiver { _ in .status(200) })
    let receivers = [("silent", silent.url), ("quick", quick.url)].map { name, url in
      Receiver(
        name: name, channel: .webhook(.url(url), key: nil), events: [.failure], digest: .zero, text: nil)
    }
    let notifications = try place.notifications(receivers, log: LineLog(), limits: Self.limits)
    try await notifications.during(grace: .zero) {
      try place.fail(5)
      notifications.wake()
      try await eventually("all at the quick one") { quick.arrivals.count == 5 }
    }
  }

  @Test func `what was taken and not noted is told again`() async throws {
    let place = try Place()
    let receiver = try LocalReceiver { _ in .status(200) }
    let notifications = try place.notifications(receiver)
    let before = try Data(contentsOf: URL(filePath: "\(place.path)/notify.json"))
    try await notifications.during(grace: .seconds(1_200)) { try place.fail(2) }
    // As a crash between the answer and the note leaves it.
    try before.write(to: URL(filePath: "\(place.path)/notify.json"))
    try await place.notifications(receiver).during(grace: .seconds(1_200)) {}
    #expect(try place.told(receiver) == [[1], [2], [1], [2]])
  }

  @Test func `one that is too far behind is told that much, and the log says so`() throws {
    let place = try Place()
    let file = "\(place.path)/notify.json"
    try Data(#"{"version":1,"receivers":{"hook":{"seq":900,"failing":[]}}}"#.utf8).write(
      to: URL(filePath: file))
    let log = LineLog()
    _ = try place.notifications(try LocalReceiver { _ in .status(200) }, log: log)
    #expect(log.lines.joined().contains("it was replaced; going on from its end"))
    #expect(try MarkFile(directory: place.path, receivers: ["hook"])["hook"] == Mark(seq: 0, failing: []))
  }

  // MARK: Marks

  @Test func `marks are kept, and forgotten with their receiver`() throws {
    let place = try Place()
    let mark = Mark(seq: 12, failing: ["ecs:a/b  "])
    let file = try MarkFile(directory: place.path, receivers: ["hook", "chat"])
    try file.keep(mark, of: "hook")
    try file.keep(Mark(seq: 3, failing: []), of: "chat")
    #expect(try MarkFile(directory: place.path, receivers: ["hook"])["hook"] == mark)
    #expect(try MarkFile(directory: place.path, receivers: ["hook", "chat"])["chat"] == nil)
  }

  @Test(arguments: ["", "{", "{}", #"{"version":2,"receivers":{}}"#, #"{"version":1,"receivers":{"a":{}}}"#])
  func `marks that are not what was written stop the start with a word`(_ text: String) throws {
    let place = try Place()
    try Data(text.utf8).write(to: URL(filePath: "\(place.path)/notify.json"))
    #expect {
      _ = try MarkFile(directory: place.path, receivers: ["a"])
    } throws: { "\($0)".contains("move it away") }
  }
}

/// A log that is kept in memory.
final class LineLog: LogHandler, Sendable {
  private let kept = Locked<[String]>([])

  var lines: [String] { kept.withLock { $0 } }
  var logLevel: Logger.Level {
    get { .info }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) { kept.withLock { $0.append("\(event.level) \(event.message)") } }
}
