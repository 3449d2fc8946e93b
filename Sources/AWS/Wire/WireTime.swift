// SPDX-License-Identifier: Apache-2.0

import Core

/// A time as AWS's JSON protocols write it: seconds since 1970 with a fraction, as a number.
struct WireTime: Decodable, Sendable, Hashable {
  let timestamp: Timestamp
  /// False where the sender cut the time to whole seconds, so that it may be up to a second too early.
  let hasFraction: Bool

  init?(seconds: Double) {
    // The year 33658; also refuses what is not a number and what would not fit.
    guard abs(seconds) < 1e12 else { return nil }
    timestamp = Timestamp(milliseconds: Int64((seconds * 1_000).rounded()))
    hasFraction = timestamp.milliseconds % 1_000 != 0
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = Self(seconds: try container.decode(Double.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no time")
    }
    self = time
  }
}
