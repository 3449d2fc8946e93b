// SPDX-License-Identifier: Apache-2.0

import Core

/// A time as AWS's JSON protocols write it: seconds since 1970 with a fraction, as a number.
struct WireTime: Sendable, Hashable {
  let timestamp: Timestamp
  /// False where the sender cut the time to whole seconds, so that it may be up to a second too early.
  let hasFraction: Bool

  /// Nil for what is not a number, and for times beyond the year 33658.
  init?(_ digits: Substring) {
    guard let milliseconds = Self.plain(digits.utf8) ?? Self.any(digits) else { return nil }
    timestamp = Timestamp(milliseconds: milliseconds)
    hasFraction = milliseconds % 1_000 != 0
  }

  /// The one form that is sent, `1795411608.361`, is in every entry of every listing: digit by digit it takes a tenth of the
  /// time. At most three digits of a fraction; nil for every other form.
  private static func plain(_ digits: Substring.UTF8View) -> Int64? {
    guard (1...15).contains(digits.count) else { return nil }
    var value: Int64 = 0
    var decimals: Int?
    for byte in digits {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        decimals = decimals.map { $0 + 1 }
      case UInt8(ascii: ".") where decimals == nil: decimals = 0
      default: return nil
      }
    }
    let scale: Int64
    switch decimals {
    case nil: scale = 1_000
    case 1: scale = 100
    case 2: scale = 10
    case 3: scale = 1
    default: return nil
    }
    return value < limit * 1_000 / scale ? value * scale : nil
  }

  private static func any(_ digits: Substring) -> Int64? {
    guard let seconds = Double(digits), abs(seconds) < Double(limit) else { return nil }
    return Int64((seconds * 1_000).rounded())
  }

  /// In seconds.
  private static let limit: Int64 = 1_000_000_000_000
}
