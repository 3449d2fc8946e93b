// SPDX-License-Identifier: Apache-2.0

internal import GRDB

/// Why the journal cannot be used. The message names the path and says what to do.
public struct JournalFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole message.
  public let description: String

  init(_ description: String) { self.description = description }

  /// A failure of SQLite, with the remedy for its kind.
  init(_ path: String, _ error: any Error) {
    guard let error = error as? DatabaseError else {
      self.init("\(path): \(error)")
      return
    }
    let words = "\(path): \(error.message ?? "SQLite error \(error.resultCode.rawValue)")"
    switch error.resultCode {
    case .SQLITE_FULL:
      self.init("\(words); nothing was written: free space on this file system, then start rollwatch again")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self.init("\(words); give the user that runs rollwatch write access to this directory and its files")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(
        "\(words); restore it from a backup, or move the directory away to start afresh: "
          + "the next start takes a new baseline, and changes made meanwhile are not seen")
    case .SQLITE_IOERR:
      self.init("\(words); the file system fails: look at the kernel's log")
    default:
      self.init(words)
    }
  }
}
