// SPDX-License-Identifier: Apache-2.0

/// Where a setting stands, for messages: a line of a file.
struct Origin: Sendable, Hashable, CustomStringConvertible {
  let path: String
  let line: Int

  var description: String { "\(path):\(line)" }
}

/// One value of a shared file. It may be a secret key, so that neither its description nor a dump shows it.
struct Setting: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  /// The value; lines that continue it are joined by newlines. Empty where the value is a block.
  var text: String
  /// The keys and values of an indented block (`s3 =` and lines below it), empty for a plain value.
  var block: [String: String]
  let origin: Origin

  var isEmpty: Bool { text.isEmpty && block.isEmpty }
  var description: String { "Setting(\(origin))" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A section of a shared file, all its occurrences merged; of a key given twice the last counts.
struct Section: Sendable, Hashable {
  /// The words of the header: `["profile", "prod"]`.
  let words: [String]
  /// The first header.
  let origin: Origin
  var settings: [String: Setting]

  /// The value of a key, or nothing where the key is absent or empty: AWS's tools take the two for the same.
  subscript(key: String) -> Setting? {
    guard let setting = settings[key], !setting.isEmpty else { return nil }
    return setting
  }
}
