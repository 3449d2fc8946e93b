// SPDX-License-Identifier: Apache-2.0

public import Core
import Platform

/// The time in a `Date` or `Retry-After` header of the one form still in use (RFC 9110, 5.6.7):
/// `Mon, 23 Nov 2026 05:03:11 GMT`; nothing for any other text.
public func timestamp(httpDate text: String) -> Timestamp? {
  let bytes = Array(text.utf8)
  let isFramed = text.hasSuffix(" GMT") && bytes.count == 29 && bytes[3] == UInt8(ascii: ",")
  let separators: [(Int, Character)] = [(4, " "), (7, " "), (11, " "), (16, " "), (19, ":"), (22, ":")]
  guard isFramed, separators.allSatisfy({ bytes[$0.0] == $0.1.asciiValue }),
    let month = monthNames.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }),
    let day = number(bytes[5..<7]), let year = number(bytes[12..<16]), let hour = number(bytes[17..<19]),
    let minute = number(bytes[20..<22]), let second = number(bytes[23..<25])
  else { return nil }
  return timestamp(date: [year, month + 1, day], clock: [hour, minute, second], offsetMinutes: 0)
}

private let monthNames = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

private func number(_ digits: ArraySlice<UInt8>) -> Int? {
  guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}

extension HTTPResponse {
  /// The server's clock when it answered.
  var date: Timestamp? { header("date").flatMap(timestamp(httpDate:)) }
}
