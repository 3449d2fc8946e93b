// SPDX-License-Identifier: Apache-2.0

/// Words from outside made fit for a log: their first paragraph on one line, without any of `secrets`, at
/// most 500 characters. AWS answers a bad signature with the whole canonical request, session token
/// included, in the paragraphs after the first.
func foreignText(_ text: String, without secrets: [String]) -> String {
  var text = text
  for secret in secrets where secret.utf8.count >= 8 {
    text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "[withheld]")
  }
  let paragraph = text.split(separator: "\n\n", maxSplits: 1).first ?? ""
  let line = paragraph.prefix(500).map { ($0.unicodeScalars.first?.properties.isControl ?? true) ? " " : $0 }
  return String(line)
}

extension Unicode.Scalar.Properties {
  fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}
