// SPDX-License-Identifier: Apache-2.0

internal import Core
public import JSON

/// One line that the daemon answers a command with. A restart that is followed has several; the last one is an `end`.
public enum ControlReply: Hashable, Sendable {
  /// What is in hand; its keys are those of `rollwatch status --json`.
  case status(JSONValue)
  /// The order was carried out; what that means.
  case done(String)
  /// It was not, and nothing changed; why, and what to do.
  case refused(String)
  /// How the restart goes on.
  case progress(String)
  /// How it ended.
  case end(String, isGood: Bool)

  /// Reads a line; nil where it is none that this version knows.
  public init?(line: [UInt8]) {
    guard let value = try? JSONValue(reading: line), value["rollwatch"]?.integer == ControlRequest.version
    else { return nil }
    if let status = value["status"] {
      self = .status(status)
    } else if let text = value["done"]?.string {
      self = .done(text)
    } else if let text = value["refused"]?.string {
      self = .refused(text)
    } else if let text = value["progress"]?.string {
      self = .progress(text)
    } else if let text = value["end"]?.string {
      self = .end(text, isGood: value["good"] == true)
    } else {
      return nil
    }
  }

  /// The line, with its end.
  var line: [UInt8] {
    let members: [JSONValue.Member] =
      switch self {
      case .status(let status): [.init("status", status)]
      case .done(let text): [.init("done", .string(text))]
      case .refused(let text): [.init("refused", .string(text))]
      case .progress(let text): [.init("progress", .string(text))]
      case .end(let text, let isGood): [.init("end", .string(text)), .init("good", .bool(isGood))]
      }
    let version = JSONValue.Member("rollwatch", .number("\(ControlRequest.version)"))
    return Array((JSONValue.object([version] + members).line + "\n").utf8)
  }

  init(_ answer: Answer) {
    switch answer {
    case .done(let text): self = .done(text)
    case .refused(let text): self = .refused(text)
    }
  }
}
