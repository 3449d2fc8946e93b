// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import LocalAWS

/// One estate, one state directory, several lives of the process.
struct Round {
  /// What came of a round.
  struct Result: Sendable {
    var blow: Blow
    var seed: UInt64
    var blows = 0
    var writes = 0
    var deployments = 0
    var lost = 0
    var doubled = 0
    var mistakes: [String] = []

    /// Mistakes that are neither a loss nor a double.
    var others: Int { mistakes.count - lost - doubled }
  }

  /// How long a call is under way before AWS carries it out, where it is late.
  private static let lateness = Duration.milliseconds(300)

  private let blow: Blow
  private let estate: Estate
  private let freeze: Duration
  private var dice: SeededGenerator
  private var result: Result
  /// When each resource was last written.
  private var written: [String: Timestamp] = [:]

  static func play(_ blow: Blow, seed: UInt64, program: URL, freeze: Duration) async -> Result {
    do {
      var round = Round(
        blow: blow, estate: try Estate(seed: seed, program: program), freeze: freeze,
        dice: SeededGenerator(seed: seed &+ 0x9E37), result: Result(blow: blow, seed: seed))
      try await round.play()
      return round.result
    } catch {
      return Result(blow: blow, seed: seed, mistakes: ["\(error)"])
    }
  }

  private mutating func play() async throws {
    var disk: Disk?
    if blow == .fullDisk || blow == .readOnly { disk = try Disk(at: estate.state) }
    defer { disk?.unmount() }
    var daemon = try estate.start()
    guard await wait(until: { estate.count("baseline") == 2 }) else {
      return fail("it took no baseline", daemon)
    }
    for _ in 0..<(blow == .freeze || blow.isDamage ? 1 : Int.random(in: 1...3, using: &dice)) {
      if blow.isDamage {
        try write()
        guard await wait(until: isSettled) else { return fail("it did not restart", daemon) }
      }
      guard try await strike(daemon, disk) else { return }
      result.blows += 1
      if blow.isDamage { return try await startDamaged() }
      // People do not stop while it is down.
      if chance(40) { try write() }
      if !daemon.isRunning { daemon = try estate.start() }
    }
    try await conclude(daemon)
  }

  // MARK: Blows

  /// False where the round cannot go on.
  private mutating func strike(_ daemon: Daemon, _ disk: Disk?) async throws -> Bool {
    switch blow {
    case .kill, .terminate:
      try await writeSome()
      await pause(atMost: 1_500)
    case .killAfterChanged: try await writeSome(awaiting: "changed")
    case .killAfterPlanned: try await writeSome(awaiting: "planned")
    case .killAfterIssued: try await writeSome(awaiting: "issued")
    case .killAfterEnded: try await writeSome(awaiting: "ended")
    case .killDuringUpdate: try await writeSome(meeting: .delayAfter(.seconds(1)), on: "ecs:UpdateService")
    case .killBeforeUpdate:
      try await writeSome(meeting: .delayBefore(Self.lateness), on: "ecs:UpdateService")
    case .killDuringLook: try await writeSome(meeting: .delayAfter(.seconds(1)), on: "ecs:DescribeServices")
    case .killDuringSweep:
      try await writeSome(meeting: .delayAfter(.seconds(1)), on: "ssm:DescribeParameters")
    case .killAfterLostAnswer:
      try await writeSome(meeting: .cutAfter, on: "ecs:UpdateService")
      await pause(atMost: 1_000)
    case .freeze: return try await freeze(daemon)
    case .fullDisk: return try await fill(disk, daemon)
    case .readOnly, .tornStream, .cutJournal, .turnedBytes, .emptyJournal: await pause(atMost: 300)
    }
    daemon.signal(blow == .terminate || blow.isDamage ? SIGTERM : SIGKILL)
    guard let status = await daemon.end(within: .seconds(20)) else {
      fail("it does not end", daemon)
      return false
    }
    if blow == .terminate, status != 0 { result.mistakes.append("it ended with \(status) on SIGTERM") }
    switch blow {
    case .readOnly: return try await startOnReadOnly(disk)
    case .tornStream: try cut(estate.stream, keepingAtLeast: 0)
    case .cutJournal: try cut(estate.database, keepingAtLeast: 1)
    case .emptyJournal: try Data().write(to: estate.database)
    case .turnedBytes: try turnBytes()
    default: break
    }
    return true
  }

  private mutating func freeze(_ daemon: Daemon) async throws -> Bool {
    try await writeSome(awaiting: ["changed", "planned", "issued"].randomElement(using: &dice))
    daemon.signal(SIGSTOP)
    try? await Task.sleep(for: freeze)
    try write()
    daemon.signal(SIGCONT)
    return true
  }

  private mutating func fill(_ disk: Disk?, _ daemon: Daemon) async throws -> Bool {
    try disk?.fill()
    try write()
    guard let status = await daemon.end(within: .seconds(20)) else {
      fail("it goes on with a full disk", daemon)
      return false
    }
    if status != 1 || !daemon.words.contains("free space") {
      result.mistakes.append("on a full disk it ended with \(status): \(daemon.words.suffix(300))")
    }
    try disk?.free()
    return true
  }

  private mutating func startOnReadOnly(_ disk: Disk?) async throws -> Bool {
    disk?.setReadOnly(true)
    let before = estate.forced.count
    let daemon = try estate.start()
    let status = await daemon.end(within: .seconds(20))
    disk?.setReadOnly(false)
    if status != 1 || !daemon.words.contains("write access") {
      result.mistakes.append(
        "on a read-only directory it ended with \(status ?? -1): \(daemon.words.suffix(300))")
    }
    if estate.forced.count != before { result.mistakes.append("it acted without being able to record") }
    return true
  }

  /// A start on a damaged journal says what to do and does nothing; one that finds nothing wrong does nothing either.
  private mutating func startDamaged() async throws {
    let before = estate.forced.count
    let daemon = try estate.start()
    let status = await daemon.end(within: .seconds(3))
    if let status, status != 1 || !daemon.words.contains("move the directory away to start afresh") {
      result.mistakes.append("on a damaged journal it ended with \(status): \(daemon.words.suffix(300))")
    }
    daemon.signal(SIGKILL)
    _ = await daemon.end(within: .seconds(5))
    result.deployments = estate.forced.count
    if estate.forced.count != before { result.mistakes.append("a damaged journal restarted a service") }
  }

  private func cut(_ file: URL, keepingAtLeast least: Int) throws {
    var dice = dice
    let size = try Data(contentsOf: file).count
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(
      atOffset: UInt64(Int.random(in: min(least, size)...max(least, size - 1), using: &dice)))
    try handle.close()
  }

  private func turnBytes() throws {
    var dice = dice
    var bytes = try Data(contentsOf: estate.database)
    let start = Int.random(in: bytes.indices, using: &dice)
    let length = [1, 8, 512, 4_096].randomElement(using: &dice) ?? 1
    for index in start..<min(bytes.count, start + length) {
      bytes[index] ^= UInt8.random(in: 1...255, using: &dice)
    }
    try bytes.write(to: estate.database)
  }

  // MARK: Writes

  private mutating func write() throws {
    let names = Estate.readers.keys.sorted()
    let resource = names[Int.random(in: names.indices, using: &dice)]
    written[resource] = try estate.write(resource)
    result.writes += 1
  }

  private mutating func writeSome() async throws {
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      try write()
      await pause(atMost: 200)
    }
  }

  private mutating func writeSome(awaiting kind: String?) async throws {
    let before = estate.count(kind ?? "")
    try await writeSome()
    _ = await wait(until: { estate.count(kind ?? "") > before }, atMost: .seconds(10))
  }

  private mutating func writeSome(meeting effect: Fault.Effect, on operation: String) async throws {
    let before = estate.aws.count(of: operation)
    estate.aws.steer { aws, _ in aws.inject(Fault(effect, on: operation, .next(1, after: 0))) }
    try await writeSome()
    _ = await wait(until: { estate.aws.count(of: operation) > before }, atMost: .seconds(10))
  }

  // MARK: The end

  private var isSettled: () -> Bool {
    let (estate, written, lateness) = (estate, written, lateness)
    return {
      let forced = estate.forced
      let records = estate.records
      let open = Set(records.filter { $0["kind"]?.string == "planned" }.compactMap { $0["restart"]?.string })
        .subtracting(
          records.filter { ["ended", "skipped", "refused"].contains($0["kind"]?.string) }
            .compactMap { $0["restart"]?.string })
      return open.isEmpty
        && written.allSatisfy { resource, time in
          Estate.readers[resource, default: []].allSatisfy { service in
            forced.contains { $0.service == service && $0.time + lateness > time }
          }
        }
    }
  }

  private mutating func conclude(_ daemon: Daemon) async throws {
    _ = await wait(until: isSettled, atMost: .seconds(30))
    // Long enough for a second one to come, were there to be one.
    try? await Task.sleep(for: .milliseconds(1_000))
    let forced = estate.forced
    result.deployments = forced.count
    for (resource, time) in written.sorted(by: { $0.key < $1.key }) {
      for service in Estate.readers[resource, default: []]
      where !forced.contains(where: { $0.service == service && $0.time + lateness > time }) {
        result.lost += 1
        result.mistakes.append("lost: no deployment of \(service) after \(resource) was written at \(time)")
      }
    }
    for double in doubles(forced) {
      result.doubled += 1
      result.mistakes.append("doubled: \(double)")
    }
    daemon.signal(SIGTERM)
    let status = await daemon.end(within: .seconds(10))
    if status != 0 { fail("it ended with \(status ?? -1) on SIGTERM", daemon) }
  }

  /// Causes that more than one deployment of a service was made for.
  private func doubles(_ forced: [Estate.Forced]) -> [String] {
    var causes: [String: Set<String>] = [:]
    for record in estate.records where record["kind"]?.string == "planned" {
      let names = (record["causes"]?.array ?? []).map { cause in
        "\(cause["resource"]?.string ?? "") \(cause["to"]?.string ?? "")"
      }
      causes[record["restart"]?.string ?? ""] = Set(names)
    }
    var seen: Set<String> = []
    return forced.flatMap { call in
      causes[call.restart, default: ["restart \(call.restart)"]].sorted().compactMap { cause in
        seen.insert("\(call.service): \(cause)").inserted ? nil : "\(call.service): \(cause)"
      }
    }
  }

  private mutating func fail(_ what: String, _ daemon: Daemon) {
    result.mistakes.append("\(what); its last words: \(daemon.words.suffix(600))")
    daemon.signal(SIGKILL)
  }

  // MARK: Time and chance

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 1...100, using: &dice) <= percent }

  private mutating func pause(atMost milliseconds: Int) async {
    try? await Task.sleep(for: .milliseconds(Int.random(in: 0...milliseconds, using: &dice)))
  }

  /// A call is known by when it arrived; it was carried out so much later at most.
  private var lateness: Duration { blow == .killBeforeUpdate ? Self.lateness : .zero }

  private func wait(until condition: () -> Bool, atMost limit: Duration = .seconds(30)) async -> Bool {
    let end = ContinuousClock.now + limit
    while !condition() {
      guard ContinuousClock.now < end else { return false }
      try? await Task.sleep(for: .milliseconds(2))
    }
    return true
  }
}
