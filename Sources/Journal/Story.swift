// SPDX-License-Identifier: Apache-2.0
// What a journal tells about one target or resource, in plain words: why, what happened, what to do. Only records are read, so it
// can be told beside a daemon, without one, and from a copy of its journal.

public import Core
internal import JSON

/// A story for people.
public struct Story: Hashable, Sendable {
  /// Something that happened, and what is known of it beside.
  public struct Event: Hashable, Sendable {
    /// When it was recorded.
    public var time: Timestamp
    /// What.
    public var text: String
    /// Further lines: causes, service events, stopped tasks.
    public var details: [String]
  }

  /// How it came out, in a sentence.
  public var headline: String
  /// What happened, oldest first.
  public var events: [Event]
  /// What a person may do now.
  public var advice: [String]
  /// True where it came to a bad end.
  public var isBad: Bool
}

/// Why there is no story.
public struct StoryFailure: Error, Hashable, Sendable {
  /// What is wrong and what to do.
  public let reason: String
}

extension JournalReader {
  /// The story of a target's last restart or of a resource's last change: of `CLUSTER/SERVICE`, or of a name as records write it. A
  /// bare name with a slash in it may be either; a target is what is asked for more often.
  ///
  /// Throws a `StoryFailure` where there is nothing to tell or the name is in several places, and a `JournalFailure`.
  public func story(of name: String, region: String?, account: String?) throws -> Story {
    let isResource =
      name.hasPrefix("/") || Resource.Kind.allCases.contains { name.hasPrefix("\($0.rawValue):") }
    let ofTarget = isResource ? [] : try all(.init(target: name, resource: nil, since: nil, limit: nil))
    guard ofTarget.isEmpty else {
      return try Story(ofTarget: name, in: ofTarget, region: region, account: account)
    }
    let own = try all(.init(target: nil, resource: name, since: nil, limit: nil))
    guard !own.isEmpty || isResource else {
      throw StoryFailure(
        reason: "no record concerns '\(name)'; name it as rollwatch status or rollwatch history do")
    }
    // What became of its targets is on record after its last change, under their own names.
    let change = own.last { $0.kind == "changed" }
    let since = try change.map {
      try all(.init(target: nil, resource: nil, since: $0.time, limit: nil))
    }
    return try Story(ofResource: name, in: since ?? own, region: region, account: account)
  }

  private func all(_ filter: Filter) throws(JournalFailure) -> [JSONValue] {
    try records(filter).map(\.value)
  }
}

extension [JSONValue] {
  /// Those of one place: of the Region and account that are named, or of the only ones there are.
  func at(region: String?, account: String?) throws(StoryFailure) -> [JSONValue] {
    var found = filter { account == nil || $0["account"]?.string == account }
    if let region {
      // What is in the daemon's own Region does not say so.
      let there = found.filter { $0["region"]?.string == region }
      found = there.isEmpty ? found.filter { $0["region"] == nil } : there
    }
    let places = Set(found.map { [$0["region"]?.string ?? "", $0["account"]?.string ?? ""] })
    guard places.count < 2 else {
      let names = places.map { place in
        (place[0].isEmpty ? "the daemon's Region" : place[0])
          + (place[1].isEmpty ? "" : " of account \(place[1])")
      }
      throw StoryFailure(
        reason:
          "that name is in \(names.sorted().joined(separator: " and in ")); name one with --region and --account"
      )
    }
    return found
  }
}

extension JSONValue {
  func text(_ key: String) -> String { self[key]?.string ?? self[key]?.line ?? "" }
  var kind: String { text("kind") }
  var time: Timestamp { self["time"]?.string.flatMap(Timestamp.init(written:)) ?? Timestamp(milliseconds: 0) }
  func texts(_ key: String) -> [String] { self[key]?.elements.compactMap(\.string) ?? [] }

  /// A change, as a record of its own or as a cause.
  var changeInWords: String {
    let by = self["changedBy"] == nil ? "" : " by \(text("changedBy"))"
    let at = self["changedAt"]?.string.flatMap(Timestamp.init(written:)).map { " at \($0.toTheSecond)" } ?? ""
    return "\(text("resource")) changed\(at)\(by), from \(text("from")) to \(text("to"))"
  }

  func isOf(_ target: String) -> Bool {
    [target, "ecs:\(target)"].contains(text("target"))
  }
}
