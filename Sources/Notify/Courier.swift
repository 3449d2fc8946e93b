// SPDX-License-Identifier: Apache-2.0
// One receiver's way through the journal: read what is new, tell it, note how far it has come. Each has a task of its own, so one
// that is slow, hangs or fails delays itself alone; none of them is ever waited for by the engine.

internal import Core
internal import JSON
internal import Journal
internal import Logging
internal import Platform
internal import Rules

/// Tells one receiver what happens.
struct Courier {
  /// What a courier shares with whoever started it.
  final class Desk: Sendable {
    let bell = Bell()
    let status: Locked<ReceiverStatus>
    let isClosing = Locked(false)

    init(_ receiver: Receiver) {
      status = Locked(
        ReceiverStatus(
          name: receiver.name, kind: receiver.channel.kind, failingSince: nil, error: nil, next: nil,
          waiting: 0))
    }

    /// Asks it to tell what is left at once, and to end.
    func close() {
      isClosing.withLock { $0 = true }
      bell.ring()
    }
  }

  /// What all couriers of a process work with.
  struct Ports {
    var journal: JournalReader
    var marks: MarkFile
    /// Where a record is about that names no Region.
    var home: Location
    var time: any TimeSource
    var logger: Logger
  }

  /// Records that are read in one go, while nothing else runs.
  private static let batch = 200
  /// Records after which a mark is made durable though nothing was told.
  private static let unkept: Int64 = 1_000

  private let receiver: Receiver
  private let delivery: any Delivery
  private let wording: Wording
  private let ports: Ports
  private let desk: Desk
  private var outbox: Outbox
  private var plans = PlanMemory()
  private var generator: SeededGenerator
  /// The mark as it is durable.
  private var kept: Int64
  private var canKeep = true
  private var failingSince: Timestamp?
  private var hasToldRemedy = false

  /// A courier that goes on from a mark.
  init(
    _ receiver: Receiver, by delivery: any Delivery, from mark: Mark, ports: Ports, desk: Desk, seed: UInt64
  ) {
    self.receiver = receiver
    self.delivery = delivery
    self.ports = ports
    self.desk = desk
    let quoting: Quoting = if case .slack = receiver.channel { .slack } else { .plain }
    wording = Wording(custom: receiver.text, quoting: quoting)
    outbox = Outbox(told: mark, events: receiver.events, window: receiver.digest)
    generator = SeededGenerator(seed: seed)
    kept = mark.seq
  }

  /// Runs until the task is cancelled, or the desk is closed and nothing is left that can be told.
  mutating func run() async {
    while !Task.isCancelled {
      let isClosing = desk.isClosing.withLock { $0 }
      if isClosing { outbox.hurry() }
      await read()
      tellStatus()
      switch outbox.next(at: ports.time.elapsed()) {
      case .send(let notices): await send(notices)
      case .wait(let until):
        if outbox.told.seq - kept >= Self.unkept { keepMark() }
        if isClosing { return keepMark() }
        await desk.bell.wait(atMost: until.map { max(.zero, $0 - ports.time.elapsed()) }, ports.time)
      }
    }
  }

  // MARK: Reading

  private mutating func read() async {
    do throws(JournalFailure) {
      try skipWhatIsTooFarBehind()
      while !outbox.isFull, !Task.isCancelled {
        let lines = try ports.journal.lines(after: outbox.read.seq, atMost: Self.batch)
        guard !lines.isEmpty else { return }
        for line in lines { take(line) }
        await Task.yield()
      }
    } catch {
      // The journal's own writer will notice too, and end the process; else the next bell reads again.
      ports.logger.error(
        "\(error); receiver '\(receiver.name)' is told nothing before it can be read", metadata: fields)
    }
  }

  private mutating func take(_ line: ChainedRecord) {
    let record = (try? JSONValue(reading: line.line.utf8)) ?? .null
    plans.note(record)
    let (plans, journal) = (plans, ports.journal)
    let tiding = Tiding(seq: line.seq, record: record, failing: outbox.read.failing, home: ports.home) {
      restart in
      if let known = plans.causes(of: restart) { return known }
      let plan = (try? journal.plan(of: restart, before: line.seq)).flatMap { $0 }
      return plan.flatMap { try? JSONValue(reading: $0.utf8) }?["causes"]?.elements ?? []
    }
    outbox.take(tiding, at: ports.time.elapsed())
  }

  private mutating func skipWhatIsTooFarBehind() throws(JournalFailure) {
    let head = try ports.journal.lastSeq()
    let behind = head - outbox.told.seq
    guard behind > Int64(Limits.recordsBehind) else { return }
    let skipped = behind - Int64(Limits.recordsBehind) * 9 / 10
    outbox.skip(to: outbox.told.seq + skipped)
    ports.logger.warning(
      "receiver '\(receiver.name)' is \(behind) records behind, more than \(Limits.recordsBehind): it is not told of the oldest \(skipped), which are in rollwatch history",
      metadata: fields)
  }

  // MARK: Telling

  private mutating func send(_ notices: [Notice]) async {
    guard let last = notices.last else { return }
    do throws(DeliveryFailure) {
      try await delivery.deliver(Message(notices, to: receiver.name, wording))
    } catch {
      // A message that is cut short by the end of the process is sent again after its start.
      if !Task.isCancelled { failed(error) }
      return
    }
    outbox.delivered(upTo: last.seq, at: ports.time.elapsed())
    keepMark()
    guard let since = failingSince else { return }
    failingSince = nil
    hasToldRemedy = false
    let seconds = (ports.time.now() - since).milliseconds / 1_000
    ports.logger.notice(
      "receiver '\(receiver.name)' takes notices again after \(seconds) s; none was lost", metadata: fields)
  }

  private mutating func failed(_ failure: DeliveryFailure) {
    outbox.failed(failure, at: ports.time.elapsed(), random: .random(in: 0..<1, using: &generator))
    let isNews = failingSince == nil || (failure.needsHelp && !hasToldRemedy)
    failingSince = failingSince ?? ports.time.now()
    hasToldRemedy = hasToldRemedy || failure.needsHelp
    desk.status.withLock { $0.error = failure.reason }
    guard isNews else { return }
    let remedy = failure.remedy.map { "; \($0)" } ?? ""
    ports.logger.warning(
      "receiver '\(receiver.name)' takes no notices: \(failure.reason)\(remedy); they wait, and are sent again until it does",
      metadata: fields)
  }

  /// A mark that cannot be written costs a message that is told twice, no more.
  private mutating func keepMark() {
    guard outbox.told.seq != kept else { return }
    do throws(FileWriteFailure) {
      try ports.marks.keep(outbox.told, of: receiver.name)
      kept = outbox.told.seq
      canKeep = true
    } catch {
      if canKeep {
        ports.logger.warning(
          "\(error); after a restart receiver '\(receiver.name)' may be told some things twice",
          metadata: fields)
      }
      canKeep = false
    }
  }

  private func tellStatus() {
    let next = outbox.trouble.map { ports.time.now() + max(.zero, $0.next - ports.time.elapsed()) }
    desk.status.withLock { status in
      status.failingSince = failingSince
      status.next = next
      status.waiting = outbox.waiting
      if failingSince == nil { status.error = nil }
    }
  }

  private var fields: Logger.Metadata { ["receiver": "\(receiver.name)"] }
}

/// The causes of restarts that were planned lately, so that the journal need not be searched for them.
struct PlanMemory {
  private var causes: [String: [JSONValue]] = [:]
  private var order: [String] = []

  private static let capacity = 2_000

  /// Remembers a `planned` record.
  mutating func note(_ record: JSONValue) {
    guard record["kind"]?.string == "planned", let restart = record["restart"]?.string else { return }
    if causes.updateValue(Array((record["causes"]?.elements ?? []).prefix(100)), forKey: restart) == nil {
      order.append(restart)
    }
    guard order.count > 2 * Self.capacity else { return }
    for old in order.prefix(Self.capacity) { causes[old] = nil }
    order.removeFirst(Self.capacity)
  }

  func causes(of restart: String) -> [JSONValue]? { causes[restart] }
}
