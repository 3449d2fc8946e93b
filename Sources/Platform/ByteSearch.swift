// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension [UInt8] {
  /// Where the byte comes first in `range`. The C library looks at 32 bytes at once, which no loop over an array does.
  public func position(of byte: UInt8, in range: Range<Int>) -> Int? {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range is not within the array")
    return unsafe withUnsafeBytes { bytes in
      guard !range.isEmpty, let start = unsafe bytes.baseAddress?.advanced(by: range.lowerBound),
        let found = unsafe memchr(start, Int32(byte), range.count)
      else { return nil }
      return unsafe range.lowerBound + start.distance(to: UnsafeRawPointer(found))
    }
  }
}
