// SPDX-License-Identifier: Apache-2.0

/// Looks a setting up where AWS's tools do, in their order: the environment, then the profile.
struct SettingLookup {
  let environment: [String: String]
  let profile: SharedConfiguration.Profile

  /// A value and the words that say where it stands.
  struct Found {
    let text: String
    let place: String
  }

  /// The first that is set and not empty.
  func text(_ variables: [String], _ key: String?) -> Found? {
    for variable in variables {
      if let value = nonEmpty(environment[variable]) { return Found(text: value, place: variable) }
    }
    guard let key, let setting = profile[key] else { return nil }
    return Found(text: setting.text, place: "\(setting.origin): \(key)")
  }

  /// `true` or `false` in any case. Anything else is an error: AWS's tools disagree on what "1" or "yes" mean.
  func flag(_ variable: String, _ key: String?) throws(ConfigurationFailure) -> Bool? {
    guard let found = text([variable], key) else { return nil }
    switch found.text.lowercased() {
    case "true": return true
    case "false": return false
    default: throw ConfigurationFailure("\(found.place) is neither true nor false; write one of the two")
    }
  }

  /// A whole number within `range`.
  func number(
    _ variable: String, _ key: String?, in range: ClosedRange<Int>
  ) throws(ConfigurationFailure) -> Int? {
    guard let found = text([variable], key) else { return nil }
    guard let number = Int(found.text), range.contains(number) else {
      throw ConfigurationFailure(
        "\(found.place) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// An absolute `http` or `https` URL, without the slash at its end.
  func url(_ variables: [String], _ key: String?) throws(ConfigurationFailure) -> String? {
    try text(variables, key).map { found throws(ConfigurationFailure) in
      try checkedURL(found.text, at: found.place)
    }
  }
}

/// The URL without slashes at its end, where requests can be sent to it.
func checkedURL(_ url: String, at place: String) throws(ConfigurationFailure) -> String {
  let lowered = url.lowercased()
  let rest = lowered.hasPrefix("https://") ? lowered.dropFirst(8) : lowered.dropFirst(7)
  let host = rest.prefix { $0 != "/" }
  let isUsable =
    (lowered.hasPrefix("http://") || lowered.hasPrefix("https://")) && !host.isEmpty && !host.contains("@")
    && rest.allSatisfy { $0.isASCII && !$0.isWhitespace && $0 != "?" && $0 != "#" }
  guard isUsable else {
    throw ConfigurationFailure(
      "\(place) is not a URL to send requests to; write https://HOST or https://HOST:PORT")
  }
  var url = url[...]
  while url.last == "/" { url.removeLast() }
  return String(url)
}
