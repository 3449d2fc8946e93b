// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation
import Testing

@testable import Platform

struct DurableFileTests {
  private let folder = TemporaryFolder()
  private var directory: String { folder.path }

  @Test func `a file is replaced whole, for its owner alone, and nothing is left beside it`() throws {
    let path = directory + "/token"
    try Data("older and longer".utf8).write(to: URL(fileURLWithPath: path))
    try replacePrivateFile(path, with: Array("new".utf8))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["token"])
  }

  @Test func `what stands where the temporary file goes is not written through`() throws {
    let (path, victim) = (directory + "/token", directory + "/victim")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: victim))
    let planted = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
    try FileManager.default.createSymbolicLink(atPath: planted, withDestinationPath: victim)
    try replacePrivateFile(path, with: Array("new".utf8))
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
  }

  @Test func `a failure names the path and the reason`() {
    #expect {
      try replacePrivateFile(directory + "/absent/token", with: [])
    } throws: { error in
      "\(error)".contains("/absent/token") && "\(error)".contains("No such file or directory")
    }
  }
}
