// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A directory for one day's journal, in memory where the machine has such a place.
public enum Scratch {
  /// Hands an empty directory to `body` and removes it afterwards.
  public static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory)
      ? memory : FileManager.default.temporaryDirectory.path
    let directory = "\(parent)/rollwatch-day-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
  }
}
