// SPDX-License-Identifier: Apache-2.0
// Files that somebody else writes: configuration, tokens, cached sign-ins. Each is read whole, and only when it
// is a regular file of a sensible size: a FIFO or a device could make the daemon wait or grow for ever.

import Foundation

/// Why a small file could not be read.
enum SmallFileFailure: Error, Sendable, Hashable {
  case absent
  case notRegular
  case tooLarge(limit: Int)
  case unreadable(reason: String)

  /// Goes after "FILE: ".
  var words: String {
    switch self {
    case .absent: "there is no such file"
    case .notRegular: "not a regular file; name a plain file"
    case .tooLarge(let limit): "larger than \(limit) bytes; it cannot be what it is taken for"
    case .unreadable(let reason): "cannot be read (\(reason)); give rollwatch's user read permission"
    }
  }
}

/// The bytes of a regular file of at most `limit` bytes. `/dev/null`, the usual way to name no file, is absent.
func readSmallFile(_ path: String, limit: Int) throws(SmallFileFailure) -> [UInt8] {
  guard path != "/dev/null" else { throw .absent }
  let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  do {
    let attributes = try FileManager.default.attributesOfItem(atPath: resolved)
    guard attributes[.type] as? FileAttributeType == .typeRegular else { throw SmallFileFailure.notRegular }
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: resolved))
    defer { try? handle.close() }
    let data = try handle.read(upToCount: limit + 1) ?? Data()
    guard data.count <= limit else { throw SmallFileFailure.tooLarge(limit: limit) }
    return [UInt8](data)
  } catch let failure as SmallFileFailure {
    throw failure
  } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
    throw .absent
  } catch CocoaError.fileReadNoPermission {
    throw .unreadable(reason: "permission denied")
  } catch {
    throw .unreadable(reason: "input/output error")
  }
}
