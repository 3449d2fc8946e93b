// SPDX-License-Identifier: Apache-2.0

/// Tells one content from another, in every process and every version alike: FNV-1a over 64 bits. Quick, and no protection
/// against somebody who wants two contents to look the same.
public struct Fingerprint: Hashable, Sendable {
  /// The fingerprint of all that was added so far.
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// That of nothing.
  public init() {}

  /// Adds a text; its end is told from the next text's beginning.
  public mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    // No byte of UTF-8.
    add(UInt8(0xFF))
  }

  /// Adds a number, or that there is none.
  public mutating func add(_ number: Int64?) {
    add(UInt8(number == nil ? 0 : 1))
    let bits = UInt64(bitPattern: number ?? 0)
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: bits >> shift)) }
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }
}
