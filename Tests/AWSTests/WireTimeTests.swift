// SPDX-License-Identifier: Apache-2.0

import Core
import JSON
import Testing

@testable import AWS

struct WireTimeTests {
  private func time(_ json: String) throws -> WireTime {
    try JSONReader.read(Array(json.utf8)) { (json) throws(JSONFailure) in try json.time() }
  }

  @Test(
    arguments: [
      ("1581968848.926", 1_581_968_848_926, true), ("1795411608", 1_795_411_608_000, false),
      ("1.795411608361E9", 1_795_411_608_361, true), ("1763870393.5", 1_763_870_393_500, true),
      ("1763870393.25", 1_763_870_393_250, true), ("1795411608.0", 1_795_411_608_000, false),
      ("1795411608.000", 1_795_411_608_000, false), ("0", 0, false), ("-1.5", -1_500, true),
      ("1551780397.8664", 1_551_780_397_866, true), ("999999999999", 999_999_999_999_000, false),
    ])
  func `a time is seconds with a fraction`(_ json: String, _ milliseconds: Int64, _ hasFraction: Bool) throws
  {
    let time = try time(json)
    #expect(time.timestamp.milliseconds == milliseconds && time.hasFraction == hasFraction)
  }

  @Test(arguments: [
    "1e400", "-1e300", "1e18", "1000000000000", "1000000000000.5", "9999999999999.9", "nan", "\"2026-11-23\"",
    "1.2.3", "1-2", "",
  ])
  func `a time beyond all time is refused`(_ json: String) {
    #expect(throws: JSONFailure.self) { try time(json) }
  }
}
