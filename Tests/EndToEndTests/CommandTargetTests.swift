// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalAWS
import Testing

/// Programs that the real daemon runs for a change.
@Suite(.serialized) struct CommandTargetTests {
  /// A sandbox whose rule runs a shell script in its folder, with the name of the application as `$2`.
  private func sandbox(_ script: String, timeout: String = "20s") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write("script", "cd \"$1\"\n\(script)\n")
    try sandbox.write(
      "rules/shop.yaml",
      """
      rules:
        - name: infra
          watch: [{ parameter: "/{env}/{app}/**" }, { secret: "{env}/{app}/*" }]
          restart:
            - command: [sh, "\(sandbox.path("script"))", "\(sandbox.path(""))", "{app}"]
              timeout: \(timeout)
              environment: { MARK: given }
          debounce: { quiet: 300ms, limit: 5s }
          cooldown: 0s
          rollout: { deadline: 30s }

      """)
    return sandbox
  }

  private func text(_ sandbox: Sandbox, _ name: String) -> String {
    (try? String(contentsOfFile: sandbox.path(name), encoding: .utf8)) ?? ""
  }

  private func isRunning(_ process: String) -> Bool {
    let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return state.map { !$0.contains(") Z ") } ?? false
  }

  @Test func `a change runs the program once, with the change as its input`() async throws {
    let sandbox = try sandbox("cat >input; echo \"$2 $MARK $ROLLWATCH_RESTART\" >>ran; env >environment")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    let plan = try #require(sandbox.records("planned").first)
    let restart = try #require(plan["restart"]?.string)
    #expect(text(sandbox, "ran") == "shop given \(restart)\n")
    #expect(sandbox.records("ended").map { $0["outcome"]?.string } == ["completed"])
    #expect(sandbox.records("issued")[0]["deployment"]?.string?.hasPrefix("process ") == true)
    let input = try JSON(reading: Array(text(sandbox, "input").utf8))
    #expect(input["restart"]?.string == restart && input["target"] == plan["target"])
    #expect(input["rules"]?[0]?.string == "infra")
    for key in ["resource", "from", "to", "changedAt"] {
      #expect(input["causes"]?[0]?[key] == plan["causes"]?[0]?[key] && input["causes"]?[0]?[key] != nil)
    }
    #expect(input["causes"]?[0]?["region"]?.string == "eu-west-2")
    #expect(!text(sandbox, "environment").contains("AWS_SECRET_ACCESS_KEY"))
  }

  @Test func `a program that fails is on record with its last words`() async throws {
    let sandbox = try sandbox("echo 'Error: no such workspace' >&2; exit 4")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    let ended = try #require(sandbox.records("ended").first)
    #expect(ended["outcome"]?.string == "failed")
    let reason = ended["reason"]?.string ?? ""
    #expect(reason.hasPrefix("it ended with exit status 4: Error: no such workspace"), "\(reason)")
  }

  @Test func `at its time-out it is killed with what it has started`() async throws {
    let sandbox = try sandbox("timeout 600 sleep 600 & echo $! >child; wait", timeout: "1s")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    let reason = sandbox.records("ended")[0]["reason"]?.string ?? ""
    #expect(reason.hasPrefix("it ran longer than 1s and was killed"), "\(reason)")
    let child = text(sandbox, "child").filter(\.isNumber)
    #expect(!child.isEmpty && !isRunning(child))
  }

  @Test func `a stop ends it, and the next start says that nobody knows how it came out`() async throws {
    let sandbox = try sandbox("echo $$ >>self; exec sleep 600")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("issued")
    try await sandbox.await("the program") { !text(sandbox, "self").isEmpty }
    daemon.signal(SIGTERM)
    #expect(try await daemon.status(within: .seconds(8)) == 0)
    #expect(!isRunning(text(sandbox, "self").filter(\.isNumber)))
    let next = try await sandbox.startedDaemon()
    try await sandbox.await("ended")
    #expect(try await next.stop() == 0)
    #expect(sandbox.records("ended").map { $0["outcome"]?.string } == ["failed"])
    #expect(sandbox.records("ended")[0]["reason"]?.string?.contains("how it came out is not known") == true)
    #expect(text(sandbox, "self").split(separator: "\n").count == 1)
  }

  @Test func `what a killed daemon has started is not started a second time`() async throws {
    let sandbox = try sandbox("echo $$ >>self; exec sleep 600")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("the program") { !text(sandbox, "self").isEmpty }
    daemon.signal(SIGKILL)
    _ = try await daemon.status()
    let next = try await sandbox.startedDaemon()
    try await sandbox.await("an end") {
      !(sandbox.records("ended") + sandbox.records("refused")).isEmpty
    }
    #expect(try await next.stop() == 0)
    let processes = text(sandbox, "self").split(separator: "\n").compactMap { Int32($0) }
    #expect(processes.count == 1)
    for process in processes { kill(process, SIGKILL) }
  }

  @Test func `a dry run starts nothing, and says what is not there`() async throws {
    let sandbox = try sandbox("echo ran >ran")
    #expect(try await sandbox.startedDaemon().stop() == 0)
    try sandbox.rotateSecret()
    let rehearsal = try sandbox.run("--dry-run", "--once")
    #expect(try await rehearsal.status() == 0)
    #expect(rehearsal.standardOutput.contains("is to be restarted"), "\(rehearsal.standardOutput)")
    #expect(text(sandbox, "ran").isEmpty)
    try sandbox.write(
      "rules/shop.yaml", text(sandbox, "rules/shop.yaml").replacing("[sh,", with: "[/nowhere/sh,"))
    let refusal = try sandbox.run("--dry-run", "--once")
    _ = try await refusal.status()
    #expect(refusal.standardOutput.contains("/nowhere/sh is not there"), "\(refusal.standardOutput)")
  }

  @Test func `a run of one sweep waits for the program's end`() async throws {
    let sandbox = try sandbox("sleep 1; echo ran >ran")
    #expect(try await sandbox.startedDaemon().stop() == 0)
    try sandbox.rotateSecret()
    #expect(try await sandbox.run("--once").status() == 0)
    #expect(text(sandbox, "ran") == "ran\n")
  }

  @Test func `the confined service runs programs, and ends them when it stops`() async throws {
    try await InstalledDaemon.with { daemon in
      let script = "cat >/var/lib/rollwatch/input; exec sleep 600"
      try await daemon.writeRules(
        InstalledDaemon.rules.replacing(
          "service: \(InstalledDaemon.service)", with: "command: [sh, -c, \"\(script)\"]"))
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("issued")
      try await daemon.lab.wait(until: "grep --quiet causes /var/lib/private/rollwatch/input")
      try await daemon.lab.output(of: "timeout 10 systemctl stop rollwatch")
      #expect(try await daemon.lab.property("Result") == "success")
      let log = try await daemon.lab.journal("UNIT=rollwatch.service")
      // Of what a service leaves behind systemd says that it kills it.
      #expect(!log.contains { $0["MESSAGE"]?.contains("Killing process") == true })
      try await daemon.start()
      try await daemon.await("ended")
    }
  }
}
