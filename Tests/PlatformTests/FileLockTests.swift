// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation
import Platform
import Testing

struct FileLockTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/lock" }

  @Test func `the second is refused with the first one's process id, until the first lets go`() throws {
    var first: FileLock? = try FileLock(path: path)
    let failure = #expect(throws: FileLock.Failure.self) { try FileLock(path: path) }
    #expect(failure == .held(by: getpid()))
    withExtendedLifetime(first) {}
    first = nil
    _ = try FileLock(path: path)
  }

  @Test func `what a dead holder left behind means nothing`() throws {
    try Data("4194304\nand more\n".utf8).write(to: URL(fileURLWithPath: path))
    let lock = try FileLock(path: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
    withExtendedLifetime(lock) {}
  }

  @Test func `the kernel lets go for a process that was killed`() throws {
    let output = Pipe()
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    holder.arguments = ["--no-fork", path, "sh", "-c", "echo $$ >'\(path)'; echo held; exec sleep 1000"]
    holder.standardOutput = output
    try holder.run()
    _ = output.fileHandleForReading.availableData
    let failure = #expect(throws: FileLock.Failure.self) { try FileLock(path: path) }
    #expect(failure == .held(by: holder.processIdentifier))
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    _ = try FileLock(path: path)
  }

  @Test func `a place where no file can be is refused with the reason`() {
    let failure = #expect(throws: FileLock.Failure.self) { try FileLock(path: path + "/absent/lock") }
    #expect(failure == .system("No such file or directory"))
  }
}
