// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation
import Platform
import Testing

struct AppendFileTests {
  private let folder = TemporaryFolder()
  private var directory: String { folder.path }
  private var path: String { directory + "/audit.jsonl" }

  private var contents: String? { try? String(contentsOfFile: path, encoding: .utf8) }

  @Test func `what is appended stands at the end, also after opening it again`() throws {
    try AppendFile(path: path).append(Array("one\n".utf8))
    let file = try AppendFile(path: path)
    try file.append(Array("two\n".utf8))
    #expect(contents == "one\ntwo\n")
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(permissions.map { $0 & 0o137 } == 0)
  }

  @Test(arguments: [
    ("", nil, ""), ("one\n", "one", "one\n"), ("one\ntwo\n", "two", "one\ntwo\n"),
    ("one\ntw", "one", "one\n"), ("on", nil, ""), ("one\n\n", "", "one\n\n"),
  ])
  func `a part that a crash left is cut off`(text: String, last: String?, left: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let line = try AppendFile(path: path).lastWholeLine(atMost: 100)
    #expect(line.map { String(decoding: $0, as: UTF8.self) } == last)
    #expect(contents == left)
  }

  @Test(arguments: [10, 16_383, 16_384, 40_000, 100_000], [0, 1, 50_000])
  func `a line of any length is found, and nothing of it is lost`(length: Int, torn: Int) throws {
    let line = String(repeating: "x", count: length)
    let whole = "first\n\(line)\n"
    try Data((whole + String(repeating: "y", count: torn)).utf8).write(to: URL(fileURLWithPath: path))
    let last = try AppendFile(path: path).lastWholeLine(atMost: 100_000)
    #expect(last.map { String(decoding: $0, as: UTF8.self) } == line)
    #expect(contents == whole)
  }

  @Test(arguments: [String(repeating: "x", count: 21), "a\n" + String(repeating: "x", count: 20) + "\n"])
  func `a line longer than any that was written is not guessed at`(text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let file = try AppendFile(path: path)
    #expect(throws: FileWriteFailure.self) { try file.lastWholeLine(atMost: 10) }
    #expect(contents == text)
  }

  @Test func `a piece that does not fit leaves nothing of it`() async {
    await #expect(processExitsWith: .success) {
      let path = "/tmp/rollwatch-append-\(getpid())"
      defer { unlink(path) }
      signal(SIGXFSZ, SIG_IGN)
      let file = try AppendFile(path: path)
      try file.append(Array("whole\n".utf8))
      var limit = rlimit(rlim_cur: 10, rlim_max: 10)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      do {
        try file.append(Array("too long for it\n".utf8))
        preconditionFailure("it fitted")
      } catch {
        precondition("\(error)" == "\(path): File too large", "\(error)")
      }
      let contents = try String(contentsOfFile: path, encoding: .utf8)
      precondition(contents == "whole\n")
    }
  }

  @Test func `a directory that is not there is named`() {
    let path = directory + "/absent/audit.jsonl"
    #expect {
      try AppendFile(path: path)
    } throws: {
      "\($0)" == "\(path): No such file or directory"
    }
  }
}
