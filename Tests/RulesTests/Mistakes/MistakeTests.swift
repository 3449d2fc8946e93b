// SPDX-License-Identifier: Apache-2.0
// Every mistake a rules file can hold, and exactly what is said about it.

import Testing

/// A file with a mistake in it.
struct Mistake: Sendable, CustomTestStringConvertible {
  let what: String
  let text: String
  let said: [String]

  init(_ what: String, _ text: String, _ said: String...) {
    (self.what, self.text, self.said) = (what, text, said)
  }

  var testDescription: String { what }
}

struct MistakeTests {
  @Test(arguments: mistakesInKeysAndTypes)
  func `in keys and types`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }

  @Test(arguments: mistakesInPatternsAndTargets)
  func `in patterns and targets`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }

  @Test(arguments: mistakesInDurations)
  func `in durations`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }

  @Test(arguments: mistakesInYAML)
  func `in YAML itself`(_ mistake: Mistake) {
    #expect(complaints(mistake.text) == mistake.said)
  }
}
