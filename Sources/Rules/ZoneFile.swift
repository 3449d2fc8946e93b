// SPDX-License-Identifier: Apache-2.0

internal import Core

/// What is wrong with the bytes of a zone's file, in one clause.
struct ZoneFileError: Error, Hashable {
  let message: String
}

extension TimeZoneRules {
  /// Reads a compiled zone: TZif in versions 1 to 4, RFC 9636 (and RFC 8536 before it). Every size is checked against the
  /// bytes that are there.
  init(name: String, zoneFile bytes: [UInt8]) throws(ZoneFileError) {
    guard bytes.count <= Limits.zoneFileBytes else {
      throw ZoneFileError(message: "it has more than \(Limits.zoneFileBytes >> 10) KiB")
    }
    var rest = ByteReader(bytes[...])
    var block = try DataBlock(&rest, timeBytes: 4)
    var afterwards: YearlyOffsets?
    if block.version > 0 {
      // From version 2 on the first block is for old readers only.
      block = try DataBlock(&rest, timeBytes: 8)
      afterwards = try YearlyOffsets.footer(rest.rest)
    }
    self.init(
      name: name, offsetBefore: block.offsetBefore, transitions: block.transitions, afterwards: afterwards)
  }
}

/// One header, and the transitions that come after it.
private struct DataBlock {
  private(set) var version = 0
  private(set) var offsetBefore = 0
  private(set) var transitions: [TimeZoneRules.Transition] = []

  init(_ rest: inout ByteReader, timeBytes: Int) throws(ZoneFileError) {
    guard try rest.take(4).elementsEqual("TZif".utf8) else {
      throw ZoneFileError(message: "it does not begin with TZif")
    }
    // A digit, or NUL for 1.
    guard let digit = try rest.take(1).first, digit == 0 || 0x32...0x39 ~= digit else {
      throw ZoneFileError(message: "it is of no version")
    }
    version = Int(digit)
    _ = try rest.take(15)
    var counts: [Int] = []
    for _ in 0..<6 { counts.append(try rest.number(4)) }
    let (utIndicators, standardIndicators, leaps) = (counts[0], counts[1], counts[2])
    let (times, types, characters) = (counts[3], counts[4], counts[5])
    // Each count is below 2^32, so that no product can overflow.
    let timeTexts = ByteReader(try rest.take(times * timeBytes))
    let kinds = try rest.take(times)
    let typeTexts = ByteReader(try rest.take(types * 6))
    _ = try rest.take(characters + leaps * (timeBytes + 4) + standardIndicators + utIndicators)
    // The block that nobody reads may be empty.
    guard version == 0 || timeBytes == 8 else { return }
    guard leaps == 0 else { throw ZoneFileError(message: "it counts leap seconds, which UTC does not") }
    let offsets = try Self.offsets(typeTexts, count: types)
    guard let first = offsets.first else { throw ZoneFileError(message: "it has no local time type") }
    offsetBefore = first
    transitions = try Self.transitions(timeTexts, timeBytes, kinds, offsets)
  }

  private static func offsets(_ texts: ByteReader, count: Int) throws(ZoneFileError) -> [Int] {
    var texts = texts
    var offsets: [Int] = []
    for _ in 0..<count {
      let offset = try texts.signed(4)
      guard TimeZoneRules.offsets.contains(offset) else {
        throw ZoneFileError(message: "an offset of \(offset) seconds is none that there can be")
      }
      offsets.append(offset)
      // Whether it is summer and what it is called do not matter here.
      _ = try texts.take(2)
    }
    return offsets
  }

  private static func transitions(
    _ texts: ByteReader, _ timeBytes: Int, _ kinds: ArraySlice<UInt8>, _ offsets: [Int]
  ) throws(ZoneFileError) -> [TimeZoneRules.Transition] {
    var texts = texts
    var transitions: [TimeZoneRules.Transition] = []
    for kind in kinds {
      let at = try texts.signed(timeBytes)
      guard TimeZoneRules.instants.contains(at), transitions.last.map({ $0.at < at }) ?? true else {
        throw ZoneFileError(message: "its transitions are not in order")
      }
      guard Int(kind) < offsets.count else { throw ZoneFileError(message: "a transition is of no type") }
      transitions.append(TimeZoneRules.Transition(at: at, offset: offsets[Int(kind)]))
    }
    return transitions
  }
}

/// Takes bytes from the front of others.
private struct ByteReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func take(_ count: Int) throws(ZoneFileError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw ZoneFileError(message: "it is cut off") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// An unsigned number of up to four bytes, big end first.
  mutating func number(_ count: Int) throws(ZoneFileError) -> Int {
    try take(count).reduce(0) { $0 << 8 | Int($1) }
  }

  /// A number of four or eight bytes in two's complement.
  mutating func signed(_ count: Int) throws(ZoneFileError) -> Int {
    let pattern = try take(count).reduce(into: UInt64(0)) { $0 = $0 << 8 | UInt64($1) }
    return count == 4 ? Int(Int32(truncatingIfNeeded: pattern)) : Int(Int64(bitPattern: pattern))
  }
}
