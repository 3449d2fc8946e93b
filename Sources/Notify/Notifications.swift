// SPDX-License-Identifier: Apache-2.0

public import AWS
public import Core
public import Daemon
internal import Journal
public import Logging
public import Platform
public import Rules

/// All receivers of one process, each told by a courier of its own.
public final class Notifications: Sendable {
  /// What receivers are told by.
  public struct Ports: Sendable {
    /// Carries webhooks.
    public var transport: any HTTPTransport
    /// Of one webhook's exchange.
    public var limits: HTTPLimits
    /// The AWS client of a location, for SNS.
    public var client: @Sendable (Location) throws(Failure) -> AWSClient
    /// The environment of commands, of which they get what says who and where one is.
    public var environment: [String: String]
    /// Names the program and its version.
    public var userAgent: String
    /// Clocks.
    public var time: any TimeSource
    /// What the pauses between attempts follow from.
    public var seed: UInt64
    /// Is told when a receiver begins to fail, and when it works again.
    public var logger: Logger

    /// Ports with all their parts.
    public init(
      transport: any HTTPTransport, limits: HTTPLimits,
      client: @escaping @Sendable (Location) throws(Failure) -> AWSClient,
      environment: [String: String], userAgent: String, time: any TimeSource, seed: UInt64, logger: Logger
    ) {
      self.transport = transport
      self.limits = limits
      self.client = client
      self.environment = environment
      self.userAgent = userAgent
      self.time = time
      self.seed = seed
      self.logger = logger
    }
  }

  private struct Post: Sendable {
    var receiver: Receiver
    var delivery: any Delivery
    var mark: Mark
    var desk: Courier.Desk
  }

  private let posts: [Post]
  private let couriers: Courier.Ports?
  private let seed: UInt64

  /// Receivers of what the journal in a directory holds from where each of them has come to; a new one is told what is recorded
  /// from now on. To be made after the journal was opened and before anything is recorded.
  ///
  /// Throws a `MarkFailure` or a failure of the journal, in words for people.
  public init(
    _ receivers: [Receiver], secrets: ReceiverSecrets, directory: String, home: Location, ports: Ports
  ) throws {
    seed = ports.seed
    let marks = try MarkFile(directory: directory, receivers: receivers.map(\.name))
    guard !receivers.isEmpty else {
      (posts, couriers) = ([], nil)
      return
    }
    let journal = try JournalReader(directory: directory)
    let head = try journal.lastSeq()
    couriers = Courier.Ports(
      journal: journal, marks: marks, home: home, time: ports.time, logger: ports.logger)
    posts = try receivers.map { receiver in
      var mark = marks[receiver.name]
      if let known = mark, known.seq > head {
        ports.logger.warning(
          "receiver '\(receiver.name)' was told of record \(known.seq), and the journal ends at \(head): it was replaced; going on from its end"
        )
        mark = nil
      }
      if mark == nil { try marks.keep(Mark(seq: head, failing: []), of: receiver.name) }
      return Post(
        receiver: receiver, delivery: Self.delivery(receiver, secrets, ports),
        mark: mark ?? Mark(seq: head, failing: []), desk: Courier.Desk(receiver))
    }
  }

  private static func delivery(
    _ receiver: Receiver, _ secrets: ReceiverSecrets, _ ports: Ports
  ) -> any Delivery {
    func http(_ url: String, _ form: HTTPDelivery.Form) -> HTTPDelivery {
      HTTPDelivery(
        url: url, form: form, userAgent: ports.userAgent, transport: ports.transport, limits: ports.limits,
        time: ports.time)
    }
    switch receiver.channel {
    case .webhook(.url(let url), let key): return http(url, .json(key: key.map { secrets[$0] }))
    case .webhook(.secret(let place), let key):
      return http(secrets.text(place), .json(key: key.map { secrets[$0] }))
    case .slack(let place): return http(secrets.text(place), .slack)
    case .topic(let arn, let location):
      let client = ports.client
      return TopicDelivery(arn: arn) { () throws(Failure) in try client(location) }
    case .command(let words):
      return CommandDelivery(words: words, environment: ports.environment, time: ports.time)
    }
  }

  /// Something was recorded.
  public func wake() { for post in posts { post.desk.bell.ring() } }

  /// How every receiver stands, in the order of the settings.
  public var status: [ReceiverStatus] { posts.map { post in post.desk.status.withLock { $0 } } }

  /// Tells receivers while `body` runs, and for at most `grace` after it, in which what waits is told without gathering. What
  /// cannot be told by then is told after the next start.
  public func during<Value, Failure: Error>(
    grace: Duration, _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    guard let couriers else { return try await body() }
    let result: Result<Value, Failure> = await withTaskGroup(of: Bool.self) { group in
      for (number, post) in posts.enumerated() {
        let seed = seed &+ UInt64(number)
        group.addTask {
          var courier = Courier(
            post.receiver, by: post.delivery, from: post.mark, ports: couriers, desk: post.desk, seed: seed)
          await courier.run()
          return true
        }
      }
      defer { group.cancelAll() }
      do throws(Failure) {
        let value = try await body()
        await close(&group, within: grace, couriers.time)
        return .success(value)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Waits until every courier has told what it can, or the time is over.
  private func close(_ group: inout TaskGroup<Bool>, within grace: Duration, _ time: any TimeSource) async {
    for post in posts { post.desk.close() }
    group.addTask {
      try? await time.sleep(for: grace)
      return false
    }
    for _ in posts where await group.next() != true { return }
  }
}

/// The secrets of all receivers, as they were found.
public struct ReceiverSecrets: Sendable, CustomReflectable {
  private var found: [SecretPlace: [UInt8]] = [:]

  /// Reads every one; those in environment variables are then no longer there for others to inherit. To be made before
  /// anything reads the environment or starts a program.
  public init(of receivers: [Receiver]) throws(SecretFailure) {
    for receiver in receivers {
      switch receiver.channel {
      case .webhook(let address, let key):
        if case .secret(let place) = address { try add(place, url: true, receiver) }
        if let key { try add(key, url: false, receiver) }
      case .slack(let place): try add(place, url: true, receiver)
      case .topic, .command: break
      }
    }
  }

  private mutating func add(_ place: SecretPlace, url: Bool, _ receiver: Receiver) throws(SecretFailure) {
    guard found[place] == nil else { return }
    found[place] = try url ? Array(place.url(of: receiver.name).utf8) : place.key(of: receiver.name)
  }

  /// Nothing, so that no dump, log or test failure can print it.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  subscript(place: SecretPlace) -> [UInt8] {
    guard let secret = found[place] else { preconditionFailure("a secret that nobody read") }
    return secret
  }

  func text(_ place: SecretPlace) -> String { String(decoding: self[place], as: UTF8.self) }
}

/// Wakes the couriers for every record, and passes everything on.
public final class WakingReporter: Reporter {
  private let notifications: Notifications
  private let next: any Reporter

  /// A reporter in front of another one.
  public init(_ notifications: Notifications, _ next: any Reporter) {
    self.notifications = notifications
    self.next = next
  }

  /// Wakes, and passes on.
  public func recorded(_ records: [Record]) {
    next.recorded(records)
    notifications.wake()
  }

  /// Passes on.
  public func alive(_ summary: Engine.Summary, isReady: Bool) throws(Failure) {
    try next.alive(summary, isReady: isReady)
  }
  /// Passes on.
  public func reloading() { next.reloading() }
  /// Passes on.
  public func reloaded() { next.reloaded() }
  /// Passes on.
  public func stopping() { next.stopping() }
}
