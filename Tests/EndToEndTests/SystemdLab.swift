// SPDX-License-Identifier: Apache-2.0

import Foundation
import Subprocess
import Testing

/// A systemd of its own, beside whatever process 1 the machine has; `Tests/Support/systemd-lab` says how.
///
/// Everything written in it is gone when it ends. It shares the machine's loopback.
struct SystemdLab {
  private let name: String
  private static let script = Program.file("Tests/Support/systemd-lab")

  /// Where the lab sees this build's executables, and the Swift libraries they were linked with.
  private static let products = "/opt/rollwatch/bin"
  private static let libraries = "/opt/rollwatch/lib"

  /// Runs `body` with a lab, or cancels the test where there cannot be one.
  static func with(_ body: (SystemdLab) async throws -> Void) async throws {
    let check = try await Program.run(script, ["check"])
    if check.status == 77 { try Test.cancel("\(check.errors)") }
    let lab = SystemdLab(name: "test-\(UUID().uuidString)")
    try await lab.start()
    do {
      try await body(lab)
    } catch {
      try await lab.stop()
      throw error
    }
    try await lab.stop()
  }

  /// Runs a shell script in the lab, as root, to its end.
  func run(_ script: String) async throws -> Ended {
    try await Program.run(Self.script, ["exec", "sh", "-c", script], environment: environment)
  }

  /// What a shell script that must succeed prints, without the last line's end.
  @discardableResult
  func output(of script: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
    let ended = try await run(script)
    try #require(
      ended.status == 0, "\(script)\n\(ended.output)\(ended.errors)", sourceLocation: sourceLocation)
    return ended.output.trimmingCharacters(in: .newlines)
  }

  /// A property of a unit, as systemd has it now.
  func property(_ name: String, of unit: String = "rollwatch") async throws -> String {
    try await output(of: "systemctl show \(unit) --property=\(name) --value")
  }

  /// Waits until a shell script succeeds; fails the test where it does not within half a minute.
  func wait(until script: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let loop = "until \(script); do sleep 0.05; done"
    let ended = try await Program.run(
      Self.script, ["exec", "timeout", "30", "sh", "-c", loop], environment: environment)
    guard ended.status != 0 else { return }
    let log = try await run("journalctl --sync; journalctl --quiet --no-pager --lines=100")
    Issue.record("never came true: \(script)\n\(log.output)", sourceLocation: sourceLocation)
    throw NeverCameTrue()
  }

  private struct NeverCameTrue: Error {}

  /// The entries of the journal that match, oldest first.
  func journal(_ matches: String) async throws -> [[String: String]] {
    let lines = try await output(of: "journalctl --sync; journalctl --quiet --output=json \(matches)")
    return try lines.split(separator: "\n").map { line in
      let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      return fields.compactMapValues { $0 as? String }
    }
  }

  /// Installs this build as `make install` does, and gives it the libraries of a Swift that may be anywhere.
  func install() async throws {
    try await output(
      of: """
        echo \(Self.libraries) >/etc/ld.so.conf.d/swift.conf
        ldconfig
        make -C /opt/rollwatch/src install BINARY=\(Self.products)/rollwatch
        """)
  }

  private var environment: Environment {
    .inherit.updating(["SYSTEMD_LAB": name, "SYSTEMD_LAB_LIFE": "300"])
  }

  private func start() async throws {
    let linked = try await Program.run("ldd", [Program.products.appending(path: "rollwatch").path])
    let core = linked.output.split(whereSeparator: \.isWhitespace).first { $0.hasSuffix("/libswiftCore.so") }
    let libraries = try #require(core.map { URL(filePath: String($0)).deletingLastPathComponent().path })
    let started = try await Program.run(
      Self.script,
      [
        "start", "--bind-ro", "\(Program.package.path):/opt/rollwatch/src",
        "--bind-ro", "\(Program.products.path):\(Self.products)", "--bind-ro",
        "\(libraries):\(Self.libraries)",
      ], environment: environment)
    try #require(started.status == 0, "\(started.errors)")
  }

  private func stop() async throws {
    let stopped = try await Program.run(Self.script, ["stop"], environment: environment)
    #expect(stopped.status == 0, "\(stopped.errors)")
  }
}
