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
    day.saw(step)
  }
}

extension SimulatedDay {
  fileprivate func saw(_ step: Step) {
    let now = world.elapsed()
    let neighbours = Neighbours(estate, aws) { _ in }
    witness.withLock { witness in
      for record in step.records {
        if case .issued(_, let target, _, _) = record.entry { neighbours.look(at: target, &witness.facts) }
      }
      let before = witness.allMistakes.count
      if !step.records.isEmpty { aws.steer { aws, _ in witness.read(aws.log) } }
      witness.saw(step, at: now)
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
      if !witness.withLock({ $0.state.known == state.known }) {
        complain("the journal does not say what its steps said")
      }
    } catch {
      complain("the journal: \(error)")
    }
  }

  /// The machine died while the last line was on its way to the stream.
  func tearStream(_ bytes: Int) {
    let path = directory + "/audit.jsonl"
    guard let file = FileHandle(forUpdatingAtPath: path), let size = try? file.seekToEnd() else { return }
    try? file.truncate(atOffset: size - min(size, UInt64(bytes)))
    try? file.close()
    tell("the stream loses its last \(bytes) bytes")
  }
}
