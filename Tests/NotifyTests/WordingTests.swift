// SPDX-License-Identifier: Apache-2.0

import Core
import JSON
import Rules
import Testing

@testable import Notify

struct WordingTests {
  private static let plain = Wording(custom: nil, quoting: .plain)
  private static let slack = Wording(custom: nil, quoting: .slack)

  static func notice(_ event: Receiver.Event, _ values: [String: String], seq: Int64 = 7) -> Notice {
    Notice(seq: seq, event: event, values: values, record: ["seq": .number("\(seq)")])
  }

  @Test(
    arguments: [
      (
        .failure,
        ["target": "ecs:a/b", "outcome": "failed", "reason": "tasks failed to start.", "causes": "secret:x"],
        "The restart of ecs:a/b failed, for secret:x: tasks failed to start. The tasks that still run hold the old value. "
          + "Its story: rollwatch why ecs:a/b"
      ),
      (
        .failure,
        ["target": "ecs:a/b", "outcome": "rolledBack", "reason": "long", "verdict": "The secret is gone."],
        "The restart of ecs:a/b was rolled back: The secret is gone. The tasks that still run hold the old value. "
          + "Its story: rollwatch why ecs:a/b"
      ),
      (
        .failure, ["target": "ecs:a/b", "reason": "EXTERNAL controller", "remedy": "use another"],
        "The restart of ecs:a/b cannot be made: EXTERNAL controller; use another. The tasks that still run hold the old "
          + "value. Its story: rollwatch why ecs:a/b"
      ),
      (
        .failure, ["target": "command:/bin/reload 'a b'", "outcome": "failed", "reason": "exit status 3"],
        "The restart of command:/bin/reload 'a b' failed: exit status 3. Its story: "
          + #"rollwatch why 'command:/bin/reload '\''a b'\'''"#
      ),
      (
        .recovery, ["target": "ecs:a/b", "seconds": "12"],
        "ecs:a/b works again: its restart completed after 12 s."
      ),
      (
        .recovery, ["source": "secrets", "region": "eu-west-2", "seconds": "70"],
        "secrets in eu-west-2 can be read again after 70 s; what changed meanwhile is seen now."
      ),
      (.recovery, ["resource": "secret:x"], "secret:x is there again."),
      (
        .hold, ["target": "ecs:a/b", "reason": "outside its window"],
        "The restart of ecs:a/b waits: outside its window. It is kept, and goes on when it may. Its story: "
          + "rollwatch why ecs:a/b"
      ),
      (
        .source, ["source": "secrets", "region": "eu-west-2", "reason": "denied"],
        "secrets in eu-west-2 cannot be read: denied. Nothing is restarted for that, and changes there are seen when it "
          + "works again."
      ),
      (
        .success, ["target": "ecs:a/b", "seconds": "12", "causes": "secret:x"],
        "The restart of ecs:a/b completed after 12 s, for secret:x."
      ),
    ] as [(Receiver.Event, [String: String], String)])
  func `a sentence says what happened, to what, why, and what to do`(
    _ event: Receiver.Event, _ values: [String: String], _ text: String
  ) {
    #expect(Self.plain.text(Self.notice(event, values)) == text)
  }

  @Test func `a text of the settings is used as it is, and what a notice does not have is empty`() throws {
    let wording = Wording(
      custom: try Template("<!here> {kind}: {target} {verdict}({region})"), quoting: .slack)
    let text = wording.text(
      Self.notice(.failure, ["kind": "failure", "target": "ecs:a/b", "region": "eu-west-2"]))
    #expect(text == "<!here> `failure`: `ecs:a/b` (`eu-west-2`)")
  }

  @Test(
    arguments: [
      ("<!channel> now", "`&lt;!channel&gt; now`"), ("@here", "`@here`"),
      ("<https://evil.example|rollwatch>", "`&lt;https://evil.example|rollwatch&gt;`"),
      ("a`<@U1>`b", "`a'&lt;@U1&gt;'b`"), ("&lt;!here&gt;", "`&amp;lt;!here&amp;gt;`"),
      ("one\ntwo\r\u{2028}\u{202E}", #"`one\ntwo\r\u{2028}\u{202e}`"#), ("", ""),
    ])
  func `no text from outside is a mention, a link, a format or a line`(_ foreign: String, _ quoted: String) {
    #expect(Quoting.slack.quoted(foreign) == quoted)
  }

  @Test func `a long text is cut, inside its quotes`() {
    let quoted = Quoting.slack.quoted(String(repeating: "<", count: 2_000))
    #expect(quoted == "`" + String(repeating: "&lt;", count: 500) + "…`")
  }

  @Test func `a digest counts by kind and names the first`() {
    let failures = (1...12).map {
      Self.notice(.failure, ["target": "ecs:a/\($0)", "outcome": "failed"], seq: $0)
    }
    let holds = (13...15).map { Self.notice(.hold, ["target": "ecs:a/\($0)"], seq: $0) }
    let lines = Self.plain.digest(failures + holds).split(separator: "\n")
    #expect(lines.first == "rollwatch: 15 notices: 12 × failure, 3 × hold")
    #expect(lines.count == 12)
    #expect(lines[1].hasPrefix("- The restart of ecs:a/1 failed"))
    #expect(lines.last == "- and 5 more: rollwatch history --since 1h")
  }

  // MARK: Messages

  @Test func `a message for programs has every record whole`() throws {
    let notices = (1...12).map { Self.notice(.failure, ["target": "ecs:a/\($0)"], seq: $0) }
    let message = Message(notices, to: "hook", Self.plain)
    let document = try JSONValue(reading: message.json)
    #expect(document["receiver"]?.string == "hook" && document["kind"]?.string == "digest")
    #expect(document["notices"]?.elements.compactMap { $0["record"]?["seq"]?.integer } == Array(1...12))
    #expect(document["notices"]?.elements.first?["event"]?.string == "failure")
  }

  @Test func `a message for Slack is a text without previews`() throws {
    let message = Message([Self.notice(.recovery, ["resource": "secret:<!here>"])], to: "chat", Self.slack)
    let document = try JSONValue(reading: message.slack)
    #expect(document["text"]?.string == "`secret:&lt;!here&gt;` is there again.")
    #expect(document["unfurl_links"] == false && document["unfurl_media"] == false)
  }

  @Test func `a subject is a line of a hundred characters of ASCII`() {
    let name = "ecs:a/" + String(repeating: "ü", count: 200)
    let subject = Message([Self.notice(.failure, ["target": name])], to: "topic", Self.plain).subject
    #expect(subject.hasPrefix("rollwatch: failure ecs:a/??"))
    #expect(subject.utf8.count == 100)
  }

  @Test func `the signature is over the time and the body`() {
    let headers = WebhookSignature.headers(
      Array("{}".utf8), key: Array("0123456789abcdef".utf8), at: Timestamp(milliseconds: 1_800_000_000_999))
    #expect(headers.map(\.name) == ["Rollwatch-Timestamp", "Rollwatch-Signature"])
    #expect(headers[0].value == "1800000000")
    // printf '1800000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
    #expect(headers[1].value == "v1=1313ae9c874eb1a0868ad0b65f841c4243c23fdcfad69a3ada227726fad9960e")
  }
}
