// SPDX-License-Identifier: Apache-2.0

import AWS
import Core
import Daemon
import Folders
import Foundation
import LocalGitHub
import Platform
import Testing

/// Real programs, by the machine's own clock.
struct CommandActionTests {
  private static let home = Location(region: "eu-west-2", account: nil)
  private static let change = Change(
    resource: Resource(scope: Scope(kind: .secret, location: home), name: "shop/db"), from: "v1", to: "v2",
    changedAt: Timestamp(milliseconds: 1_800_000_000_000), changedBy: "arn:aws:iam::123456789012:user/alice")

  private let folder = TemporaryFolder()

  private func actions(_ environment: [String: String] = ["PATH": "/usr/bin:/bin"]) -> TargetActions {
    let clients = AWSClients { _ throws(Failure) in
      throw Failure(kind: .permanent, reason: "no AWS here", mayHaveTakenEffect: false)
    }
    return TargetActions(clients, .unused, environment: environment, time: SystemClock())
  }

  private func shell(_ script: String) -> Target {
    .command(Command(words: ["/bin/sh", "-c", script, "script", folder.path]))
  }

  private func assignment(_ target: Target, _ options: CommandOptions = .standard, causes: [Change] = [])
    -> Assignment
  {
    Assignment(
      target: target, options: .command(options), restart: RestartID("r-1"), rules: ["infra"], causes: causes)
  }

  private func begin(_ actions: TargetActions, _ assignment: Assignment) async throws -> String {
    let receipt = try await actions.issue(assignment)
    guard case .began(let id) = receipt else {
      Issue.record("withheld")
      return ""
    }
    return id
  }

  private func snapshot(_ actions: TargetActions, _ target: Target) async throws -> RunSnapshot {
    let found = Locked<Result<Inspection, Failure>?>(nil)
    await actions.inspect([Look(target: target, restart: RestartID("r-1"), plannedAt: nil, deployment: nil)])
    { _, result in
      found.withLock { $0 = result }
    }
    guard case .runs(let snapshot) = try #require(found.withLock { $0 }).get() else {
      throw Failure(kind: .permanent, reason: "no snapshot of runs", mayHaveTakenEffect: false)
    }
    return snapshot
  }

  /// Looks until the run has ended.
  private func end(_ actions: TargetActions, _ target: Target) async throws -> Run.State {
    while true {
      let snapshot = try await snapshot(actions, target)
      let run = try #require(snapshot.runs.first)
      #expect(run.restart == RestartID("r-1") && snapshot.recognition == .memory && !snapshot.anyRunCounts)
      guard case .running = run.state else { return run.state }
      await Task.yield()
    }
  }

  private func text(_ name: String) throws -> String {
    try folder.text(of: name)
  }

  @Test func `a program that ends with 0 has completed, and gets the changes as JSON`() async throws {
    let actions = actions()
    let target = shell("cat >$1/input")
    let state = try await actions.during { () async throws in
      let id = try await begin(actions, assignment(target, causes: [Self.change]))
      #expect(id.hasPrefix("process "))
      return try await end(actions, target)
    }
    #expect(state == .ended(.completed, reason: nil))
    let document = try JSONSerialization.jsonObject(with: Data(try text("input").utf8)) as? [String: Any]
    #expect(document?["restart"] as? String == "r-1" && document?["target"] as? String == target.description)
    #expect(document?["rules"] as? [String] == ["infra"])
    let causes = document?["causes"] as? [[String: String]]
    #expect(
      causes == [
        [
          "resource": "secret:shop/db", "from": "v1", "to": "v2",
          "changedAt": Self.change.changedAt.description,
          "changedBy": "arn:aws:iam::123456789012:user/alice", "region": "eu-west-2",
        ]
      ])
  }

  @Test func `its environment is what is no secret, what the rule says, and what names the restart`()
    async throws
  {
    let actions = actions([
      "PATH": "/usr/bin:/bin", "HOME": "/", "AWS_REGION": "eu-west-2", "AWS_SECRET_ACCESS_KEY": "hidden",
      "NOTIFY_SOCKET": "hidden", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "hidden",
    ])
    let target = shell("env | sort | grep -v ^PWD= >$1/environment")
    let options = CommandOptions(
      timeout: .seconds(60), environment: ["TF_IN_AUTOMATION": "1", "HOME": "/srv"])
    _ = try await actions.during { () async throws in
      _ = try await begin(actions, assignment(target, options))
      return try await end(actions, target)
    }
    let lines = try text("environment").split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(4) == ["AWS_REGION=eu-west-2", "HOME=/srv", "PATH=/usr/bin:/bin", "ROLLWATCH_RESTART=r-1"])
    #expect(lines[4].hasPrefix("ROLLWATCH_TARGET=command:/bin/sh -c ") && lines.last == "TF_IN_AUTOMATION=1")
    #expect(!lines.contains { $0.contains("hidden") })
  }

  @Test(
    arguments: [
      (
        "echo one >&2; printf 'no \\033[2Jroute\\n' >&2; exit 3",
        #"it ended with exit status 3: no \u{1b}[2Jroute"#
      ),
      ("exit 2", "it ended with exit status 2"), ("kill -9 $$", "it ended with signal 9"),
    ])
  func `any other end is a failure, with its last words`(_ script: String, _ reason: String) async throws {
    let actions = actions()
    let target = shell(script)
    let state = try await actions.during { () async throws in
      _ = try await begin(actions, assignment(target))
      return try await end(actions, target)
    }
    #expect(state == .ended(.failed, reason: reason))
  }

  @Test func `last words are cut`() async throws {
    let actions = actions()
    let target = shell("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1")
    let state = try await actions.during { () async throws in
      _ = try await begin(actions, assignment(target))
      return try await end(actions, target)
    }
    guard case .ended(.failed, let reason?) = state else { return #expect(Bool(false), "\(state)") }
    #expect(reason.count == Limits.reasonCharacters)
  }

  @Test(.timeLimit(.minutes(2)))
  func `one that runs longer than it may is killed, and that is a failure`() async throws {
    let actions = actions()
    let target = shell("echo $$ >$1/self; echo stuck >&2; exec sleep 600")
    let state = try await actions.during { () async throws in
      _ = try await begin(
        actions, assignment(target, CommandOptions(timeout: .seconds(1), environment: [:])))
      return try await end(actions, target)
    }
    #expect(state == .ended(.failed, reason: "it ran longer than 1s and was killed: stuck"))
    #expect(!FileManager.default.fileExists(atPath: "/proc/\(try text("self").filter(\.isNumber))"))
  }

  @Test(.timeLimit(.minutes(2)))
  func `what still runs when the daemon stops is ended, and unknown to its next life`() async throws {
    let first = actions()
    let target = shell("echo $$ >$1/self; exec sleep 600")
    try await first.during { () async throws in
      _ = try await begin(first, assignment(target))
      #expect(try await snapshot(first, target).runs.count == 1)
      guard case .busy = try await snapshot(first, target).readiness else {
        Issue.record("it should be busy")
        return
      }
      while (try? text("self").filter(\.isNumber).isEmpty) != false { await Task.yield() }
    }
    #expect(!FileManager.default.fileExists(atPath: "/proc/\(try text("self").filter(\.isNumber))"))
    let second = try await snapshot(actions(), target)
    #expect(second.recognition == .memory && second.runs.isEmpty && second.readiness == .ready)
  }

  @Test(arguments: ["/nowhere/program", "no-such-program", "/tmp"])
  func `what cannot be run is refused before it is tried, and where it is tried`(_ name: String) async throws
  {
    let target = Target.command(Command(words: [name]))
    guard case .impossible(let reason, _) = try await snapshot(actions(), target).readiness else {
      Issue.record("it is not possible")
      return
    }
    #expect(reason.contains(name))
    let failure = await #expect(throws: Failure.self) {
      let actions = actions()
      try await actions.during { () async throws in _ = try await begin(actions, assignment(target)) }
    }
    #expect(failure?.kind == .permanent && failure?.mayHaveTakenEffect == false)
  }

  @Test func `a bare name is looked for in the daemon's PATH, whatever the rule says of the program's`()
    async throws
  {
    let actions = actions()
    let target = Target.command(Command(words: ["true"]))
    let options = CommandOptions(timeout: .seconds(60), environment: ["PATH": "/nowhere"])
    let state = try await actions.during { () async throws in
      _ = try await begin(actions, assignment(target, options))
      return try await end(actions, target)
    }
    #expect(state == .ended(.completed, reason: nil))
  }
}
