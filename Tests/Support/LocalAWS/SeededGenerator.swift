// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: the same sequence for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// So many letters and digits of an alphabet.
  mutating func text(_ count: Int, of alphabet: String) -> String {
    let letters = Array(alphabet)
    return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &self)] })
  }

  /// 32 hexadecimal digits, as task ids are.
  mutating func hexID() -> String { text(32, of: "0123456789abcdef") }

  /// A random UUID in lower case, as version and request ids are.
  mutating func uuid() -> String {
    let digits = hexID()
    let bounds = [0, 8, 12, 16, 20, 32]
    return zip(bounds, bounds.dropFirst())
      .map { digits.dropFirst($0).prefix($1 - $0) }
      .joined(separator: "-")
  }
}
