// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalAWS
import LocalGitHub
import LocalReceiver
import Platform
import Testing

/// Workflows that the real daemon dispatches for a change, over HTTP.
@Suite(.serialized) struct WorkflowTargetTests {
  /// A sandbox whose rule dispatches a workflow of this GitHub.
  private func sandbox(_ api: String) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(
      "rules/shop.yaml",
      """
      rules:
        - name: shop
          watch: [{ parameter: "/{env}/{app}/**" }, { secret: "{env}/{app}/*" }]
          restart:
            - workflow: { repository: "acme/{app}", file: roll.yml, inputs: { environment: "{env}" } }
          debounce: { quiet: 300ms, limit: 5s }
          cooldown: 0s
          rollout: { deadline: 30s }

      """)
    try sandbox.write(
      "rollwatch.yaml",
      """
      parameters: { interval: 200ms, rate: 50 }
      secrets: { interval: 200ms, rate: 50 }
      rollouts: { interval: 200ms }
      github: { api: "\(api)" }

      """)
    return sandbox
  }

  private let token = ["GITHUB_TOKEN": LocalGitHub.token]

  private func api(_ server: LocalReceiver) -> String { "http://127.0.0.1:\(server.port)" }

  @Test func `a change dispatches the workflow, and its run is followed to its end`() async throws {
    let gitHub = LocalGitHub(time: SystemClock())
    let server = try gitHub.served()
    let sandbox = try sandbox(api(server))
    let daemon = try sandbox.run(environment: token)
    try await sandbox.await("baseline", count: 2)
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    let ended = try #require(sandbox.records("ended").first)
    #expect(ended["outcome"]?.string == "completed")
    #expect(ended["target"]?.string == "workflow:acme/shop/roll.yml@main environment=staging")
    #expect(gitHub.runs == 1 && gitHub.lastInputs == ["environment": "staging"])
    let written = try String(contentsOfFile: sandbox.path("state/audit.jsonl"), encoding: .utf8)
    #expect(!written.contains(LocalGitHub.token) && !daemon.standardError.contains(LocalGitHub.token))
  }

  @Test func `killed after the dispatch took effect it dispatches no second time`() async throws {
    let gitHub = LocalGitHub(time: SystemClock())
    gitHub.setCourse(.ends(after: .seconds(3), conclusion: "failure", failedJobs: ["apply"]))
    let server = try gitHub.served()
    let sandbox = try sandbox(api(server))
    let daemon = try sandbox.run(environment: token)
    try await sandbox.await("baseline", count: 2)
    try sandbox.rotateSecret()
    try await sandbox.await("the dispatch") { gitHub.runs == 1 }
    daemon.signal(SIGKILL)
    _ = try await daemon.status()
    let next = try sandbox.run(environment: token)
    try await sandbox.await("ended")
    #expect(try await next.stop() == 0)
    #expect(gitHub.runs == 1)
    let reason = sandbox.records("ended")[0]["reason"]?.string ?? ""
    #expect(reason.hasPrefix("its run ended with failure (apply): "), "\(reason)")
  }

  @Test func `without a token the restart is held, and says what to do`() async throws {
    let server = try LocalGitHub(time: SystemClock()).served()
    let sandbox = try sandbox(api(server))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("held")
    #expect(try await daemon.stop() == 0)
    #expect(
      sandbox.records("held")[0]["reason"]?.string?.contains("there is no token for GitHub; give one") == true
    )
  }
}
