// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform
import Rules

/// Where rules and settings are.
struct ConfigurationOptions: ParsableArguments {
  static let defaultSettings = "/etc/rollwatch/rollwatch.yaml"
  static let defaultRules = "/etc/rollwatch/rules.d"

  @Option(
    help: ArgumentHelp(
      "The settings file. (default: \(defaultSettings), which may be absent)", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "A rules file, or a directory whose *.yaml and *.yml are read in name order; may be given several times. "
        + "(default: \(defaultRules))", valueName: "path"))
  var rules: [String] = []

  var rulePaths: [String] { rules.isEmpty ? [Self.defaultRules] : rules }

  /// The settings; the defaults where no file was named and none is there.
  func settings() throws(Diagnostics) -> Settings {
    if let config { return try Settings(try SourceFile(path: config)) }
    guard fileExists(Self.defaultSettings) else { return Settings() }
    return try Settings(try SourceFile(path: Self.defaultSettings))
  }
}

/// Where the journal is.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The state directory, which holds the journal. (default: $STATE_DIRECTORY, else /var/lib/rollwatch)",
      valueName: "directory"))
  var state: String?

  /// The directory that was named, on the command line or by systemd.
  var named: String? {
    state ?? ProcessEnvironment["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
  }

  static let defaultDirectory = "/var/lib/rollwatch"

  var directory: String { named ?? Self.defaultDirectory }

  /// Whether it is the one that a daemon has which was told nothing else.
  var isDefault: Bool { directory == Self.defaultDirectory || directory == Self.defaultDirectory + "/" }
}
