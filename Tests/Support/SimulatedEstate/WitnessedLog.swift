// SPDX-License-Identifier: Apache-2.0

import Core
import Daemon
import Foundation
import Journal
import LocalAWS
import Platform
import Simulation

/// The journal with the witness beside it: each step is seen once it is durable, before anything is done about it.
struct WitnessedLog: DurableLog {
  let day: SimulatedDay
  let journal: JournalStore

  func append(_ step: Step) throws(Failure) {
    let records: [ChainedRecord]
    do throws(JournalFailure) { records = try journal.append(step) } catch {
      throw Failure(kind: .permanent, reason: error.description, mayHaveTakenEffect: false)
    }
    for record in records { day.tell(record.line) }
    day.saw(step, records.map(\.line))
  }
}

extension SimulatedDay {
  fileprivate func saw(_ step: Step, _ lines: [String]) {
    let (now, wall) = (world.elapsed(), world.now())
    let neighbours = Neighbours(self) { _ in }
    witness.withLock { witness in
      for record in step.records {
        if case .issued(_, let target, _, _) = record.entry { neighbours.look(at: target, &witness.facts) }
      }
      let before = witness.allMistakes.count
      if !step.records.isEmpty { aws.steer { aws, _ in witness.read(aws.log) } }
      witness.saw(step, lines, at: now, wall: wall)
      for mistake in witness.allMistakes.dropFirst(before) { tell("MISTAKE \(mistake)") }
    }
  }
}

extension SimulatedDay {
  // MARK: The journal

  /// The chain holds, and what is read of it afresh is what its steps said.
  func verify() {
    do {
      let reader = try JournalReader(directory: directory)
      _ = try reader.verify()
      let state = try reader.state()
      let stream = try String(contentsOfFile: directory + "/audit.jsonl", encoding: .utf8)
      if witness.withLock({ $0.stream != stream }) {
        complain("the stream does not have what the journal has")
      }
      if !witness.withLock({ $0.state.known == state.known }) {
        complain("the journal does not say what its steps said")
      }
    } catch {
      complain("the journal: \(error)")
    }
  }

  /// The machine died while the last lines were on their way to the stream.
  func tearStream(_ bytes: Int) {
    let bytes = UInt64(min(bytes, witness.withLock { $0.lastLines }))
    guard bytes > 0, let file = FileHandle(forUpdatingAtPath: directory + "/audit.jsonl") else { return }
    do {
      let size = try file.seekToEnd()
      try file.truncate(atOffset: size - bytes)
      try file.close()
    } catch {
      complain("the stream: \(error)")
    }
    tell("the stream loses its last \(bytes) bytes")
  }
}
