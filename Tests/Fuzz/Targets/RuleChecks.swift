// SPDX-License-Identifier: Apache-2.0

import Core
import Rules

func checkRules(_ bytes: [UInt8]) throws {
  let files = RuleFiles(files: [SourceFile(path: "rules.yaml", bytes: bytes)])
  do {
    let rules = try files.rules(defaultRegion: "eu-west-2", settings: Settings())
    for rule in rules.rules { try checkRule(rule) }
  } catch let diagnostics as Diagnostics {
    try checkDiagnostics(diagnostics, bytes)
  }
}

func checkSettings(_ bytes: [UInt8]) throws {
  do {
    let settings = try Settings(SourceFile(path: "rollwatch.yaml", bytes: bytes))
    for sweep in [settings.parameters, settings.secrets] {
      try expect(sweep.interval >= Limits.shortestInterval && sweep.rate > 0, "\(sweep)")
    }
    try expect(settings.rollouts >= Limits.shortestInterval, "\(settings.rollouts)")
  } catch let diagnostics as Diagnostics {
    try checkDiagnostics(diagnostics, bytes)
  }
}

/// What the engine takes for granted.
private func checkRule(_ rule: Rule) throws {
  try expect(!rule.watch.isEmpty && !rule.restart.isEmpty && !rule.name.isEmpty, "\(rule.name) is empty")
  try expect(rule.watch.count + rule.except.count <= 4 * Limits.entriesPerRule, "\(rule.name) is too large")
  let patience = rule.patience
  try expect(patience.quiet <= patience.limit && patience.quiet >= .zero, "\(rule.name): \(patience)")
  try expect(patience.cooldown >= .zero && patience.deadline >= .seconds(1), "\(rule.name): \(patience)")
}

/// Every mistake is at a place that is there, in few words.
private func checkDiagnostics(_ diagnostics: Diagnostics, _ bytes: [UInt8]) throws {
  try expect(!diagnostics.all.isEmpty, "refused without a word")
  let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 2 * bytes.count { $0 >= 0x80 } + 2
  for mistake in diagnostics.all {
    try expectWords("\(mistake)", atMost: 8_000)
    try expect(mistake.line >= 1 && mistake.column >= 1, "nowhere: \(mistake)")
    try expect(mistake.line <= lines && mistake.column <= bytes.count + 2, "not in the file: \(mistake)")
  }
}
