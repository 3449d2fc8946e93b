// SPDX-License-Identifier: Apache-2.0
// Which target an entry of `restart` means, what records call it, and how it is found again.

import Testing

@testable import Core

struct TargetTests {
  private static let home = Location(region: "eu-west-2", account: nil)

  private static func text(_ text: String) throws -> Template { try Template(text) }

  private static func entries() throws -> [(TargetTemplate, String)] {
    [
      (.service(cluster: try text("{app}-c"), name: try text("{app}")), "ecs:web-c/web"),
      (
        .codeDeploy(application: try text("shop"), group: try text("{app}-group")),
        "codedeploy:shop/web-group"
      ),
      (.task(cluster: try text("shop"), definition: try text("{app}:7"), .standard), "task:shop/web:7"),
      (
        .workflow(
          repository: try text("acme/{app}"), file: try text("roll.yml"), ref: try text("main"),
          inputs: ["b": try text("{app} now"), "a": try text("1")]),
        "workflow:acme/web/roll.yml@main a=1 b='web now'"
      ),
      (
        .command([try text("terraform"), try text("apply"), try text("-replace=it's.{app}")], .standard),
        #"command:terraform apply '-replace=it'\''s.web'"#
      ),
      (.unit(try text("{app}.service")), "unit:web.service"),
    ]
  }

  @Test func `each kind has its text, and is found among the entries by it`() throws {
    let entries = try Self.entries()
    for (entry, description) in entries {
      let target = entry.target(captures: ["app": "web"], location: Self.home)
      #expect(target.description == description)
      #expect(entries.filter { $0.0.canLead(to: target) }.map(\.1) == [description])
    }
  }

  @Test func `in what people are told to type it is one word of a shell`() {
    for plain in ["ecs:shop/web", "unit:app@web.service"] { #expect(plain.shellWord == plain) }
    #expect("command:sh -c 'a'".shellWord == #"'command:sh -c '\''a'\'''"#)
    #expect("unit:a$(b)".shellWord == "'unit:a$(b)'")
  }

  @Test(
    arguments: [
      ("ecs:a/b", "ecs-svc/1", "deployment ecs-svc/1"), ("codedeploy:a/b", "d-1", "deployment d-1"),
      ("task:a/b", "arn", "task arn"), ("workflow:a/b/c.yml@main", "7", "run 7"),
      ("unit:a.service", "2f", "invocation 2f"), ("command:/bin/true", "process 7", "process 7"),
    ])
  func `what a restart began is named as people name it`(_ target: String, _ id: String, _ words: String) {
    #expect(Target.begun(id, byRestartOf: target) == words)
    #expect(Target.hasTasks(target) == words.hasPrefix("deployment"))
  }

  @Test func `what is on this machine or at GitHub is in no Region`() throws {
    for (entry, description) in try Self.entries() {
      let target = entry.target(captures: ["app": "web"], location: Self.home)
      let isLocal = ["workflow", "command", "unit"].contains { description.hasPrefix($0) }
      #expect((target.location == nil) == isLocal)
    }
  }

  @Test func `words that would look alike are quoted`() {
    let texts = [["a b"], ["a", "b"], ["a", ""], ["'a'"], ["a", "'b'"], ["a\"b"]].map { words in
      Target.command(Command(words: words)).description
    }
    #expect(Set(texts).count == texts.count)
    #expect(texts[0] == "command:'a b'" && texts[1] == "command:a b" && texts[2] == "command:a ''")
  }

  @Test(arguments: [
    ("a", "a", true), ("a", "b", false), ("{x}", "a", true), ("{x}", "", false), ("a{x}", "a", false),
    ("a{x}c", "abc", true), ("a{x}c", "abcd", false), ("{x}{y}", "a", false), ("{x}{y}", "ab", true),
    ("{x}-{y}", "a-b-c", true), ("{x}ab", "abab", true), ("{x}ab", "ab", false), ("", "", true),
  ])
  func `a template can become what it can be filled to`(template: String, text: String, can: Bool) throws {
    #expect(try Template(template).canBecome(text) == can)
  }

  @Test func `a template with many captures is weighed at once`() throws {
    let template = try Template(String(repeating: "{x}a", count: 200) + "b")
    #expect(!template.canBecome(String(repeating: "a", count: 2_000)))
  }

  // MARK: In rules

  private static func rules() throws -> RuleSet {
    func rule(_ name: String, _ restart: [TargetTemplate]) throws -> Rule {
      Rule(
        name: name, location: home, watch: [Watch(kind: .parameter, pattern: try Pattern("/{app}/*"))],
        except: [], restart: restart,
        patience: .of())
    }
    func command(_ last: String, timeout: Int) throws -> TargetTemplate {
      .command(
        [try text("/bin/reload"), try text(last)],
        CommandOptions(timeout: .seconds(timeout), environment: [:]))
    }
    return RuleSet(
      rules: [
        try rule("any", [try command("{app}", timeout: 5)]),
        try rule("web", [try command("web", timeout: 9)]),
        try rule("unit", [.unit(try text("{app}.service"))]),
      ], digest: "d")
  }

  @Test func `the first rule that led to a target says how, or else the first that can`() throws {
    let rules = try Self.rules()
    let web = Target.command(Command(words: ["/bin/reload", "web"]))
    func timeout(_ names: [String]) -> Duration? {
      guard case .command(let options) = rules.options(of: web, under: names) else { return nil }
      return options.timeout
    }
    #expect(timeout(["web"]) == .seconds(9))
    #expect(timeout(["web", "any"]) == .seconds(5))
    #expect(timeout([]) == .seconds(5))
    #expect(timeout(["gone"]) == .seconds(5))
    let other = Target.command(Command(words: ["/bin/other"]))
    #expect(rules.options(of: other, under: []) == .command(.standard))
  }

  @Test func `by name only what a rule leads to is found, and a program only where nothing is captured`()
    throws
  {
    let rules = try Self.rules()
    func found(_ text: String) -> String? { rules.target(named: text, at: Self.home)?.description }
    for text in ["command:/bin/reload web", "unit:web.service"] { #expect(found(text) == text) }
    for text in [
      "command:/bin/reload other", "command:/bin/sh -c id", "unit:web.socket", "task:shop/migrate", "unit:",
    ] {
      #expect(found(text) == nil)
    }
  }
}
