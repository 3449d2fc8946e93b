// SPDX-License-Identifier: Apache-2.0
// One time zone as data: what its clocks show at an instant, and when they show a local time. A local time is a number of seconds
// too: the one that its date and time would be in UTC.

/// The offsets of one time zone.
public struct TimeZoneRules: Sendable {
  /// An instant at which clocks are set.
  public struct Transition: Hashable, Sendable {
    /// Seconds since the Unix epoch.
    public var at: Int
    /// Seconds that are added to UTC from then on.
    public var offset: Int

    /// A transition with both its parts.
    public init(at: Int, offset: Int) {
      self.at = at
      self.offset = offset
    }
  }

  /// A time without a transition.
  struct Stretch: Hashable {
    /// Seconds that are added to UTC.
    var offset: Int
    /// When it ends, in seconds since the Unix epoch; nil for never.
    var end: Int?
  }

  /// The offsets that there can be: RFC 8536, section 3.2.
  public static let offsets = -89_999...93_599
  /// The instants at which there can be transitions: those files that have one at the beginning of time put it at
  /// -2^59.
  public static let instants = -(1 << 59)...(1 << 59)

  /// As rules write it, for instance `Europe/London`.
  public let name: String
  /// Seconds that are added to UTC before the first transition.
  public let offsetBefore: Int
  /// In ascending order.
  public let transitions: [Transition]
  /// What holds from the last transition on; nil where its offset holds for ever.
  public let afterwards: YearlyOffsets?

  /// Universal time, which is the same everywhere and always.
  public static let utc = TimeZoneRules(name: "UTC", offsetBefore: 0, transitions: [], afterwards: nil)

  /// A zone with all its parts. Transitions ascend, and all numbers are within `instants` and `offsets`.
  public init(name: String, offsetBefore: Int, transitions: [Transition], afterwards: YearlyOffsets?) {
    precondition(Self.offsets.contains(offsetBefore), "no offset of a time zone")
    precondition(
      transitions.allSatisfy { Self.instants.contains($0.at) && Self.offsets.contains($0.offset) },
      "no transition of a time zone")
    precondition(zip(transitions, transitions.dropFirst()).allSatisfy { $0.at < $1.at }, "out of order")
    self.name = name
    self.offsetBefore = offsetBefore
    self.transitions = transitions
    self.afterwards = afterwards
  }

  /// Seconds that are added to UTC at an instant.
  public func offset(at time: Timestamp) -> Int { stretch(at: time.secondsSinceEpoch).offset }

  /// What holds at an instant.
  func stretch(at second: Int) -> Stretch {
    let next = transitions.partitioningIndex { $0.at > second }
    if next == transitions.count, let afterwards { return afterwards.stretch(at: second) }
    return Stretch(
      offset: next == 0 ? offsetBefore : transitions[next - 1].offset,
      end: next < transitions.count ? transitions[next].at : nil)
  }
}

extension TimeZoneRules: Hashable {
  /// Few zones share a name and differ: their transitions need not be hashed.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// When the clocks of a zone show a local time.
public enum LocalMoment: Hashable, Sendable {
  /// As on almost every day.
  case once(Timestamp)
  /// Clocks were set back: the first and the last time.
  case twice(Timestamp, Timestamp)
  /// Clocks were set forward over it, at this instant.
  case never(skippedAt: Timestamp)

  /// From when on clocks have shown it or what comes after it.
  public var first: Timestamp {
    switch self {
    case .once(let time), .twice(let time, _), .never(let time): time
    }
  }

  /// From when on clocks show nothing before it any more.
  public var last: Timestamp {
    switch self {
    case .once(let time), .twice(_, let time), .never(let time): time
    }
  }
}

extension TimeZoneRules {
  /// When the clocks show so many minutes since the midnight with which a date began; that midnight itself may not
  /// have been shown.
  public func moment(_ date: CivilDate, minute: Int) -> LocalMoment {
    moment(localSecond: date.daysSinceEpoch * 86_400 + minute * 60)
  }

  func moment(localSecond local: Int) -> LocalMoment {
    var begin = local - Self.offsets.upperBound
    var stretch = stretch(at: begin)
    var shown: [Int] = []
    var skippedAt: Int?
    while true {
      let second = local - stretch.offset
      if second >= begin, stretch.end.map({ second < $0 }) ?? true { shown.append(second) }
      guard let end = stretch.end, end <= local - Self.offsets.lowerBound else { break }
      let next = self.stretch(at: end)
      if end + stretch.offset <= local, local < end + next.offset { skippedAt = skippedAt ?? end }
      (begin, stretch) = (end, next)
    }
    switch (shown.first, shown.last, skippedAt) {
    case (let first?, let last?, _) where first < last:
      return .twice(Timestamp(second: first), Timestamp(second: last))
    case (let only?, _, _): return .once(Timestamp(second: only))
    case (nil, _, let at?): return .never(skippedAt: Timestamp(second: at))
    case (nil, _, nil): preconditionFailure("a clock that goes on shows a time, or is set over it")
    }
  }
}

extension Timestamp {
  /// Whole seconds since the Unix epoch, parts of one dropped towards the past.
  var secondsSinceEpoch: Int { Int(floorDivide(milliseconds, 1_000)) }

  init(second: Int) { self.init(milliseconds: Int64(second) * 1_000) }
}

extension Array {
  /// The first index whose element is in the second part, where those that are follow all those that are not.
  fileprivate func partitioningIndex(_ isInSecondPart: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isInSecondPart(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
