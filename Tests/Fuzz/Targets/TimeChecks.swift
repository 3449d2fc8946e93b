// SPDX-License-Identifier: Apache-2.0

import Core

@testable import AWS

/// A time can be printed and reckoned with, and its two readers agree.
func checkTimes(_ bytes: [UInt8]) throws {
  let text = String(decoding: bytes, as: UTF8.self)
  for time in [timestamp(httpDate: text), timestamp(internetTime: text), WireTime(text[...])?.timestamp] {
    guard let time else { continue }
    try expect(abs((time - fuzzStart).milliseconds) <= 1 << 52, "\(text) is \(time)")
    try expectLine("\(time)", atMost: 40)
  }
  if let time = timestamp(internetTime: text) {
    try expect(timestamp(internetTime: "\(time)") == time, "\(text) is \(time), which is another time")
  }
  if let wire = WireTime(text[...]), let seconds = Double(text) {
    try expect(abs(Double(wire.timestamp.milliseconds) - seconds * 1_000) <= 1, "\(text) is \(wire)")
  }
}
