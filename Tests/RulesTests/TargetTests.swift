// SPDX-License-Identifier: Apache-2.0
// The entries of `restart`: what each means, and what is wrong with a wrong one.

import Core
import Testing

@testable import Rules

struct TargetTests {
  private static let home = Location(region: "eu-west-2", account: nil)

  private static func entries(_ restart: String) throws -> [TargetTemplate] {
    let text = """
      rules:
        - name: a
          watch: [{ parameter: "/{app}/*" }]
          rollout: { deadline: 20m }
          restart:
      \(restart.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
      """
    return try #require(try rules(text).rules.first).restart
  }

  @Test func `every kind means what it says`() throws {
    let entries = try Self.entries(
      """
      - service: "live/{app}"
      - codedeploy: { application: shop.api, group: "{app}-group" }
      - task: { cluster: live, definition: "migrate-{app}:7" }
      - task:
          cluster: live
          definition: migrate
          launch: fargate
          subnets: [subnet-1, subnet-2]
          securityGroups: [sg-1]
          publicIP: true
          count: 2
      - workflow: { repository: acme/shop, file: roll.yml }
      - workflow: { repository: "acme/{app}", file: roll.yaml, ref: release/1.2, inputs: { app: "{app}", times: 3, dry: true, note: "" } }
      - command: [terraform, apply, 7, "-replace=aws_instance.{app}"]
      - command: [/usr/local/bin/reload, ""]
        timeout: 90s
        environment: { MODE: live, DEPTH: 2, JSON: '{"a":1}' }
      - unit: "{app}.service"
      """)
    let texts = entries.map { $0.target(captures: ["app": "web"], location: Self.home).description }
    #expect(
      texts == [
        "ecs:live/web", "codedeploy:shop.api/web-group", "task:live/migrate-web:7", "task:live/migrate",
        "workflow:acme/shop/roll.yml@main",
        "workflow:acme/web/roll.yaml@release/1.2 app=web dry=true note='' times=3",
        "command:terraform apply 7 -replace=aws_instance.web", "command:/usr/local/bin/reload ''",
        "unit:web.service",
      ])
    #expect(
      entries.map(\.options) == [
        .none, .none, .task(.standard),
        .task(
          TaskOptions(
            launch: .fargate, subnets: ["subnet-1", "subnet-2"], securityGroups: ["sg-1"], hasPublicIP: true,
            count: 2)),
        .none, .none, .command(.standard),
        .command(
          CommandOptions(
            timeout: .seconds(90), environment: ["MODE": "live", "DEPTH": "2", "JSON": #"{"a":1}"#])),
        .none,
      ])
  }

  @Test func `a program is never waited for longer than its rollout`() throws {
    let text = """
      rules:
        - name: a
          watch: [{ parameter: /a }]
          rollout: { deadline: 1m }
          restart: [{ command: [/bin/true] }]
      """
    let options = try #require(try rules(text).rules.first?.restart.first).options
    #expect(options == .command(CommandOptions(timeout: .seconds(60), environment: [:])))
  }

  private static let mistakes: [(entry: String, column: Int, said: String)] = [
    (
      "{ service: a/b, unit: c.service }", 15,
      "an entry of 'restart' has one key of service, codedeploy, task, workflow, command, unit; make it 2 entries"
    ),
    (
      "{ timeout: 5s }", 15,
      "an entry of 'restart' has one key of service, codedeploy, task, workflow, command, unit; add it"
    ),
    ("{ unit: a.service, timeout: 5s }", 43, "'timeout' is for commands only; remove it"),
    ("{ codedeploy: { application: a } }", 29, "'group' is missing here; add it"),
    (
      "{ codedeploy: { application: a/b, group: c } }", 44,
      "'a/b': application has letters, digits and '._+=,@-' only"
    ),
    ("{ task: { cluster: c } }", 23, "'definition' is missing here; add it"),
    (
      "{ task: { cluster: \"arn:aws:ecs:eu-west-2:1:cluster/c\", definition: d } }", 34,
      "'arn:aws:ecs:eu-west-2:1:cluster/c': cluster has letters, digits, '-' and '_' only, and is no ARN"
    ),
    (
      "{ task: { cluster: c, definition: d, launch: fargat, subnets: [s] } }", 60,
      "'fargat' is no launch type; did you mean 'fargate'?"
    ),
    (
      "{ task: { cluster: c, definition: d, launch: FARGATE } }", 23,
      "Fargate runs a task in subnets of a VPC; add 'subnets'"
    ),
    (
      "{ task: { cluster: c, definition: d, publicIP: true } }", 23,
      "'publicIP' is said of the network of a task, which 'subnets' names; add it"
    ),
    (
      "{ task: { cluster: c, definition: d, count: 11 } }", 59, "count is 11; it must be from 1 to 10"
    ),
    (
      "{ task: { cluster: c, definition: d, subnets: [\"{app}\"] } }", 62,
      "'{app}' is no id; write it as AWS shows it"
    ),
    (
      "{ workflow: { repository: shop, file: a.yml } }", 41,
      "'shop': repository is written OWNER/REPOSITORY"
    ),
    (
      "{ workflow: { repository: a/b, file: .github/workflows/a.yml } }", 52,
      "'.github/workflows/a.yml': file is the name of a file in .github/workflows, without a folder"
    ),
    (
      "{ workflow: { repository: a/b, file: a.yml, inputs: [a] } }", 67,
      "'inputs' must be a mapping from names to texts, not a list"
    ),
    (
      #"{ command: ["/bin/a", "\0"] }"#, 37,
      "a word of a command has a zero byte, which no program can be given; remove it"
    ),
    (
      "{ command: sh }", 26, "command must be a list, not 'sh'"
    ),
    (
      "{ command: [bin/reload] }", 27,
      "'bin/reload' is neither a full path nor the name of a program in PATH; begin it with '/'"
    ),
    (
      "{ command: [\"{app}\"] }", 27,
      "which program runs cannot depend on what a pattern captured; pass it as an argument"
    ),
    (
      "{ command: [/a, \"{ap}\"] }", 31,
      "'{ap}' is not captured by every pattern of 'watch'; capture it in each, or split the rule"
    ),
    (
      "{ command: [/a], timeout: 31m }", 41,
      "timeout (31m) is longer than the deadline of the rule's rollout (30m), so it could never be waited for; raise 'deadline' in 'rollout', or lower the timeout"
    ),
    (
      "{ command: [/a], environment: { \"1A\": x } }", 53,
      "'1A' cannot be the name of a variable, or has no text"
    ),
    (
      "{ command: [/a], environment: { A: \"{app}\" } }", 50,
      "'{app}' is not filled in here: pass it to the program as an argument"
    ),
    ("{ unit: nginx }", 23, "a unit's name has its kind at the end; write NAME.service"),
    ("{ unit: a/b.service }", 23, "'a/b.service': unit has letters, digits and ':-_.\\@' only"),
  ]

  @Test(arguments: mistakes)
  func `every mistake has its place`(entry: String, column: Int, said: String) {
    let text = """
      rules:
        - name: a
          watch: [{ parameter: "/{app}/*" }]
          restart: [\(entry)]
      """
    #expect(complaints(text) == ["rules.yaml:4:\(column): error: \(said)"])
  }
}
