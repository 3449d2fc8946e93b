// SPDX-License-Identifier: Apache-2.0

import Core
import Platform

/// The time in a `Date` or `Retry-After` header of the one form still in use (RFC 9110, 5.6.7):
/// `Mon, 23 Nov 2026 05:03:11 GMT`; nothing for any other text.
func timestamp(httpDate text: String) -> Timestamp? {
  let fields = text.split(separator: " ")
  guard fields.count == 6, fields[0].hasSuffix(","), fields[5] == "GMT", fields[1].utf8.count == 2,
    let month = monthNames.firstIndex(of: fields[2])
  else { return nil }
  let number = month + 1
  return timestamp(
    internetTime: "\(fields[3])-\(number < 10 ? "0" : "")\(number)-\(fields[1])T\(fields[4])Z")
}

private let monthNames: [Substring] = [
  "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

extension HTTPResponse {
  /// The server's clock when it answered.
  var date: Timestamp? { header("date").flatMap(timestamp(httpDate:)) }
}
