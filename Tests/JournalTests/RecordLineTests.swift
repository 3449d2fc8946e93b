// SPDX-License-Identifier: Apache-2.0

import Core
import JSON
import Testing

@testable import Journal

private let restart = #""restart":"20261123T041953Z-7f3a2c","target":"ecs:shop/web""#
private let change = #""from":"old","to":"new","changedAt":"2026-11-23T04:19:53.120Z""#
private let cause = #"{"resource":"parameter:/staging/shop/URL",\#(change)}"#
private let abroad = #","region":"us-east-1","account":"prod""#

struct RecordLineTests {
  private static let kinds: [(Record.Entry, String)] = [
    (.started(version: "0.1.0", pid: 42), #""kind":"started","version":"0.1.0","pid":42"#),
    (.stopped(reason: "SIGTERM"), #""kind":"stopped","reason":"SIGTERM""#),
    (.rulesLoaded(rules: 3, digest: "ab"), #""kind":"rulesLoaded","rules":3,"digest":"ab""#),
    (
      .baseline(Sample.parameter.scope, resources: 7),
      #""kind":"baseline","source":"parameters","region":"eu-west-2","resources":7"#
    ),
    (
      .baseline(Sample.secret.scope, resources: 7),
      #""kind":"baseline","source":"secrets","region":"us-east-1","resources":7,"account":"prod""#
    ),
    (
      .changed(Sample.change(Sample.parameter, by: "me"), targets: [Sample.target]),
      #""kind":"changed","resource":"parameter:/staging/shop/URL",\#(change),"changedBy":"me","targets":["ecs:shop/web"]"#
    ),
    (
      .changed(Sample.change(Sample.secret), targets: []),
      #""kind":"changed","resource":"secret:staging/shop/db",\#(change),"targets":[]\#(abroad)"#
    ),
    (
      .disappeared(Sample.parameter), #""kind":"disappeared","resource":"parameter:/staging/shop/URL""#
    ),
    (.returned(Sample.secret), #""kind":"returned","resource":"secret:staging/shop/db"\#(abroad)"#),
    (
      .planned(Sample.plan(causes: [Sample.change(Sample.parameter)])),
      #""kind":"planned",\#(restart),"rules":["shop","all"],"causes":[\#(cause)]"#
    ),
    (
      .planned(Sample.plan(Sample.targetAbroad, omitted: 2, reason: "by hand")),
      #""kind":"planned",\#(restart),"rules":["shop","all"],"causes":[],"omittedCauses":2,"reason":"by hand"\#(abroad)"#
    ),
    (
      .held(Sample.restart, Sample.target, reason: "why"), #""kind":"held",\#(restart),"reason":"why""#
    ),
    (
      .released(Sample.restart, Sample.target, reason: "why"),
      #""kind":"released",\#(restart),"reason":"why""#
    ),
    (
      .issued(Sample.restart, Sample.target, deployment: "d", adopted: true),
      #""kind":"issued",\#(restart),"deployment":"d","adopted":true"#
    ),
    (
      .refused(Sample.restart, Sample.target, reason: "why", remedy: "how"),
      #""kind":"refused",\#(restart),"reason":"why","remedy":"how""#
    ),
    (
      .refused(Sample.restart, Sample.targetAbroad, reason: "why", remedy: nil),
      #""kind":"refused",\#(restart),"reason":"why"\#(abroad)"#
    ),
    (
      .skipped(Sample.restart, Sample.target, reason: "why"), #""kind":"skipped",\#(restart),"reason":"why""#
    ),
    (
      .ended(Sample.ending(.completed)),
      #""kind":"ended",\#(restart),"deployment":"ecs-svc/1","outcome":"completed","seconds":122.34"#
    ),
    (
      .ended(
        Sample.ending(
          .rolledBack, Sample.targetAbroad, reason: "why", verdict: "cause", events: ["e"],
          stoppedTasks: ["t"], took: .seconds(3))),
      #""kind":"ended",\#(restart),"deployment":"ecs-svc/1","outcome":"rolledBack","reason":"why","verdict":"cause","#
        + #""events":["e"],"stoppedTasks":["t"],"seconds":3\#(abroad)"#
    ),
    (
      .sourceFailing(Sample.secret.scope, error: "why"),
      #""kind":"sourceFailing","source":"secrets","region":"us-east-1","error":"why","account":"prod""#
    ),
    (
      .sourceRecovered(Sample.parameter.scope, after: .milliseconds(1_500)),
      #""kind":"sourceRecovered","source":"parameters","region":"eu-west-2","seconds":1.5"#
    ),
  ]

  @Test func `a change of a whole fleet names a thousand targets and counts the rest`() {
    let targets = (0..<1_002).map { number in
      Target.service(ECSService(cluster: "c", name: "s\(number)", location: Sample.home))
    }
    let record = Record(
      time: Sample.time, entry: .changed(Sample.change(Sample.parameter), targets: targets))
    let value = JSONValue.object(record.fields(home: Sample.home))
    #expect(value["targets"]?.elements.count == 1_000)
    #expect(value["omittedTargets"] == 2)
  }

  @Test(arguments: kinds)
  func `every kind is written with its keys in their order`(entry: Record.Entry, expected: String) {
    let fields = Record(time: Sample.time, entry: entry).fields(home: Sample.home)
    #expect(JSONValue.object(fields).line == #"{"time":"2026-11-23T04:19:53.120Z",\#(expected)}"#)
  }

  @Test(arguments: [
    (0, "0"), (1, "0.001"), (10, "0.01"), (100, "0.1"), (1_000, "1"), (1_230, "1.23"), (-1, "-0.001"),
    (-1_500, "-1.5"), (86_400_000, "86400"),
  ])
  func `seconds have no more decimals than they need`(milliseconds: Int, expected: String) throws {
    let entry = Record.Entry.sourceRecovered(Sample.parameter.scope, after: .milliseconds(milliseconds))
    let fields = Record(time: Sample.time, entry: entry).fields(home: Sample.home)
    #expect(fields.last?.value == .number(expected))
  }
}
