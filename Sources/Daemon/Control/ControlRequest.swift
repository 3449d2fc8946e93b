// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import JSON

/// What one command asks of the daemon: one line of JSON, as docs/ARCHITECTURE.md describes it.
public struct ControlRequest: Hashable, Sendable {
  /// What is asked.
  public enum Command: String, Hashable, Sendable, CaseIterable {
    /// What is in hand.
    case status
    /// An order; see `Order.Action`.
    case hold, release, retry, skip, approve, restart
  }

  /// The protocol's version. One that adds keys keeps the number; an older daemon passes them over.
  public static let version: Int64 = 1

  /// What is asked.
  public var command: Command
  /// A target or a resource as records write it; nil for everything.
  public var target: String?
  /// Where it is, where one name is in several Regions.
  public var region: String?
  /// Whose it is, where one name is in several accounts.
  public var account: String?
  /// Why, in the operator's words.
  public var reason: String?
  /// Of a restart: tell how it goes on until its end.
  public var follows: Bool

  /// A request with all its parts.
  public init(
    _ command: Command, target: String?, region: String?, account: String?, reason: String?, follows: Bool
  ) {
    self.command = command
    self.target = target
    self.region = region
    self.account = account
    self.reason = reason
    self.follows = follows
  }

  /// Reads a line. Throws, in words for whoever sent it, where it is none.
  init(line: [UInt8]) throws(ControlFailure) {
    let value: JSONValue
    do throws(JSONFailure) { value = try JSONValue(reading: line) } catch {
      throw ControlFailure("the request is not JSON: \(error)")
    }
    guard value["rollwatch"]?.integer == Self.version else {
      throw ControlFailure(
        "the daemon speaks version \(Self.version) of this protocol; use the rollwatch that it runs")
    }
    guard let command = value["command"]?.string.flatMap(Command.init) else {
      throw ControlFailure(
        "the daemon knows no such command; it knows \(Command.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    self.command = command
    target = value["target"]?.string
    region = value["region"]?.string
    account = value["account"]?.string
    reason = value["reason"]?.string
    follows = value["follow"] == true
    if let reason, reason.count > Limits.operatorsWords {
      throw ControlFailure("a reason has at most \(Limits.operatorsWords) characters")
    }
    guard target != nil || value["all"] == true || command == .status else {
      throw ControlFailure("the request names no target and does not say all")
    }
  }

  /// The line, with its end.
  public var line: [UInt8] {
    let value: JSONValue = [
      "rollwatch": .number("\(Self.version)"), "command": .string(command.rawValue),
      "target": target.map(JSONValue.string), "all": target == nil && command != .status ? true : nil,
      "region": region.map(JSONValue.string), "account": account.map(JSONValue.string),
      "reason": reason.map(JSONValue.string), "follow": follows ? true : nil,
    ]
    return Array((value.line + "\n").utf8)
  }

  /// The order that this is; nil where it is none. A Region alone is one of the daemon's own account.
  func action(_ home: Location) -> Order.Action? {
    let location =
      region == nil && account == nil ? nil : Location(region: region ?? home.region, account: account)
    let subject = target.map { Order.Subject.named($0, in: location) } ?? .all
    switch command {
    case .status: return nil
    case .hold: return .hold(subject)
    case .release: return .release(subject)
    case .retry: return .retry(subject)
    case .skip: return .skip(subject)
    case .approve: return .approve(subject)
    case .restart: return .restart(subject)
    }
  }
}

/// Why a request is not carried out, in words for whoever made it.
public struct ControlFailure: Error, Hashable, Sendable {
  /// The words.
  public let reason: String

  init(_ reason: String) { self.reason = reason }
}
