// SPDX-License-Identifier: Apache-2.0
// Stories told from literal journals.

import Core
import JSON
import Journal
import Testing

struct StoryTests {
  /// A rotation that breaks the first of two services, told by an operator's retry to go on.
  private static let journal = """
    {"seq":1,"time":"2026-11-23T10:00:00.000Z","kind":"started","version":"0.1.0","pid":7}
    {"seq":2,"time":"2026-11-23T10:01:00.000Z","kind":"changed","resource":"secret:shop/db","from":"v1","to":"v2","changedAt":"2026-11-23T10:00:55.000Z","targets":["ecs:shop/web","ecs:shop/api"]}
    {"seq":3,"time":"2026-11-23T10:01:30.000Z","kind":"planned","restart":"R1","target":"ecs:shop/web","rules":["shop"],"causes":[{"resource":"secret:shop/db","from":"v1","to":"v2","changedAt":"2026-11-23T10:00:55.000Z","changedBy":"alice"}]}
    {"seq":4,"time":"2026-11-23T10:01:30.000Z","kind":"held","restart":"R1","target":"ecs:shop/web","reason":"its window opens at 10:02"}
    {"seq":5,"time":"2026-11-23T10:01:30.000Z","kind":"planned","restart":"R2","target":"ecs:shop/api","rules":["shop"],"causes":[{"resource":"secret:shop/db","from":"v1","to":"v2","changedAt":"2026-11-23T10:00:55.000Z"}]}
    {"seq":6,"time":"2026-11-23T10:01:31.000Z","kind":"held","restart":"R2","target":"ecs:shop/api","reason":"R1 goes first"}
    {"seq":7,"time":"2026-11-23T10:02:30.000Z","kind":"released","restart":"R1","target":"ecs:shop/web","reason":"what it waited for has come"}
    {"seq":8,"time":"2026-11-23T10:02:31.000Z","kind":"issued","restart":"R1","target":"ecs:shop/web","deployment":"ecs-svc/1","adopted":false}
    {"seq":9,"time":"2026-11-23T10:05:33.000Z","kind":"ended","restart":"R1","target":"ecs:shop/web","deployment":"ecs-svc/1","outcome":"failed","reason":"ECS gave the deployment up","verdict":"the secret cannot be read","events":["has reached a steady state"],"stoppedTasks":["task/1: exit code 1"],"seconds":182}
    {"seq":10,"time":"2026-11-23T10:05:33.000Z","kind":"quarantined","resource":"secret:shop/db","version":"v2","restart":"R1","target":"ecs:shop/web"}
    """

  private static func records(_ further: String = "", upTo last: Int64 = .max) throws -> [JSONValue] {
    try (journal + "\n" + further).split(separator: "\n").map { try JSONValue(reading: $0.utf8) }
      .filter { $0["seq"]?.integer ?? 0 <= last }
  }

  private static func target(
    _ name: String = "shop/web", _ further: String = "", upTo last: Int64 = .max, region: String? = nil
  ) throws -> Story {
    let records = try records(further, upTo: last).filter {
      $0["target"] != nil || $0["targets"] != nil
    }
    return try Story(ofTarget: name, in: records, region: region, account: nil)
  }

  private static func resource(_ name: String, _ further: String = "", upTo last: Int64 = .max) throws
    -> Story
  {
    try Story(ofResource: name, in: records(further, upTo: last), region: nil, account: nil)
  }

  @Test func `a failed restart is told from its change to its quarantine`() throws {
    let story = try Self.target()
    #expect(story.headline == "The restart of ecs:shop/web failed after 3 m 2 s.")
    #expect(story.isBad)
    #expect(
      story.events.map { "\($0.time.toTheSecond.suffix(8)) \($0.text)" } == [
        "10:01:00 secret:shop/db changed at 2026-11-23 10:00:55 by alice, from v1 to v2",
        "10:01:30 it was planned as restart R1, by rule shop",
        "10:01:30 it waits: its window opens at 10:02",
        "10:02:30 it goes on: what it waited for has come; it had waited 1 m",
        "10:02:31 it was called: deployment ecs-svc/1 began",
        "10:05:33 it ended as failed: ECS gave the deployment up",
        "10:05:33 version v2 of secret:shop/db was put in quarantine",
      ])
    #expect(
      story.events[5].details == [
        "cause: the secret cannot be read", "stopped task: task/1: exit code 1",
        "service event: has reached a steady state",
      ])
    #expect(story.advice.contains { $0.contains("rollwatch retry ecs:shop/web") })
    #expect(story.advice.contains { $0.contains("rollwatch release secret:shop/db") })
  }

  @Test(
    arguments: [
      (2, "has not been restarted: its changes settle"), (3, "is about to be restarted"),
      (4, "is to be restarted, and waits: its window opens at 10:02"), (7, "is about to be restarted"),
      (8, "is being restarted; deployment ecs-svc/1 is followed"),
    ] as [(Int64, String)])
  func `a restart that has not ended is told as far as it has come`(last: Int64, headline: String) throws {
    let story = try Self.target(upTo: last)
    #expect(story.headline.contains(headline), "\(story.headline)")
    #expect(!story.isBad && !story.advice.isEmpty)
  }

  @Test(arguments: [
    (
      #""kind":"ended","outcome":"completed","seconds":61"#, "was restarted, which took 1 m 1 s",
      false
    ),
    (
      #""kind":"ended","outcome":"superseded","reason":"x","seconds":1"#, "newer deployment took its place",
      false
    ),
    (#""kind":"ended","outcome":"rolledBack","reason":"x","seconds":1"#, "was rolled back after 1 s", true),
    (#""kind":"ended","outcome":"late","reason":"x","seconds":3600"#, "was not at its end after 1 h", true),
    (
      #""kind":"refused","reason":"it is broken","remedy":"mend it""#, "could not be restarted: it is broken",
      true
    ),
    (#""kind":"skipped","reason":"desired count 0""#, "was not restarted: desired count 0", false),
  ])
  func `every end has its sentence`(end: String, headline: String, isBad: Bool) throws {
    let record =
      #"{"seq":9,"time":"2026-11-23T11:00:00.000Z","restart":"R1","target":"ecs:shop/web","# + end + "}"
    let story = try Self.target("shop/web", record, upTo: 8).headline
    #expect(story.contains("is being restarted"))
    let told = try Story(
      ofTarget: "ecs:shop/web",
      in: Self.records(upTo: 8).filter { $0["target"] != nil } + [try JSONValue(reading: record.utf8)],
      region: nil, account: nil)
    #expect(told.headline.contains(headline), "\(told.headline)")
    #expect(told.isBad == isBad)
  }

  @Test func `a restart by hand names who asked for it and why`() throws {
    let story = try Self.target(
      "shop/web",
      """
      {"seq":11,"time":"2026-11-23T11:00:00.000Z","kind":"ordered","order":"restart","target":"ecs:shop/web","actor":"uid 1000 (alice)","reason":"a new image"}
      {"seq":12,"time":"2026-11-23T11:00:00.000Z","kind":"planned","restart":"R3","target":"ecs:shop/web","rules":[],"causes":[],"reason":"a new image"}
      {"seq":13,"time":"2026-11-23T11:00:01.000Z","kind":"issued","restart":"R3","target":"ecs:shop/web","deployment":"ecs-svc/2","adopted":true}
      """)
    #expect(
      story.events.map(\.text) == [
        "uid 1000 (alice) ordered: restart: a new image",
        "it was asked for by hand, as restart R3: a new image",
        "deployment ecs-svc/2, which began after the change, was adopted",
      ])
  }

  @Test func `changes that came too late for the last restart are not forgotten`() throws {
    let story = try Self.target(
      "shop/web",
      #"{"seq":11,"time":"2026-11-23T11:00:00.000Z","kind":"changed","resource":"secret:shop/db","from":"v2","to":"v3","changedAt":"2026-11-23T11:00:00.000Z","targets":["ecs:shop/web"]}"#
    )
    #expect(story.advice.last?.hasPrefix("One change came after it was planned") == true)
  }

  @Test func `a resource's story says what became of each of its targets`() throws {
    let story = try Self.resource("shop/db")
    #expect(
      story.headline
        == "secret:shop/db changed; of 2 targets 0 came to a good end, 1 to a bad one, 1 is still to come.")
    #expect(
      story.events.map(\.text) == [
        "secret:shop/db changed at 2026-11-23 10:00:55, from v1 to v2",
        "ecs:shop/api is to be restarted, and waits: R1 goes first.",
        "The restart of ecs:shop/web failed after 3 m 2 s.",
        "version v2 was put in quarantine, after restart R1 of ecs:shop/web",
      ])
    #expect(story.isBad)
    #expect(story.advice[0].hasPrefix("rollwatch why ecs:shop/web"))
    #expect(story.advice[1].contains("rollwatch release secret:shop/db"))
  }

  @Test func `a resource whose targets settle says so, and one that no rule follows too`() throws {
    #expect(try Self.resource("secret:shop/db", upTo: 2).headline.contains("2 are still to come"))
    let alone =
      #"{"seq":11,"time":"2026-11-23T11:00:00.000Z","kind":"changed","resource":"parameter:/x","from":"1","to":"2","changedAt":"2026-11-23T11:00:00.000Z","targets":[]}"#
    #expect(try Self.resource("/x", alone).headline.contains("no rule leads"))
  }

  @Test func `what is not on record is said, and a name in two Regions must be told apart`() throws {
    #expect(throws: StoryFailure.self) { try Self.target("shop/nothing") }
    #expect(throws: StoryFailure.self) { try Self.resource("secret:other") }
    let abroad =
      #"{"seq":11,"time":"2026-11-23T11:00:00.000Z","kind":"skipped","restart":"R9","target":"ecs:shop/web","reason":"gone","region":"us-east-1"}"#
    #expect {
      try Self.target("shop/web", abroad)
    } throws: {
      ($0 as? StoryFailure)?.reason.contains("the daemon's Region and in us-east-1") == true
    }
    #expect(try Self.target("shop/web", abroad, region: "us-east-1").headline.contains("gone"))
    #expect(try Self.target("shop/web", abroad, region: "eu-west-2").headline.contains("failed"))
  }

  @Test(arguments: [
    (0, "0 s"), (59, "59 s"), (60, "1 m"), (61, "1 m 1 s"), (3_605, "1 h"), (90_000, "1 d 1 h"), (-5, "0 s"),
  ])
  func `durations are told in two units at most`(seconds: Int, words: String) {
    #expect(Duration.seconds(seconds).inWords == words)
  }
}
