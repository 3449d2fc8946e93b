// SPDX-License-Identifier: Apache-2.0
// Every example in rules/ and in the documents is loaded, and means what the words around it say.

import Core
import Foundation
import Rules
import Testing

struct ExampleTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private static func page(_ path: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
  }

  /// What a change of the resource leads to.
  private func targets(of name: String, _ kind: Resource.Kind, _ region: String, in rules: RuleSet)
    -> [String]
  {
    let matching = rules.rules.filter { rule in
      rule.location.region == region
        && rule.watch.contains { $0.kind == kind && $0.pattern.match(name) != nil }
        && !rule.except.contains { $0.kind == kind && $0.pattern.match(name) != nil }
    }
    return matching.flatMap { rule in
      let watch = rule.watch.first { $0.kind == kind && $0.pattern.match(name) != nil }
      let captures = watch?.pattern.match(name) ?? [:]
      return rule.restart.map { $0.target(captures: captures, location: rule.location).description }
    }
  }

  private func example(_ file: String) throws -> RuleSet {
    try RuleFiles(paths: ["\(Self.root)/rules/\(file)"]).rules(
      defaultRegion: "eu-west-2", settings: Settings())
  }

  @Test func `all examples can be read together`() throws {
    let files = try RuleFiles(paths: ["\(Self.root)/rules"])
    let rules = try files.rules(defaultRegion: "eu-west-2", settings: Settings()).rules
    #expect(!files.files.isEmpty && rules.count >= files.files.count)
  }

  @Test func `one service, but for its flags`() throws {
    let rules = try example("one-service.yaml")
    let service = ["ecs:staging-ecs-node-app-cluster/staging-ecs-node-app-service"]
    #expect(targets(of: "/staging/node-app/db/URL", .parameter, "eu-west-2", in: rules) == service)
    #expect(targets(of: "staging/node-app/db", .secret, "eu-west-2", in: rules) == service)
    #expect(targets(of: "/staging/node-app/flags/dark", .parameter, "eu-west-2", in: rules) == [])
  }

  @Test func `a whole estate by its names`() throws {
    let rules = try example("whole-estate.yaml")
    #expect(
      targets(of: "/prod/shop/URL", .parameter, "eu-west-2", in: rules)
        == ["ecs:prod-ecs-shop-cluster/prod-ecs-shop-service"])
    #expect(targets(of: "/prod", .parameter, "eu-west-2", in: rules) == [])
  }

  @Test func `a migration before the services that need it`() throws {
    let rules = try example("migration-first.yaml")
    #expect(
      targets(of: "prod/shop/db", .secret, "eu-west-2", in: rules)
        == ["task:prod/shop-migrate", "ecs:prod/shop-web", "ecs:prod/shop-worker"])
    #expect(rules.rules.map(\.after) == [[], ["shop-migrate"]])
    guard case .task(let options)? = rules.rules.first?.restart.first?.options else {
      Issue.record("it is no task")
      return
    }
    #expect(options.launch == .fargate && options.subnets.count == 1 && options.count == 1)
  }

  @Test func `groups of CodeDeploy by the names of their applications`() throws {
    let rules = try example("codedeploy.yaml")
    #expect(
      targets(of: "/prod/shop/URL", .parameter, "eu-west-2", in: rules) == ["codedeploy:shop/shop-prod"])
  }

  @Test func `a workflow for each application`() throws {
    let rules = try example("workflow.yaml")
    #expect(
      targets(of: "/prod/shop/build/THEME", .parameter, "eu-west-2", in: rules)
        == ["workflow:acme/shop/rollout.yml@main application=shop environment=prod"])
  }

  @Test func `a parameter that several services share`() throws {
    let rules = try example("shared-parameter.yaml")
    #expect(
      targets(of: "/shared/database/HOST", .parameter, "eu-west-2", in: rules)
        == ["ecs:shop/web", "ecs:shop/worker", "ecs:billing/api"])
  }

  @Test func `other Regions`() throws {
    let rules = try example("another-region.yaml")
    #expect(targets(of: "shop/key", .secret, "eu-west-1", in: rules) == ["ecs:shop/web"])
    #expect(targets(of: "shop/database", .secret, "us-east-2", in: rules) == ["ecs:shop/web"])
    #expect(targets(of: "shop/key", .secret, "eu-west-2", in: rules) == [])
  }

  @Test func `one that is careful and one that is quick`() throws {
    let rules = try example("careful-and-quick.yaml").rules
    #expect(rules.map(\.patience.quiet) == [.zero, .seconds(900)])
    #expect(rules.map(\.patience.cooldown) == [.zero, .seconds(3_600)])
  }

  @Test func `one after the other`() throws {
    let rules = try example("one-after-the-other.yaml").rules
    #expect(rules.map(\.after) == [[], ["migration"], []])
    #expect(rules[1].pace == Pace(canary: 2, soak: .seconds(600), concurrent: 1))
    #expect(rules.map(\.isUrgent) == [false, false, true])
  }

  @Test func `at night, over the weekend, and not at Christmas`() throws {
    let rules = try example("windows.yaml").rules
    #expect(rules.map { $0.timetable.windows.first?.count } == [1, 2])
    #expect(rules.map(\.overdue) == [.seconds(172_800), .seconds(259_200)])
    // 19 December 2026, 12:00 UTC: the next night is the first one frozen.
    let closure = rules[0].timetable.closed(at: Timestamp(milliseconds: 1_797_681_600_000))
    #expect(closure?.until?.description == "2027-01-03T02:00:00.000Z")
    #expect(rules[1].timetable.freezes.map(\.begins.description).last == "2027-03-31T11:00:00.000Z")
  }

  @Test func `a program with its time and its environment`() throws {
    let rules = try example("program.yaml")
    let words = "-auto-approve -input=false -replace=aws_instance.bastion"
    #expect(
      targets(of: "/prod/bastion/ALLOWED", .parameter, "eu-west-2", in: rules)
        == ["command:terraform -chdir=/srv/infra/prod apply \(words)"])
    guard case .command(let options)? = rules.rules.first?.restart.first?.options else {
      Issue.record("it is no command")
      return
    }
    #expect(options.timeout == .seconds(1_200) && options.environment["AWS_PROFILE"] == "terraform")
  }

  @Test func `units of this machine`() throws {
    let rules = try example("this-machine.yaml")
    #expect(
      targets(of: "prod/proxy/certificate", .secret, "eu-west-2", in: rules) == ["unit:proxy.service"])
    #expect(
      targets(of: "/prod/shop/config/URL", .parameter, "eu-west-2", in: rules)
        == ["unit:render@shop.service"])
  }

  // MARK: Pages

  /// The fenced blocks of a language, without their fences.
  private static func blocks(_ language: String, in path: String) throws -> [String] {
    try page(path).components(separatedBy: "\n```\(language)\n").dropFirst()
      .compactMap { $0.components(separatedBy: "\n```").first }
  }

  @Test(arguments: ["README.md", "rules/README.md", "deploy/README.md", "docs/OPERATIONS.md"])
  func `every YAML block of a page is right`(_ path: String) throws {
    let prod = try Settings(
      SourceFile(
        path: "", bytes: Array("accounts: { prod: { role: 'arn:aws:iam::222222222222:role/r' } }".utf8)))
    for block in try Self.blocks("yaml", in: path) {
      let file = SourceFile(path: path, bytes: Array(block.utf8))
      if block.contains("rules:") {
        let rules = try RuleFiles(files: [file]).rules(defaultRegion: "eu-west-2", settings: prod)
        #expect(!rules.rules.isEmpty)
      } else {
        _ = try Settings(file)
      }
    }
  }

  @Test func `the settings that the reference calls the defaults are the defaults`() throws {
    let block = try #require(
      try Self.blocks("yaml", in: "rules/README.md").first { $0.hasPrefix("parameters:") })
    #expect(try Settings(SourceFile(path: "", bytes: Array(block.utf8))) == Settings())
  }

  @Test func `the patterns of the reference match what it says`() throws {
    let rows =
      try Self.page("rules/README.md").components(separatedBy: "| does not match |\n").last?
      .split(separator: "\n", omittingEmptySubsequences: false).dropFirst().prefix { !$0.isEmpty } ?? []
    #expect(rows.count == 9)
    for row in rows {
      let cells = row.split(separator: "|").map { cell in
        cell.split(separator: "`").filter { !$0.allSatisfy { " ,".contains($0) } }.map(String.init)
      }
      let pattern = try Pattern(try #require(cells.first?.first))
      #expect(cells[1].allSatisfy { pattern.match($0) != nil }, "\(pattern.text) matches \(cells[1])")
      #expect(cells[2].allSatisfy { pattern.match($0) == nil }, "\(pattern.text) does not match \(cells[2])")
    }
  }

  @Test func `the mistakes of the reference are told in its words`() throws {
    let text = try #require(try Self.blocks("text", in: "rules/README.md").first)
    let words = try #require(
      try Self.page("rules/README.md").components(separatedBy: "--rules app.yaml\n").last?
        .components(separatedBy: "\n```").first)
    let files = RuleFiles(files: [SourceFile(path: "app.yaml", bytes: Array(text.utf8))])
    let said = #expect(throws: Diagnostics.self) {
      try files.rules(defaultRegion: "eu-west-2", settings: Settings())
    }
    #expect(said?.all.map(\.description).joined(separator: "\n") == words)
  }
}
