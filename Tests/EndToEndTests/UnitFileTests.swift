// SPDX-License-Identifier: Apache-2.0
// The unit as systemd's own tools judge it, without a running systemd.

import Folders
import Foundation
import Testing

@Suite(.enabled(if: Program.exists("systemd-analyze"), "systemd-analyze is not installed"))
struct UnitFileTests {
  private let folder = TemporaryFolder()

  @Test func `systemd finds nothing to complain about in the unit`() async throws {
    try await withUnit { unit in
      let verify = try await Program.run(
        "systemd-analyze", ["verify", "--man=no", "--recursive-errors=yes", unit.path])
      #expect(verify.status == 0, "\(verify.errors)")
    }
  }

  @Test func `systemd finds nothing to complain about in the unit with all credentials`() async throws {
    try await withUnit { unit in
      let drop = unit.appendingPathExtension("d")
      try FileManager.default.createDirectory(at: drop, withIntermediateDirectories: false)
      for file in ["static-keys.conf", "audit-key.conf", "receivers.conf"] {
        try FileManager.default.copyItem(
          atPath: Program.file("deploy/\(file)"), toPath: drop.appending(path: file).path)
      }
      let verify = try await Program.run(
        "systemd-analyze", ["verify", "--man=no", "--recursive-errors=yes", unit.path])
      #expect(verify.status == 0, "\(verify.errors)")
    }
  }

  @Test func `the unit is exposed by no more than 1.5 of 10`() async throws {
    let security = try await Program.run(
      "systemd-analyze",
      ["security", "--offline=yes", "--no-pager", "--threshold=15", Program.file("deploy/rollwatch.service")])
    #expect(security.status == 0, "\(security.output)")
    #expect(security.output.contains("Overall exposure level"))
  }

  /// The unit, with a program in `ExecStart` that is there whether rollwatch is installed or not.
  private func withUnit(_ body: (URL) async throws -> Void) async throws {
    let text = try String(contentsOfFile: Program.file("deploy/rollwatch.service"), encoding: .utf8)
    let command = "ExecStart=/usr/local/bin/rollwatch"
    try #require(text.contains(command))
    let unit = try folder.write(
      text.replacing(command, with: "ExecStart=/bin/true"), to: "rollwatch.service", permissions: 0o644)
    try await body(URL(filePath: unit))
  }
}
