// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Rules

struct SettingsTests {
  @Test func `every key means what it says`() throws {
    let text = """
      region: eu-west-2
      parameters: { interval: 2m, rate: 2.5 }
      secrets: { interval: 200ms, rate: 10 }
      rollouts: { interval: 1s }
      accounts:
        prod: { role: "arn:aws:iam::222222222222:role/rollwatch", externalID: example, region: eu-west-1 }
      """
    let settings = try Settings(SourceFile(path: "rollwatch.yaml", bytes: Array(text.utf8)))
    #expect(settings.region == "eu-west-2")
    #expect(settings.parameters.interval == .seconds(120) && settings.parameters.rate == 2.5)
    #expect(settings.secrets.interval == .milliseconds(200) && settings.secrets.rate == 10)
    #expect(settings.rollouts == .seconds(1))
    #expect(
      settings.accounts["prod"]
        == Settings.Account(
          role: "arn:aws:iam::222222222222:role/rollwatch", externalID: "example", region: "eu-west-1"))
  }

  @Test(arguments: ["", "# nothing\n"])
  func `a file with nothing in it means the defaults`(_ text: String) throws {
    #expect(try Settings(SourceFile(path: "rollwatch.yaml", bytes: Array(text.utf8))) == Settings())
  }

  @Test(
    arguments: [
      ("regoin: eu-west-2", "1:1: error: unknown key 'regoin' in the settings; did you mean 'region'?"),
      ("region: London", "1:9: error: 'London' is no Region; write its name, for instance eu-west-2"),
      (
        "parameters: 60s",
        "1:13: error: 'parameters' must be a mapping with the keys interval, rate, not '60s'"
      ),
      (
        "parameters: { interval: 60 }",
        "1:25: error: interval: '60' has no unit; write 60s for seconds, or ms, m, h, d"
      ),
      ("parameters: { interval: 199ms }", "1:25: error: interval is 199ms; it must be from 200ms to 365d"),
      ("secrets: { rate: fast }", "1:18: error: rate must be a number, not 'fast'"),
      ("secrets: { rate: 0 }", "1:18: error: rate is 0; it must be from 0.01 to 1000.0"),
      ("rollouts: { interval: 0s }", "1:23: error: interval is 0s; it must be from 200ms to 365d"),
      ("accounts: [a]", "1:11: error: 'accounts' must be a mapping from names to accounts, not a list"),
      (
        "accounts: { a: {} }",
        "1:13: error: account 'a' has no 'role'; add the ARN of the role to assume there"
      ),
      (
        "accounts: { a: { role: admin } }",
        "1:24: error: 'admin' is no ARN of a role; write arn:aws:iam::ACCOUNT:role/NAME"
      ),
    ])
  func `every mistake has its place`(_ text: String, _ said: String) {
    #expect(settingsComplaints(text) == ["rollwatch.yaml:" + said])
  }

  @Test func `all mistakes are told at once`() {
    let text = "regoin: x\nparameters: { interval: 1, rate: 0 }\nrollouts: 5\n"
    #expect(settingsComplaints(text).count == 4)
  }
}
