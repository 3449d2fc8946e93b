// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import JSON

@testable import Journal

/// A line that is taken for a record is exactly what rollwatch writes, and what rollwatch writes is taken for one.
func checkRecord(_ bytes: [UInt8]) throws {
  let line = String(decoding: bytes, as: UTF8.self)
  var chain = ChainHead.empty
  if (try? chain.follow(line, key: nil)) != nil {
    let value = try JSONValue(reading: bytes)
    try expect(Array(value.line.utf8) == bytes, "followed \(line), which is not what is written")
  }
  guard case .object(let members)? = try? JSONValue(reading: bytes) else { return }
  let own = ["seq", "previous", "hash", "seal"]
  var writer = ChainHead.empty
  let record = writer.add(members.filter { !own.contains($0.key) }, key: nil)
  try expectLine(record.line, atMost: .max)
  var reader = ChainHead.empty
  do { _ = try reader.follow(record.line, key: nil) } catch {
    throw FuzzFinding(description: "\(error): \(record.line)")
  }
  try expect(reader == writer, "the reader ends elsewhere than the writer")
}

/// A row that can be read is the same after it was written and read again.
func checkTargetState(_ bytes: [UInt8]) throws {
  guard let state = try? JSONDecoder().decode(TargetState.self, from: Data(bytes)) else { return }
  let again = try JSONDecoder().decode(TargetState.self, from: try JSONEncoder().encode(state))
  try expect(again == state, "\(state) becomes \(again)")
}
