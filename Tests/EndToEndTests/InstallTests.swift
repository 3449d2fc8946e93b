// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation
import Testing

@Suite(.enabled(if: Program.exists("make"), "make is not installed"))
struct InstallTests {
  private let folder = TemporaryFolder()

  @Test func `make install puts everything below DESTDIR and PREFIX, and make uninstall removes it`()
    async throws
  {
    let stage = URL(filePath: folder.path + "/a stage")
    try await make("install", into: stage)
    let files = try FileManager.default.subpathsOfDirectory(atPath: stage.path)
    for file in Self.expected { #expect(files.contains("opt/rollwatch/\(file)"), "\(file) is missing") }
    #expect(files.allSatisfy { "opt/rollwatch".hasPrefix($0) || $0.hasPrefix("opt/rollwatch/") })

    let unit = stage.appending(path: "opt/rollwatch/lib/systemd/system/rollwatch.service")
    let text = try String(contentsOf: unit, encoding: .utf8)
    #expect(text.contains("\nExecStart=/opt/rollwatch/bin/rollwatch run\n"))
    #expect(!text.contains("/usr/local"))

    try await make("uninstall", into: stage)
    let left = try FileManager.default.subpathsOfDirectory(atPath: stage.path)
      .filter { !stage.appending(path: $0).hasDirectoryPath }
    #expect(left.allSatisfy { !$0.contains("rollwatch.") && !$0.hasSuffix("/bin/rollwatch") }, "\(left)")
  }

  private static let expected = [
    "bin/rollwatch",
    "lib/systemd/system/rollwatch.service",
    "share/bash-completion/completions/rollwatch",
    "share/zsh/site-functions/_rollwatch",
    "share/fish/vendor_completions.d/rollwatch.fish",
    "share/doc/rollwatch/README.md",
    "share/doc/rollwatch/RULES.md",
    "share/doc/rollwatch/OPERATIONS.md",
    "share/doc/rollwatch/static-keys.conf",
    "share/doc/rollwatch/audit-key.conf", "share/doc/rollwatch/receivers.conf",
    "share/doc/rollwatch/commands.conf", "share/doc/rollwatch/rollwatch-units.rules",
    "share/doc/rollwatch/iam-policy.json",
    "share/doc/rollwatch/rules.d/example.yaml",
  ]

  private func make(_ target: String, into stage: URL) async throws {
    let made = try await Program.run(
      "make",
      [
        target, "DESTDIR=\(stage.path)", "PREFIX=/opt/rollwatch",
        "BINARY=\(Program.products.appending(path: "rollwatch").path)",
      ],
      in: Program.package)
    try #require(made.status == 0, "\(made.errors)")
  }
}
