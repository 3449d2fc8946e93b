// SPDX-License-Identifier: Apache-2.0

private let upperDigits = Array("0123456789ABCDEF".utf8)

/// Every byte but the unreserved ones of RFC 3986 as `%XX`, the way AWS's signature and form bodies want it.
func percentEncoded(_ text: some StringProtocol) -> String {
  var bytes: [UInt8] = []
  for byte in text.utf8 { append(byte, to: &bytes) }
  return String(decoding: bytes, as: UTF8.self)
}

/// The same for text that may be encoded already: a `%XX` stays what it is.
func encodedOnce(_ text: some StringProtocol) -> String {
  let source = Array(text.utf8)
  var bytes: [UInt8] = []
  var index = 0
  while index < source.count {
    let isEscape =
      source[index] == UInt8(ascii: "%") && index + 2 < source.count && isHexDigit(source[index + 1])
      && isHexDigit(source[index + 2])
    if isEscape {
      bytes += source[index...index + 2].map { isLowerLetter($0) ? $0 - 0x20 : $0 }
      index += 3
    } else {
      append(source[index], to: &bytes)
      index += 1
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func append(_ byte: UInt8, to bytes: inout [UInt8]) {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
    UInt8(ascii: "~"):
    bytes.append(byte)
  default: bytes += [UInt8(ascii: "%"), upperDigits[Int(byte >> 4)], upperDigits[Int(byte & 15)]]
  }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
}

private func isLowerLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
