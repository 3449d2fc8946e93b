// SPDX-License-Identifier: Apache-2.0
// What valid files mean.

import Core
import Testing

@testable import Rules

struct RuleTests {
  private let estate = """
    rules:
      - name: node-app
        watch:
          - parameter: /staging/node-app/**
          - secret: staging/node-app/*
        except:
          - parameter: /staging/node-app/flags/**
        restart:
          - service: staging-ecs-node-app-cluster/staging-ecs-node-app-service
        debounce: { quiet: 10s, limit: 1m }
        cooldown: 3m
        rollout: { deadline: 15m }
      - name: every-app
        watch: [{ parameter: "/{env}/{app}/**" }, { secret: "{env}/{app}/*" }]
        restart: [{ service: "{env}-ecs-{app}-cluster/{env}-ecs-{app}-service" }]
    """

  @Test func `every key means what it says`() throws {
    let rule = try #require(try rules(estate).rules.first)
    #expect(rule.name == "node-app" && rule.location == Location(region: "eu-west-2", account: nil))
    #expect(rule.watch.map(\.kind) == [.parameter, .secret])
    #expect(rule.watch.map(\.pattern.text) == ["/staging/node-app/**", "staging/node-app/*"])
    #expect(rule.except.map(\.pattern.text) == ["/staging/node-app/flags/**"])
    #expect(
      rule.patience
        == Patience(
          quiet: .seconds(10), limit: .seconds(60), cooldown: .seconds(180), deadline: .seconds(900)))
  }

  @Test func `what is not written has its default`() throws {
    let rule = try #require(try rules(rule("a")).rules.first)
    #expect(rule.except.isEmpty)
    #expect(
      rule.patience
        == Patience(
          quiet: .seconds(30), limit: .seconds(300), cooldown: .seconds(120), deadline: .seconds(1_800)))
  }

  @Test(
    arguments: [
      ("{ quiet: 10m }", 600, 600), ("{ limit: 10s }", 10, 10), ("{ quiet: 0s, limit: 0s }", 0, 0),
      ("{ quiet: 5m, limit: 5m }", 300, 300), ("{ limit: 1h }", 30, 3_600),
    ])
  func `one half of debounce never makes the other wrong`(_ text: String, _ quiet: Int, _ limit: Int) throws {
    let rules = try rules(
      "rules: [{ name: a, watch: [{ parameter: /a }], restart: [{ service: c/s }], debounce: \(text) }]")
    #expect(rules.rules.first?.patience.quiet == .seconds(quiet))
    #expect(rules.rules.first?.patience.limit == .seconds(limit))
  }

  @Test func `captures fill in the target`() throws {
    let rule = try #require(try rules(estate).rules.last)
    let captures = try #require(rule.watch.first?.pattern.match("/prod/shop/db/url"))
    #expect(captures == ["env": "prod", "app": "shop"])
    let target = rule.restart.first?.target(captures: captures, location: rule.location)
    #expect(target?.description == "ecs:prod-ecs-shop-cluster/prod-ecs-shop-service")
  }

  @Test func `a rule may be for another Region or account`() throws {
    let prod = Settings.Account(
      role: "arn:aws:iam::222222222222:role/r", externalID: nil, region: "eu-west-1")
    let text = """
      rules:
        - { name: a, account: prod, watch: [{ secret: a }], restart: [{ service: c/s }] }
        - { name: b, account: prod, region: us-east-1, watch: [{ secret: a }], restart: [{ service: c/s }] }
        - { name: c, region: us-east-1, watch: [{ secret: a }], restart: [{ service: c/s }] }
      """
    #expect(
      try rules(text, accounts: ["prod": prod]).rules.map(\.location) == [
        Location(region: "eu-west-1", account: "prod"), Location(region: "us-east-1", account: "prod"),
        Location(region: "us-east-1", account: nil),
      ])
  }

  @Test(
    arguments: [
      ("parameter", "arn:aws:ssm:eu-west-2:123456789012:parameter/a/b", ["/a/b"]),
      ("parameter", "arn:aws:ssm:eu-west-2:123456789012:parameter/a", ["/a", "a"]),
      ("parameter", "arn:aws:ssm:eu-west-2:123456789012:parameter/a/*", ["/a/*"]),
      (
        "secret", "arn:aws:secretsmanager:eu-west-2:123456789012:secret:a/db-AbC123", ["a/db", "a/db-AbC123"]
      ),
      ("secret", "arn:aws:secretsmanager:eu-west-2:123456789012:secret:a/db", ["a/db"]),
      (
        "secret", "arn:aws:secretsmanager:eu-west-2:123456789012:secret:my-secret", ["my", "my-secret"]
      ),
    ])
  func `an ARN stands for the name in it`(_ kind: String, _ arn: String, _ names: [String]) throws {
    let rules = try rules("rules: [{ name: a, watch: [{ \(kind): '\(arn)' }], restart: [{ service: c/s }] }]")
    #expect(rules.rules.first?.watch.map(\.pattern.text) == names)
  }

  @Test func `a service may be written as its ARN`() throws {
    let arn = "arn:aws:ecs:eu-west-2:123456789012:service/c/s"
    let rules = try rules(
      "rules: [{ name: a, watch: [{ parameter: /a }], restart: [{ service: '\(arn)' }] }]")
    let rule = try #require(rules.rules.first)
    #expect(rule.restart.first?.target(captures: [:], location: rule.location).description == "ecs:c/s")
  }

  @Test func `where no Region is known, ARNs of any are right`() throws {
    let arn = "arn:aws:ssm:ap-southeast-2:123456789012:parameter/a/b"
    let text = "rules: [{ name: a, watch: [{ parameter: '\(arn)' }], restart: [{ service: c/s }] }]"
    let files = RuleFiles(files: [SourceFile(path: "rules.yaml", bytes: Array(text.utf8))])
    #expect(try files.rules(defaultRegion: nil, settings: Settings()).rules.count == 1)
    #expect(throws: Diagnostics.self) { try files.rules(defaultRegion: "eu-west-2", settings: Settings()) }
  }

  @Test func `a quoted word is text whatever it looks like`() throws {
    let text = #"rules: [{ name: "7", watch: [{ secret: "true" }], restart: [{ service: c/s }] }]"#
    let rule = try #require(try rules(text).rules.first)
    #expect(rule.name == "7" && rule.watch.first?.pattern.text == "true")
  }

  @Test(arguments: ["\u{FEFF}", ""])
  func `a byte order mark and Windows line ends change nothing`(_ mark: String) throws {
    let text = mark + estate.replacing("\n", with: "\r\n")
    #expect(try rules(text).rules == rules(estate).rules)
  }

  @Test func `the digest is of the files and of nothing else`() throws {
    #expect(try rules(estate).digest == rules(estate).digest)
    #expect(try rules(estate).digest != rules(estate + "\n").digest)
    #expect(try rules(estate).digest.utf8.count == 64)
  }
}
