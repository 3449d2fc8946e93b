// SPDX-License-Identifier: Apache-2.0
// Workflows of GitHub Actions, from the change to the end of their run, against the GitHub in memory.

import Core
import GitHub
import LocalAWS
import LocalGitHub
import Testing

@testable import Daemon

struct WorkflowActionTests {
  private static func stage(
    repository: String = "acme/shop", file: String = "roll.yml", ref: String = "main",
    inputs: [String: String] = [:]
  ) throws -> Stage {
    Stage(
      restart: .workflow(
        repository: try Template(repository), file: try Template(file), ref: try Template(ref),
        inputs: try inputs.mapValues { try Template($0) }))
  }

  private static func refusals(_ stage: Stage) -> [(reason: String, remedy: String?)] {
    stage.log.records.compactMap { record in
      if case .refused(_, _, let reason, let remedy) = record.entry { (reason, remedy) } else { nil }
    }
  }

  @Test func `a change dispatches the workflow once, with its inputs, and follows the run`() throws {
    let stage = try Self.stage(inputs: ["app": "web", "dry": "false"])
    stage.gitHub.setCourse(.ends(after: .seconds(100), conclusion: "success"))
    try stage.changesAndWaits()
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == .completed && ending.deployment == "30000000000" && ending.took >= .seconds(95))
    #expect(stage.gitHub.runs == 1)
    #expect(stage.gitHub.lastInputs == ["app": "web", "dry": "false"])
    #expect(stage.gitHub.lastUserAgent == "rollwatch/test restart/\(ending.restart)")
  }

  @Test(arguments: ["success", "neutral", "skipped"])
  func `these conclusions are good`(conclusion: String) throws {
    let stage = try Self.stage()
    stage.gitHub.setCourse(.ends(after: .seconds(10), conclusion: conclusion))
    try stage.changesAndWaits()
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test(arguments: ["failure", "timed_out", "startup_failure", "stale"])
  func `these are bad, and the failed jobs are named`(conclusion: String) throws {
    let stage = try Self.stage()
    stage.gitHub.setCourse(
      .ends(after: .seconds(10), conclusion: conclusion, failedJobs: ["apply", "smoke test"]))
    try stage.changesAndWaits()
    let ending = try #require(stage.log.endings.first)
    #expect(ending.outcome == .failed)
    #expect(
      ending.reason
        == "its run ended with \(conclusion) (apply, smoke test): https://github.com/acme/shop/actions/runs/30000000000"
    )
  }

  @Test func `one that is cancelled has failed, and one that waits for approval is late and says so`() throws
  {
    let cancelled = try Self.stage()
    cancelled.gitHub.setCourse(.ends(after: .seconds(10), conclusion: "cancelled"))
    try cancelled.changesAndWaits()
    #expect(cancelled.log.endings.first?.reason?.hasPrefix("its run was cancelled: https://") == true)
    let waiting = try Self.stage()
    waiting.gitHub.setCourse(.stays("waiting"))
    try waiting.changesAndWaits(.seconds(2_000))
    let ending = try #require(waiting.log.endings.first)
    #expect(ending.outcome == .late)
    #expect(ending.reason?.contains("it waits for somebody's approval: https://github.com/") == true)
  }

  // MARK: Once

  @Test(arguments: [true, false])
  func `a dispatch whose answer is lost is not made twice where it took effect`(tookEffect: Bool) throws {
    let stage = try Self.stage()
    stage.gitHub.dispatch()
    stage.gitHub.inject(.cut(tookEffect: tookEffect))
    try stage.changesAndWaits()
    #expect(stage.gitHub.runs == 2)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(stage.log.endings.first?.deployment == "30000000001")
  }

  @Test func `an Enterprise Server that tells no run is asked for it`() throws {
    let stage = try Self.stage()
    stage.gitHub.dispatch()
    stage.gitHub.becomeOld(listingAfter: .seconds(20))
    try stage.changesAndWaits()
    #expect(stage.gitHub.runs == 2)
    #expect(stage.log.endings.first?.deployment == "30000000001")
  }

  @Test func `a run that is never listed is told, and not dispatched again`() throws {
    let stage = try Self.stage()
    stage.gitHub.becomeOld(listingAfter: .seconds(100_000))
    try stage.changesAndWaits()
    #expect(stage.gitHub.runs == 1)
    #expect(Self.refusals(stage).first?.reason.contains("shows no run of it") == true)
  }

  @Test func `another life follows the run that the one before has begun`() throws {
    let stage = try Self.stage()
    stage.gitHub.setCourse(.ends(after: .seconds(600), conclusion: "success"))
    try stage.changesAndWaits(.seconds(120))
    #expect(stage.log.count("issued") == 1 && stage.log.endings.isEmpty)
    _ = try stage.play { stage in await stage.wait(.seconds(700)) }
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(stage.gitHub.runs == 1)
  }

  // MARK: Refused

  @Test(arguments: [
    LocalGitHub.Fault.status(500, "oops"), .status(429, "slow down"),
    .status(403, "You have exceeded a secondary rate limit", fields: [("Retry-After", "5")]),
    .status(403, "API rate limit exceeded", fields: [("X-RateLimit-Remaining", "0")]),
  ])
  func `what passes is tried again`(fault: LocalGitHub.Fault) throws {
    let stage = try Self.stage()
    stage.gitHub.inject(fault)
    try stage.changesAndWaits()
    #expect(stage.log.endings.map(\.outcome) == [.completed])
    #expect(stage.gitHub.runs == 1)
  }

  @Test func `a permission that is missing holds it`() throws {
    let stage = try Self.stage()
    stage.gitHub.inject(.status(403, "Resource not accessible by personal access token"))
    try stage.changesAndWaits()
    let reasons = stage.log.records.compactMap { record -> String? in
      if case .held(_, _, let reason) = record.entry { reason } else { nil }
    }
    #expect(reasons.first?.contains("the token needs the permission Actions: read and write") == true)
    #expect(stage.log.endings.map(\.outcome) == [.completed])
  }

  @Test func `what GitHub does not take is refused with its words`() throws {
    let stage = try Self.stage(ref: "gone")
    try stage.changesAndWaits()
    let refusal = try #require(Self.refusals(stage).first)
    #expect(refusal.reason.hasSuffix("status 422: No ref found for: gone"))
    #expect(stage.gitHub.runs == 0)
  }

  @Test(arguments: [
    ("acme/gone", "roll.yml", "status 404: Not Found"), ("acme/shop", "gone.yml", "status 404: Not Found"),
    ("acme/..", "roll.yml", "names no workflow"), ("acme/shop", "%2e%2e", "names no workflow"),
  ])
  func `a workflow that there is not is refused before anything is called`(
    repository: String, file: String, said: String
  ) throws {
    let stage = try Self.stage(repository: repository, file: file)
    try stage.changesAndWaits()
    #expect(Self.refusals(stage).first?.reason.hasSuffix(said) == true)
  }

  @Test func `a workflow that is disabled is refused`() throws {
    let stage = try Self.stage()
    stage.gitHub.setWorkflow("disabled_manually")
    try stage.changesAndWaits()
    let refusal = try #require(Self.refusals(stage).first)
    #expect(refusal.reason == "the workflow is disabled_manually")
    #expect(refusal.remedy == "enable it: gh workflow enable roll.yml")
  }

  // MARK: The token

  @Test func `without a token, or with a wrong one, it is held and says what to do`() async throws {
    let gitHub = LocalGitHub(time: Stage().world)
    for (token, words) in [(nil, "there is no token for GitHub"), ("wrong", "status 401: Bad credentials")] {
      let client = GitHubClient.client(over: gitHub, token: token)
      do throws(Failure) {
        _ = try await client.state(of: LocalGitHub.workflow)
        Issue.record("it was let in")
      } catch {
        #expect(error.kind == .denied && error.reason.contains(words))
      }
    }
  }

  @Test func `a token that is sent back reaches no error`() async throws {
    let gitHub = LocalGitHub(time: Stage().world)
    gitHub.inject(.status(422, "what is \(LocalGitHub.token)?"))
    do throws(Failure) {
      _ = try await gitHub.client.dispatch(LocalGitHub.workflow, restart: "R1")
      Issue.record("it was taken")
    } catch {
      #expect(error.reason.hasSuffix("what is [withheld]?"))
    }
  }
}
