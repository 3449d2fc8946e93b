// SPDX-License-Identifier: Apache-2.0

import Core
import Testing

@testable import Rules

struct ReceiverTests {
  private func receivers(_ text: String) throws -> [Receiver] {
    try Settings(SourceFile(path: "rollwatch.yaml", bytes: Array(text.utf8))).receivers
  }

  @Test func `every way and key means what it says`() throws {
    let receivers = try receivers(
      """
      accounts: { prod: { role: "arn:aws:iam::222222222222:role/rollwatch" } }
      notify:
        - { name: on-call, slack: { credential: slack-url } }
        - { name: chat, slack: { environment: CHAT_URL }, events: [success, failure], digest: 5m, text: "{target}!" }
        - { name: hook, webhook: { url: "https://example.com/hook", key: { credential: hook-key } } }
        - { name: local, webhook: { url: "http://127.0.0.1:8080/" }, digest: 0s }
        - { name: hidden, webhook: { url: { credential: hook-url } } }
        - { name: topic, sns: { topic: "arn:aws:sns:eu-west-2:111111111111:alerts", account: prod } }
        - { name: pager, command: [/usr/local/bin/page, --from, 7] }
      """)
    #expect(
      receivers.map(\.channel) == [
        .slack(.credential("slack-url")), .slack(.environment("CHAT_URL")),
        .webhook(.url("https://example.com/hook"), key: .credential("hook-key")),
        .webhook(.url("http://127.0.0.1:8080/"), key: nil),
        .webhook(.secret(.credential("hook-url")), key: nil),
        .topic(
          arn: "arn:aws:sns:eu-west-2:111111111111:alerts", Location(region: "eu-west-2", account: "prod")),
        .command(["/usr/local/bin/page", "--from", "7"]),
      ])
    #expect(receivers[0].events == [.failure, .recovery, .hold, .quarantine, .disappearance, .source])
    #expect(receivers[0].digest == .seconds(30) && receivers[0].text == nil)
    #expect(receivers[1].events == [.success, .failure] && receivers[1].digest == .seconds(300))
    #expect(receivers[1].text == (try Template("{target}!")))
  }

  @Test(
    arguments: [
      ("notify: a", "1:9: error: 'notify' must be a list, not 'a'"),
      ("notify: []", "1:9: error: 'notify' is an empty list; give it an entry, or remove it"),
      ("notify: [{ slack: { credential: a } }]", "1:10: error: this receiver has no 'name'; add it"),
      (
        "notify: [{ name: a b, slack: { credential: a } }]",
        "1:18: error: 'a b' is no receiver's name; use letters, digits, '.', '_' and '-', at most 64"
      ),
      (
        "notify: [{ name: a }]",
        "1:10: error: this receiver has no way to reach it; give it one of webhook, slack, sns, command"
      ),
      (
        "notify: [{ name: a, slack: { credential: a }, command: [/a] }]",
        "1:10: error: this receiver has several ways to reach it: slack, command; give it one of webhook, slack, sns, command"
      ),
      (
        "notify: [{ name: a, slack: \"https://example.com/TOKEN\" }]",
        "1:28: error: slack is a secret and does not belong here; write slack: { credential: NAME }, or environment: NAME"
      ),
      (
        "notify: [{ name: a, webhook: { url: \"https://a.example\", key: hunter2 } }]",
        "1:63: error: key is a secret and does not belong here; write key: { credential: NAME }, or environment: NAME"
      ),
      (
        "notify: [{ name: a, slack: {} }]",
        "1:28: error: 'slack' needs either 'credential' or 'environment'; name where the secret is"
      ),
      (
        "notify: [{ name: a, slack: { credential: ../key } }]",
        "1:42: error: '../key…' cannot be the name of a secret; write the name here and the secret there"
      ),
      ("notify: [{ name: a, webhook: {} }]", "1:30: error: this webhook has no 'url'; add it"),
      (
        "notify: [{ name: a, webhook: { url: \"http://example.com/\" } }]",
        "1:37: error: the URL is not https, and leads off this machine; write https://…"
      ),
      (
        "notify: [{ name: a, webhook: { url: \"http://127.0.0.1.example.com/\" } }]",
        "1:37: error: the URL is not https, and leads off this machine; write https://…"
      ),
      (
        "notify: [{ name: a, webhook: { url: \"https://me@example.com/\" } }]",
        "1:37: error: the URL names no host, or a user; write https://…"
      ),
      (
        "notify: [{ name: a, sns: { topic: alerts } }]",
        "1:35: error: 'alerts' is no ARN of a standard topic; write arn:aws:sns:REGION:ACCOUNT:NAME"
      ),
      (
        "notify: [{ name: a, sns: { topic: \"arn:aws:sns:eu-west-2:111111111111:a.fifo\" } }]",
        "1:35: error: 'arn:aws:sns:eu-west-2:111111111111:a.fifo' is no ARN of a standard topic; write "
          + "arn:aws:sns:REGION:ACCOUNT:NAME"
      ),
      (
        "notify: [{ name: a, command: [page] }]",
        "1:31: error: 'page' is no full path; write where the program is, beginning with '/'"
      ),
      (
        "notify: [{ name: a, command: [/page], events: [failures] }]",
        "1:48: error: 'failures' is no event; did you mean 'failure'?"
      ),
      (
        "notify: [{ name: a, command: [/page], digest: 2h }]",
        "1:47: error: digest is 2h; it must be from 0s to 1h"
      ),
      (
        "notify: [{ name: a, command: [/page], text: \"{tarket}\" }]",
        "1:45: error: '{tarket}' is nothing that a notice has; did you mean 'target'?"
      ),
      (
        "notify: [{ name: a, command: [/a] }, { name: a, command: [/a] }]",
        "1:38: error: another receiver is named 'a'; give this one another name"
      ),
      (
        "notify: [{ name: a, sns: { topic: \"arn:aws:sns:eu-west-2:111111111111:a\", account: prod } }]",
        "1:84: error: no account is named 'prod'; add it to 'accounts'"
      ),
    ])
  func `every mistake has its place`(_ text: String, _ said: String) {
    #expect(settingsComplaints(text) == ["rollwatch.yaml:" + said])
  }
}
