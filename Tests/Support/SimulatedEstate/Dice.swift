// SPDX-License-Identifier: Apache-2.0

import Core

/// Chance that follows from a seed.
struct Dice: Sendable {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  mutating func chance(_ percent: Int) -> Bool { pick(1...100) <= percent }

  mutating func one<Element>(of elements: [Element]) -> Element { elements[pick(0...elements.count - 1)] }

  /// A time in seconds, to the millisecond.
  mutating func time(_ seconds: ClosedRange<Int>) -> Duration {
    .milliseconds(pick(seconds.lowerBound * 1_000...seconds.upperBound * 1_000))
  }

  /// Another generator's seed.
  mutating func seed() -> UInt64 { generator.next() }
}
