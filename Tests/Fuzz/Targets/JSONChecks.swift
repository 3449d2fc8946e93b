// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// Whatever is read is what Foundation reads, and nothing is read that Foundation refuses.
func checkJSON(_ bytes: [UInt8]) throws {
  let own = try? JSONValue(reading: bytes)
  // Foundation takes NUL bytes for UTF-16, and reads past a byte order mark.
  guard !bytes.contains(0), !bytes.starts(with: [0xEF, 0xBB, 0xBF]), bytes.count <= 4_096 else { return }
  let foreign = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
  if let own {
    try expect(foreign != nil, "Foundation refuses what was read as \(own.line)")
    if let foreign { try expect(own.isSame(as: foreign), "\(own.line) is to Foundation \(foreign)") }
    try checkForms(of: own)
  }
  // Passed over is the same as read, but for what makes two readers differ.
  let isSkipped = (try? JSONReader.read(bytes) { (json) throws(JSONFailure) in try json.skip() }) != nil
  try expect(own == nil || isSkipped, "read, but not passed over")
}

/// A value is the same after it was written and read again.
func checkForms(of value: JSONValue) throws {
  for form in [Array(value.line.utf8), value.canonical] {
    let again = try JSONValue(reading: form)
    try expect(again.canonical == value.canonical, "\(value.line) becomes \(again.line)")
  }
  try expect(
    Array((try JSONValue(reading: value.line.utf8)).line.utf8) == Array(value.line.utf8), "two lines")
  try expectLine(value.line, atMost: .max)
}

extension JSONValue {
  fileprivate func isSame(as foreign: Any) -> Bool {
    switch self {
    case .null: foreign is NSNull
    case .bool(let value): (foreign as? Bool) == value
    case .number(let digits): (foreign as? NSNumber).map { isNear(Double(digits), $0.doubleValue) } ?? false
    case .string(let text): (foreign as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
    case .array(let elements):
      (foreign as? [Any]).map {
        zip(elements, $0).allSatisfy { $0.isSame(as: $1) } && $0.count == elements.count
      }
        ?? false
    case .object(let members):
      (foreign as? [String: Any]).map { foreign in
        foreign.count == members.count && members.allSatisfy { $0.value.isSame(as: foreign[$0.key] ?? ()) }
      } ?? false
    }
  }
}

/// Foundation rounds whole numbers of more than 64 bits otherwise than their digits say.
private func isNear(_ left: Double?, _ right: Double) -> Bool {
  left.map { abs($0 - right) <= abs(right) * 1e-9 } ?? false
}
