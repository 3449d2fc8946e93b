// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation

/// The bytes of a zone's file, as zic(8) would write them.
struct CompiledZone {
  var version: UInt8 = 0x32
  var transitions: [(at: Int, type: UInt8)] = []
  var offsets = [0]
  var leapSeconds = 0
  var footer = "\nUTC0\n"
  /// Whether the first block is filled as well.
  var isFat = true

  var bytes: [UInt8] {
    guard version != 0 else { return header(isEmpty: false) + body(timeBytes: 4) }
    let first = isFat ? header(isEmpty: false) + body(timeBytes: 4) : header(isEmpty: true)
    return first + header(isEmpty: false) + body(timeBytes: 8) + Array(footer.utf8)
  }

  private func header(isEmpty: Bool) -> [UInt8] {
    let counts = isEmpty ? [0, 0, 0, 0, 0, 0] : [0, 0, leapSeconds, transitions.count, offsets.count, 4]
    return Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15) + counts.flatMap { bytes($0, 4) }
  }

  private func body(timeBytes: Int) -> [UInt8] {
    transitions.flatMap { bytes($0.at, timeBytes) } + transitions.map(\.type)
      + offsets.flatMap { bytes($0, 4) + [0, 0] } + Array("XXX\0".utf8)
      + [UInt8](repeating: 0, count: leapSeconds * (timeBytes + 4))
  }

  private func bytes(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// London from 2026 on.
  static let london = CompiledZone(
    version: 0x32, transitions: [(1_774_746_000, 1), (1_792_890_000, 0)], offsets: [0, 3_600],
    footer: "\nGMT0BST,M3.5.0/1,M10.5.0\n", isFat: false)
}

/// A folder with a zone in it and the list of some more.
struct ZoneFolder {
  let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws {
    folder = TemporaryFolder()
    for directory in ["Europe", "Etc"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(directory)", withIntermediateDirectories: true)
    }
    try write(CompiledZone.london.bytes, to: "Europe/London")
    try write(CompiledZone(leapSeconds: 2).bytes, to: "Europe/Leap")
    try write(Array(CompiledZone.london.bytes.prefix(60)), to: "Europe/Cut")
    let list =
      "# version 2025b\nR f 1916 o - May 21 2s 1 BST\nZ Europe/London -0:1:15 - LMT 1847\n"
      + "Z America/New_York -4:56:2 - LMT\nZ EST -5 - EST\nL Europe/London GB\nL America/New_York US/Eastern\n"
    try write(Array(list.utf8), to: "tzdata.zi")
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }
}
