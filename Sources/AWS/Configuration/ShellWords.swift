// SPDX-License-Identifier: Apache-2.0

/// Splits text into words as a POSIX shell does, without anything being expanded: what AWS's tools do with
/// section headers and `credential_process`.
///
/// Quotes group; a backslash outside single quotes takes the next character as it is (inside double quotes
/// only before `"` and `\`). Returns nothing where a quote or a backslash is left open.
func shellWords(_ text: some StringProtocol) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  var characters = text.makeIterator()

  while let character = characters.next() {
    switch (quote, character) {
    case ("'", "'"), ("\"", "\""):
      quote = nil
    case (nil, "'"), (nil, "\""):
      quote = character
      word = word ?? ""
    case (nil, "\\"):
      guard let next = characters.next() else { return nil }
      word = (word ?? "") + String(next)
    case ("\"", "\\"):
      guard let next = characters.next() else { return nil }
      word = (word ?? "") + (next == "\"" || next == "\\" ? String(next) : "\\" + String(next))
    case (nil, _) where character.isWhitespace:
      if let ended = word { words.append(ended) }
      word = nil
    default:
      word = (word ?? "") + String(character)
    }
  }
  guard quote == nil else { return nil }
  if let ended = word { words.append(ended) }
  return words
}
