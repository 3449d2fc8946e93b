// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Rules
import Testing

/// The rules of one file, read as `run` reads them in eu-west-2.
func rules(_ text: String, accounts: [String: Settings.Account] = [:]) throws -> RuleSet {
  var settings = Settings()
  settings.accounts = accounts
  return try rules(text, settings)
}

func rules(_ text: String, _ settings: Settings) throws -> RuleSet {
  try RuleFiles(files: [SourceFile(path: "rules.yaml", bytes: Array(text.utf8))])
    .rules(defaultRegion: "eu-west-2", settings: settings)
}

/// Every line that is said about a file with mistakes in it; none where it is fine.
func complaints(_ text: String) -> [String] { complaints(Array(text.utf8)) }

func complaints(_ bytes: [UInt8]) -> [String] {
  do {
    _ = try RuleFiles(files: [SourceFile(path: "rules.yaml", bytes: bytes)])
      .rules(defaultRegion: "eu-west-2", settings: Settings())
    return []
  } catch {
    return error.all.map(\.description)
  }
}

/// Every line that is said about settings.
func settingsComplaints(_ text: String) -> [String] {
  do {
    _ = try Settings(SourceFile(path: "rollwatch.yaml", bytes: Array(text.utf8)))
    return []
  } catch {
    return error.all.map(\.description)
  }
}

/// The least that a rule needs.
func rule(_ name: String) -> String {
  "rules: [{ name: \(name), watch: [{ parameter: /a }], restart: [{ service: c/s }] }]\n"
}
