// SPDX-License-Identifier: Apache-2.0

import Core
import JSON
import Rules
import Testing

@testable import Notify

struct TidingTests {
  private static let home = Location(region: "eu-west-2", account: nil)
  private static let target = "ecs:shop/web  "

  private func tiding(_ record: JSONValue, failing: Set<String> = []) -> Tiding {
    Tiding(seq: 7, record: record, failing: failing, home: Self.home) { restart in
      restart == "R1" ? [["resource": "secret:shop/db"], ["resource": "parameter:/shop/URL"]] : []
    }
  }

  @Test(
    arguments: [
      ("started", nil), ("stopped", nil), ("rulesLoaded", nil), ("baseline", nil), ("changed", nil),
      ("disappeared", .disappearance), ("returned", .recovery), ("planned", nil), ("held", .hold),
      ("released", nil), ("issued", nil), ("refused", .failure), ("skipped", nil),
      ("quarantined", .quarantine),
      ("unquarantined", nil), ("ordered", nil), ("sourceFailing", .source), ("sourceRecovered", .recovery),
      ("of a later version", nil),
    ] as [(String, Receiver.Event?)])
  func `each kind of record is one event, or none`(_ kind: String, _ event: Receiver.Event?) {
    #expect(tiding(["kind": .string(kind), "target": "ecs:shop/web"]).notice?.event == event)
  }

  @Test(
    arguments: [
      ("failed", .failure), ("rolledBack", .failure), ("late", .failure), ("superseded", nil),
      ("completed", .success),
    ] as [(String, Receiver.Event?)])
  func `the outcome of an end decides`(_ outcome: String, _ event: Receiver.Event?) {
    let record: JSONValue = ["kind": "ended", "target": "ecs:shop/web", "outcome": .string(outcome)]
    #expect(tiding(record).notice?.event == event)
  }

  @Test func `the next restart that completes after a failure is the recovery`() {
    let completed: JSONValue = ["kind": "ended", "target": "ecs:shop/web", "outcome": "completed"]
    let tiding = tiding(completed, failing: [Self.target])
    #expect(tiding.notice?.event == .recovery)
    #expect(tiding.change == .mended(Self.target))
  }

  @Test func `a target of the same name in another Region has not recovered`() {
    let completed: JSONValue = [
      "kind": "ended", "target": "ecs:shop/web", "outcome": "completed", "region": "eu-west-1",
    ]
    #expect(tiding(completed, failing: [Self.target]).notice?.event == .success)
  }

  @Test func `a failure is remembered, a hold is not`() {
    #expect(tiding(["kind": "refused", "target": "ecs:shop/web"]).change == .failed(Self.target))
    #expect(tiding(["kind": "held", "target": "ecs:shop/web"]).change == nil)
  }

  @Test func `a notice has what its record has, its causes, and where it is`() {
    let record: JSONValue = [
      "seq": 7, "kind": "ended", "restart": "R1", "target": "ecs:shop/web", "outcome": "failed",
      "reason": "no", "seconds": .number("12.5"),
    ]
    let values = tiding(record).notice?.values
    #expect(
      values == [
        "kind": "failure", "restart": "R1", "target": "ecs:shop/web", "outcome": "failed", "reason": "no",
        "seconds": "12.5", "causes": "secret:shop/db, parameter:/shop/URL", "region": "eu-west-2",
      ])
  }

  @Test func `the error of a source is its reason too`() {
    let values = tiding([
      "kind": "sourceFailing", "source": "secrets", "region": "eu-west-1", "error": "denied",
    ]).notice?.values
    #expect(values?["reason"] == "denied" && values?["region"] == "eu-west-1")
  }
}
