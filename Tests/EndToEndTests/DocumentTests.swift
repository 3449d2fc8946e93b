// SPDX-License-Identifier: Apache-2.0
// What the documents promise, held against the program.

import Foundation
import Testing

struct DocumentTests {
  private static let operations = try? String(
    contentsOfFile: Program.file("docs/OPERATIONS.md"), encoding: .utf8)

  @Test(.enabled(if: Program.exists("python3"), "python3 is not installed"))
  func `the Python of the documents verifies a stream, and finds a byte that was altered`() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.run("--once").status() == 0)
    let text = try #require(Self.operations)
    let start = try #require(text.range(of: "```python\n"))
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    let stream = sandbox.folder.appending(path: "state/audit.jsonl")

    func verify() async throws -> Ended {
      try await Program.run("python3", ["-c", String(text[start.upperBound..<end.lowerBound]), stream.path])
    }
    #expect(try await verify().output == "intact\n")
    let altered = try String(contentsOf: stream, encoding: .utf8).replacing("\"pid\":", with: "\"pid\":1")
    try altered.write(to: stream, atomically: true, encoding: .utf8)
    #expect(try await verify().errors == "record 1 is not what it was\n")
  }

  @Test(arguments: [
    "started", "stopped", "rulesLoaded", "baseline", "changed", "disappeared", "returned", "planned", "held",
    "released", "issued", "refused", "skipped", "ended", "quarantined", "unquarantined", "ordered",
    "sourceFailing", "sourceRecovered",
  ])
  func `every record kind is explained, with its keys and its message id`(_ kind: String) throws {
    let tables = try #require(Self.operations).split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(tables.filter { $0.contains("`\(kind)`") }.count >= 3)
  }
}
