// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// What happens to the process in a round.
enum Blow: String, CaseIterable, ExpressibleByArgument {
  /// kill -9 at any moment.
  case kill
  /// kill -9 as soon as a record of a kind is in the stream.
  case killAfterChanged, killAfterPlanned, killAfterIssued, killAfterEnded
  /// kill -9 while a call is under way that AWS has carried out already.
  case killDuringUpdate
  /// kill -9 while a call is under way that AWS has not carried out yet, and then does.
  case killBeforeUpdate
  /// kill -9 between two looks at the service.
  case killDuringLook
  /// kill -9 in the middle of a sweep.
  case killDuringSweep
  /// The answer of the one call is lost, and the process is killed when it looks.
  case killAfterLostAnswer
  /// SIGTERM at any moment.
  case terminate
  /// SIGSTOP for longer than every time limit.
  case freeze
  /// No file can grow any more, in the middle of work.
  case fullDisk
  /// The state directory cannot be written at a start.
  case readOnly
  /// The end of the stream is torn off.
  case tornStream
  /// The database is cut short.
  case cutJournal
  /// Bytes of the database are turned.
  case turnedBytes
  /// The database is empty.
  case emptyJournal

  /// Whether it can be dealt on this machine: some need a file system of their own.
  var isPossible: Bool {
    switch self {
    case .fullDisk, .readOnly: geteuid() == 0
    default: true
    }
  }

  /// Damage after which no start may act.
  var isDamage: Bool {
    switch self {
    case .cutJournal, .turnedBytes, .emptyJournal: true
    default: false
    }
  }
}
