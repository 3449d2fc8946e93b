// SPDX-License-Identifier: Apache-2.0

/// When a target may be restarted: the windows and freezes of the rules that lead to it.
///
/// A rule's windows stand for each other: one that is open is enough. Rules do not: all must agree. A freeze is stronger than
/// any window, and whose it is does not matter.
public struct Timetable: Hashable, Sendable {
  /// How long rules may take to agree. Where their windows are not all open at once within this time, those of the first
  /// rule that has any count alone: a restart that nobody can ever agree to would never come.
  public static let agreement = Duration.seconds(14 * 86_400)
  /// How far it looks ahead.
  public static let horizon = Duration.seconds(2 * 366 * 86_400)

  /// The windows of every rule that has any, each list once, in the order of the rules.
  public private(set) var windows: [[Window]]
  /// The freezes of all rules, each once.
  public private(set) var freezes: [Freeze]

  /// At any time.
  public static let always = Timetable(windows: [], freezes: [])

  /// The timetable of one rule: any of these windows, or any time where there are none, but during no freeze.
  public init(windows: [Window], freezes: [Freeze]) {
    self.windows = windows.isEmpty ? [] : [windows]
    self.freezes = freezes
  }

  /// The timetable of a target to which two rules lead, of which this one's comes first.
  public func merged(with other: Self) -> Self {
    var result = self
    result.windows += other.windows.filter { !windows.contains($0) }
    result.freezes += other.freezes.filter { !freezes.contains($0) }
    return result
  }

  /// Why a restart may not begin now and when it may; nil where it may.
  public func closed(at now: Timestamp) -> Closure? {
    guard !windows.isEmpty || !freezes.isEmpty else { return nil }
    let second = now.secondsSinceEpoch
    let demands = demands(at: second)
    let limit = second + Int(Self.horizon.components.seconds)
    let opening = opening(of: demands, from: second, through: limit)
    guard opening != second else { return nil }
    let until = opening.map(Timestamp.init(second:))
    if let freeze = freezes.filter({ $0.contains(now) }).max(by: { $0.ends < $1.ends }) {
      return Closure(until: until, cause: .freeze(freeze))
    }
    let unmet = demands.first { $0.allSatisfy { $0.opening(from: second, through: second) == nil } }
    return Closure(until: until, cause: .windows(unmet ?? []))
  }

  /// The windows that count: those of all rules where they are ever open at once. Freezes have no say in this: they end.
  private func demands(at second: Int) -> [[Window]] {
    guard windows.count > 1 else { return windows }
    let limit = second + Int(Self.agreement.components.seconds)
    return Self.agreement(of: windows, from: second, through: limit) == nil ? [windows[0]] : windows
  }

  /// The first second from this one on at which a restart may begin; nil where there is none up to `limit`.
  private func opening(of demands: [[Window]], from start: Int, through limit: Int) -> Int? {
    var second = start
    while let open = Self.agreement(of: demands, from: second, through: limit) {
      guard let freeze = freezes.first(where: { $0.contains(Timestamp(second: open)) }) else { return open }
      second = freeze.ends.secondsSinceEpoch
    }
    return nil
  }

  /// The first second from this one on that is in a window of every rule.
  private static func agreement(of demands: [[Window]], from start: Int, through limit: Int) -> Int? {
    var second = start
    while second <= limit {
      var latest = second
      for windows in demands {
        guard let opens = Self.opening(of: windows, from: second, through: limit) else { return nil }
        latest = max(latest, opens)
      }
      if latest == second { return second }
      second = latest
    }
    return nil
  }

  /// The first second from this one on that is in any of the windows.
  private static func opening(of windows: [Window], from second: Int, through limit: Int) -> Int? {
    var earliest: Int?
    for window in windows {
      guard let opens = window.opening(from: second, through: earliest ?? limit) else { continue }
      if opens == second { return second }
      earliest = opens
    }
    return earliest
  }
}

/// Why a restart may not begin now, and when it may.
public struct Closure: Hashable, Sendable {
  /// What it waits for.
  public enum Cause: Hashable, Sendable {
    /// The end of this, or of the last of several.
    case freeze(Freeze)
    /// That one of these opens: the windows of one rule.
    case windows([Window])
  }

  /// When it may begin; nil where that is not within two years.
  public let until: Timestamp?
  /// What it waits for now; something else may come after it.
  public let cause: Cause

  /// For a record, in one line.
  public var reason: String {
    let opening = until.map { "waits until \($0)" } ?? "no time within two years is free"
    switch cause {
    case .freeze(let freeze): return "frozen (\(freeze)): \(opening)"
    case .windows(let windows):
      let named = windows.prefix(3).map(\.description).joined(separator: " or ")
      let more = windows.count > 3 ? " or \(windows.count - 3) more" : ""
      return "outside its window (\(named)\(more)): \(opening)"
    }
  }
}
