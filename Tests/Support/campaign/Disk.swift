// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A small file system in memory over a directory, which can be filled and made read-only. Needs root.
struct Disk: Sendable {
  private let path: String

  init(at directory: URL) throws {
    path = directory.path
    guard mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else {
      throw POSIXError(.init(rawValue: errno) ?? .EIO)
    }
  }

  /// Leaves no byte free.
  func fill() throws {
    try Data().write(to: filler)
    let file = try FileHandle(forWritingTo: filler)
    let block = Data(count: 4_096)
    while (try? file.write(contentsOf: block)) != nil {}
    try? file.close()
  }

  func free() throws { try FileManager.default.removeItem(at: filler) }

  func setReadOnly(_ isReadOnly: Bool) {
    mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0), "size=1m")
  }

  func unmount() { umount2(path, Int32(MNT_DETACH)) }

  private var filler: URL { URL(filePath: path).appending(path: "filler") }
}
