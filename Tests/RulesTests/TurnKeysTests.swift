// SPDX-License-Identifier: Apache-2.0
// The keys that say whose turn it is, and when.

import Core
import Testing

@testable import Rules

struct TurnKeysTests {
  private static let rest = "watch: [{ parameter: /a }], restart: [{ service: c/s }]"

  @Test func `a rule says all of it`() throws {
    let rule = try #require(
      try rules(
        """
        rules:
          - { name: first, \(Self.rest) }
          - name: services
            watch: [{ parameter: /a }]
            restart: [{ service: c/s }]
            pace: { canary: 2, concurrent: 3, soak: 10m }
            after: [first]
            urgent: true
            window: ["Mon..Fri 09:00-17:00", "Sat 10:00-12:00"]
            freeze: 2026-12-20..2027-01-02
            overdue: 24h
        """
      ).rules.last)
    #expect(rule.pace == Pace(canary: 2, soak: .seconds(600), concurrent: 3))
    #expect(rule.after == ["first"] && rule.isUrgent)
    #expect(rule.timetable.windows.first?.count == 2 && rule.timetable.freezes.count == 1)
    #expect(rule.overdue == .seconds(86_400))
  }

  @Test func `a rule that says nothing takes what the settings say`() throws {
    let text = """
      pace: { canary: 3, concurrent: 7, soak: 1m }
      window: 00:00-06:00
      freeze: [2026-12-24..2026-12-26, 2026-12-31]
      overdue: 2d
      limits: { targetsPerChange: 9 }
      """
    let settings = try Settings(SourceFile(path: "rollwatch.yaml", bytes: Array(text.utf8)))
    #expect(settings.policy == Policy(concurrent: 7, targetsPerChange: 9))
    let all = try rules(
      """
      rules:
        - { name: plain, \(Self.rest) }
        - { name: own, \(Self.rest), pace: { canary: 0 }, window: 09:00-17:00, freeze: 2027-01-01 }
      """, settings)
    #expect(all.policy == settings.policy)
    let (plain, own) = (all.rules[0], all.rules[1])
    #expect(
      plain.pace == Pace(canary: 3, soak: .seconds(60), concurrent: nil) && plain.overdue == .seconds(172_800)
    )
    #expect(
      plain.timetable == Timetable(windows: settings.defaults.windows, freezes: settings.defaults.freezes))
    #expect(own.pace == Pace(canary: 0, soak: .seconds(60), concurrent: nil))
    #expect(own.timetable.windows.first?.first?.from == 9 * 60)
    #expect(own.timetable.freezes.count == 3, "its own freeze comes to those of the settings")
  }

  @Test func `nothing said means one canary, five at once, and any time`() throws {
    let all = try rules(rule("plain"))
    #expect(all.policy == Policy(concurrent: 5, targetsPerChange: 50))
    #expect(
      all.rules[0].pace == .standard && all.rules[0].timetable == .always && all.rules[0].overdue == nil)
  }

  @Test(arguments: [
    ("pace: { canary: -1 }", "canary is -1; it must be from 0 to 100"),
    ("pace: { canary: one }", "canary must be a whole number, not 'one'"),
    ("pace: { concurrent: 0 }", "concurrent is 0; it must be from 1 to 1000"),
    ("pace: { soka: 1m }", "unknown key 'soka' in 'pace'; did you mean 'soak'?"),
    ("urgent: yes", "urgent must be true or false, not 'yes'"),
    ("overdue: 1s", "overdue is 1s; it must be from 1m to 365d"),
    ("after: [frist]", "no rule is named 'frist'; did you mean 'first'?"),
    ("after: []", "after is an empty list; give it an entry, or remove it"),
    ("window: whenever", "'whenever' has no hours"),
  ])
  func `a mistake is told with what to do`(_ key: String, _ message: String) {
    let told = complaints(
      "rules:\n  - { name: first, \(Self.rest) }\n  - { name: second, \(Self.rest), \(key) }\n")
    #expect(told.count == 1 && told[0].contains(message), "\(told)")
  }

  @Test func `rules that come after each other are told as the circle that they are`() {
    let told = complaints(
      """
      rules:
        - { name: a, \(Self.rest), after: [b] }
        - { name: b, \(Self.rest), after: [c] }
        - { name: c, \(Self.rest), after: [b, nobody], cooldown: 3 }
        - { name: d, \(Self.rest), after: [d] }
        - { name: e, \(Self.rest), after: [c, d] }
      """)
    #expect(
      told == [
        "rules.yaml:3:81: error: 'b' after 'c' after 'b': none of them could ever begin; take one 'after' away",
        "rules.yaml:4:84: error: no rule is named 'nobody'; known here: a, b, c, d, e",
        "rules.yaml:4:103: error: cooldown: '3' has no unit; write 3s for seconds, or ms, m, h, d",
        "rules.yaml:5:81: error: 'd' after 'd': none of them could ever begin; take one 'after' away",
      ])
  }

  @Test func `ten thousand rules in a row are no circle, and cost little`() throws {
    let all = (0..<10_000).map { number in
      "  - { name: r\(number), \(Self.rest)\(number > 0 ? ", after: [r\(number - 1)]" : "") }\n"
    }
    #expect(try rules("rules:\n" + all.joined()).rules.count == 10_000)
  }
}
