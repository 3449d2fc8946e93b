// SPDX-License-Identifier: Apache-2.0

public import Core

/// One call as it arrived, whatever became of it.
public struct RecordedCall: Sendable, Hashable {
  /// 1 for the first call that arrived.
  public var number: Int
  /// When it arrived, by AWS's clock.
  public var time: Timestamp
  /// `ecs:UpdateService`; `?` where it could not be told.
  public var operation: String
  /// Where it went; nil where that could not be told.
  public var place: Place?
  /// The access key it was signed with, empty for none.
  public var accessKey: String
  /// The caller's `User-Agent`, empty for none.
  public var userAgent: String
  /// The number of the connection it came on; 0 in memory.
  public var connection: Int
  /// Its body, as sent.
  public var body: String
  /// The HTTP status it was answered with; nil while it is under way, and for good where no answer was sent.
  public var status: Int?
  /// The error's name in the answer.
  public var error: String?
  /// True where it was carried out.
  public var tookEffect: Bool
}

/// The calls that arrived: counts of all, details of the last ones.
public struct CallLog: Sendable {
  /// How many calls are kept in detail.
  public static let capacity = 50_000

  /// The last calls, oldest first.
  public private(set) var calls: [RecordedCall] = []
  /// How often each operation was called.
  public private(set) var counts: [String: Int] = [:]
  /// How many calls arrived in all.
  public private(set) var total = 0

  /// The calls of one operation that are kept, oldest first.
  public func calls(of operation: String) -> [RecordedCall] { calls.filter { $0.operation == operation } }

  /// Notes an arrival and numbers it.
  mutating func add(_ call: RecordedCall) -> Int {
    total += 1
    counts[call.operation, default: 0] += 1
    if calls.count >= Self.capacity * 2 { calls.removeFirst(Self.capacity) }
    var call = call
    call.number = total
    calls.append(call)
    return total
  }

  /// Notes what became of a call, if it is still kept.
  mutating func update(_ number: Int, _ change: (inout RecordedCall) -> Void) {
    let index = number - 1 - (total - calls.count)
    if calls.indices.contains(index) { change(&calls[index]) }
  }

  mutating func clear() { self = CallLog() }
}
