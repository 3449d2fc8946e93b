// SPDX-License-Identifier: Apache-2.0
// Ids in AWS's forms, from the generator that is part of every store: the same seed, the same ids.

import Core
import Platform

extension SeededGenerator {
  /// So many letters and digits of an alphabet.
  mutating func text(_ count: Int, of alphabet: StaticString) -> String {
    let letters = Array("\(alphabet)".utf8)
    let chosen = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &self)] }
    return String(decoding: chosen, as: UTF8.self)
  }

  /// 32 hexadecimal digits, as task ids are.
  mutating func hexID() -> String {
    [next(), next()].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }.hex
  }

  /// A random UUID in lower case, as version and request ids are.
  mutating func uuid() -> String {
    var digits = Array(hexID().utf8)
    for place in [20, 16, 12, 8] { digits.insert(UInt8(ascii: "-"), at: place) }
    return String(decoding: digits, as: UTF8.self)
  }
}
