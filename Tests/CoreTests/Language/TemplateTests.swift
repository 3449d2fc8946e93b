// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct TemplateTests {
  private static let filled: [(String, String)] = [
    ("web", "web"), ("{env}-{app}", "staging-web"), ("{env}{env}", "stagingstaging"), ("", ""),
    (#"\{env\}-{app}"#, "{env}-web"), (#"a\\{app}"#, #"a\web"#), ("*?/ä{app}", "*?/äweb"),
  ]

  @Test(arguments: filled)
  func `a template is filled with what was captured`(text: String, result: String) throws {
    #expect(try Template(text).filled(["env": "staging", "app": "web"]) == result)
  }

  private static let mistakes: [(String, Int)] = [("a{", 1), ("a}", 1), ("{}", 0), ("{a b}", 2), (#"ä\"#, 2)]

  @Test(arguments: mistakes)
  func `a mistake in a template is told at its place`(text: String, offset: Int) {
    let error = #expect(throws: PatternError.self) { try Template(text) }
    #expect(error?.offset == offset)
  }

  @Test func `a target is in the place of its rule`() throws {
    let prod = Location(region: "us-east-1", account: "prod")
    let template = TargetTemplate.service(cluster: try Template("{app}-cluster"), name: try Template("{app}"))
    let target = template.target(captures: ["app": "web"], location: prod)
    #expect(target == .service(ECSService(cluster: "web-cluster", name: "web", location: prod)))
    #expect("\(target)" == "ecs:web-cluster/web")
  }
}
