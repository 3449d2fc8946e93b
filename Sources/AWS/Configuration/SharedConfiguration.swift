// SPDX-License-Identifier: Apache-2.0

import Platform

/// What the two shared files say: profiles, sign-in sessions and per-service settings.
public struct SharedConfiguration: Sendable {
  /// The path of the config file, whether or not it exists.
  let configPath: String?
  /// The path of the credentials file, whether or not it exists.
  let credentialsPath: String?
  private(set) var profiles: [String: Profile] = [:]
  private(set) var ssoSessions: [String: Section] = [:]
  private(set) var services: [String: Section] = [:]
  /// Headers of the config file that lack `profile `, the most common mistake in it.
  private(set) var unknownSections: [String: Origin] = [:]

  /// One profile. Where both files have a key, the credentials file's counts.
  struct Profile: Sendable {
    var config: Section?
    var credentials: Section?

    subscript(key: String) -> Setting? { credentials?[key] ?? config?[key] }
  }

  /// A file of several thousand profiles; anything larger is not a configuration.
  private static let sizeLimit = 1 << 20

  /// Reads `AWS_CONFIG_FILE` (`~/.aws/config`) and `AWS_SHARED_CREDENTIALS_FILE` (`~/.aws/credentials`). A file
  /// that does not exist is empty; one that cannot be read or understood is an error.
  public static func load(
    environment: [String: String], home: String?
  ) throws(ConfigurationFailure) -> SharedConfiguration {
    func path(_ variable: String, _ name: String) -> String? {
      nonEmpty(environment[variable]).map { expandTilde($0, home: home) } ?? home.map { $0 + "/.aws/" + name }
    }
    var shared = Self(
      configPath: path("AWS_CONFIG_FILE", "config"),
      credentialsPath: path("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    for section in try sections(of: shared.configPath) { shared.addConfig(section) }
    for section in try sections(of: shared.credentialsPath) { shared.addCredentials(section) }
    return shared
  }

  init(configPath: String?, credentialsPath: String?) {
    self.configPath = configPath
    self.credentialsPath = credentialsPath
  }

  private static func sections(of path: String?) throws(ConfigurationFailure) -> [Section] {
    guard let path else { return [] }
    do {
      let bytes = try readSmallFile(path, limit: sizeLimit)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        let line = firstInvalidLine(of: bytes)
        throw ConfigurationFailure("\(path):\(line): not UTF-8 text; save the file as UTF-8")
      }
      let parsed = try SharedFileParser.sections(of: text, path: path)
      // [profile default] and [default] are one profile: the order decides which of them stands.
      return parsed.values.sorted { $0.words.count < $1.words.count }
    } catch let failure as SmallFileFailure {
      if failure == .absent { return [] }
      throw ConfigurationFailure("\(path): \(failure.words)")
    } catch let failure as ConfigurationFailure {
      throw failure
    } catch {
      throw ConfigurationFailure("\(path): \(error)")
    }
  }

  private mutating func addConfig(_ section: Section) {
    switch (section.words.first, section.words.count) {
    case ("default", 1): profiles["default", default: Profile()].config = section
    case ("profile", 2): profiles[section.words[1], default: Profile()].config = section
    case ("sso-session", 2): ssoSessions[section.words[1]] = section
    case ("services", 2): services[section.words[1]] = section
    default: unknownSections[section.words.joined(separator: " ")] = section.origin
    }
  }

  /// In the credentials file a header is the profile's name and nothing else.
  private mutating func addCredentials(_ section: Section) {
    profiles[section.words.joined(separator: " "), default: Profile()].credentials = section
  }
}

private func firstInvalidLine(of bytes: [UInt8]) -> Int {
  let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
}

/// A variable that is set to nothing counts as not set.
func nonEmpty(_ text: String?) -> String? { text?.isEmpty == false ? text : nil }

/// `~/x` under the home directory, where there is one.
func expandTilde(_ path: String, home: String?) -> String {
  guard let home, path == "~" || path.hasPrefix("~/") else { return path }
  return home + path.dropFirst()
}
