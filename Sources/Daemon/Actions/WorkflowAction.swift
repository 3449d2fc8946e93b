// SPDX-License-Identifier: Apache-2.0
// Workflows of GitHub Actions. A dispatch has no token to know a repetition by. Where its answer tells the run, the run is known;
// where the answer is lost, or an older GitHub tells nothing, the run is the one that was not there before.

internal import Core
internal import GitHub
internal import Platform

/// Dispatches workflows, and reads how their runs go.
struct WorkflowAction: Sendable {
  /// How long a run is looked for that GitHub has accepted and not told.
  private static let patience = Duration.seconds(60)
  private static let betweenLooks = Duration.seconds(2)

  let gitHub: GitHubClient
  let time: any TimeSource

  // MARK: Inspect

  /// The run that is followed, or else the newest runs, and whether the workflow can be dispatched.
  func inspect(_ workflow: Workflow, for look: Look) async throws(Failure) -> RunSnapshot {
    if let id = look.deployment.flatMap({ Int64($0) }) {
      let run = try await gitHub.run(id, of: workflow)
      return Self.snapshot(.ready, [try await self.run(run, of: workflow)])
    }
    guard workflow.isNamable else {
      return Self.snapshot(
        .impossible(
          reason: "\(workflow) names no workflow".printable,
          remedy: "see what the rule's captures stand for: names have letters, digits, '.', '_' and '-'"), [])
    }
    let state: String
    do throws(Failure) { state = try await gitHub.state(of: workflow) } catch {
      guard error.kind == .notFound else { throw error }
      return Self.snapshot(
        .impossible(
          reason: error.reason,
          remedy:
            "see that repository and file are right; a token that may not see the repository is told the same"
        ),
        [])
    }
    guard state == "active" else {
      return Self.snapshot(
        .impossible(
          reason: "the workflow is \(state.printable)",
          remedy: "enable it: gh workflow enable \(workflow.file)"),
        [])
    }
    let runs = try await gitHub.dispatchedRuns(of: workflow)
    return Self.snapshot(.ready, runs.map { Run($0, failedJobs: []) })
  }

  private static func snapshot(_ readiness: RunSnapshot.Readiness, _ runs: [Run]) -> RunSnapshot {
    RunSnapshot(readiness: readiness, recognition: .succession, anyRunCounts: false, runs: runs)
  }

  private func run(_ run: WorkflowRun, of workflow: Workflow) async throws(Failure) -> Run {
    guard run.hasFailed else { return Run(run, failedJobs: []) }
    // The outcome is what counts; the jobs are on its page too.
    let jobs = try? await gitHub.failedJobs(ofRun: run.id, of: workflow)
    return Run(run, failedJobs: jobs ?? [])
  }

  // MARK: Issue

  /// Starts a run and returns its id.
  func issue(_ workflow: Workflow, as restart: RestartID) async throws(Failure) -> String {
    let before = try await gitHub.dispatchedRuns(of: workflow).first?.id
    let told: Int64?
    do throws(Failure) {
      told = try await gitHub.dispatch(workflow, restart: restart.description)
    } catch {
      var failure = error
      if failure.kind == .notFound { failure.kind = .permanent }
      throw failure
    }
    if let told { return String(told) }
    let end = time.elapsed() + Self.patience
    while time.elapsed() < end {
      do throws(CancellationError) { try await time.sleep(for: Self.betweenLooks) } catch { break }
      let newest = try? await gitHub.dispatchedRuns(of: workflow).first?.id
      if let newest, newest != before { return String(newest) }
    }
    throw Failure(
      kind: .permanent,
      reason: "GitHub has accepted the dispatch, and shows no run of it; it is not dispatched again",
      mayHaveTakenEffect: false)
  }
}

extension Workflow {
  /// What a capture stands for becomes part of an address, and must not lead to another one.
  fileprivate var isNamable: Bool {
    let parts = repository.split(separator: "/", omittingEmptySubsequences: false) + [file[...]]
    return parts.count == 3 && !ref.isEmpty
      && parts.allSatisfy { part in
        !part.isEmpty && part != "." && part != ".."
          && part.utf8.allSatisfy { byte in
            0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || "-._".utf8.contains(byte)
          }
      }
  }
}

extension WorkflowRun {
  fileprivate var hasFailed: Bool {
    status == "completed"
      && !["success", "neutral", "skipped", "cancelled"].contains(conclusion ?? "success")
  }
}

extension Run {
  fileprivate init(_ run: WorkflowRun, failedJobs: [String]) {
    self.init(
      id: String(run.id), restart: nil, startedAt: run.createdAt, state: State(run, failedJobs: failedJobs))
  }
}

extension Run.State {
  fileprivate init(_ run: WorkflowRun, failedJobs: [String]) {
    let page = run.page.printable
    guard run.status == "completed" else {
      let waits = ["waiting", "action_required", "requested"].contains(run.status)
      self = .running(
        progress: waits
          ? "it waits for somebody's approval: \(page)" : "its run is \(run.status.printable): \(page)")
      return
    }
    switch run.conclusion ?? "" {
    case "success", "neutral", "skipped": self = .ended(.completed, reason: nil)
    case "cancelled": self = .ended(.failed, reason: "its run was cancelled: \(page)")
    case let conclusion:
      let jobs = failedJobs.isEmpty ? "" : " (\(failedJobs.joined(separator: ", ").printable))"
      let reason = "its run ended with \(conclusion.printable)\(jobs): \(page)"
      self = .ended(.failed, reason: String(reason.prefix(Limits.reasonCharacters)))
    }
  }
}
