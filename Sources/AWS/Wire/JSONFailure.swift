// SPDX-License-Identifier: Apache-2.0

/// Why a text is not the JSON that was expected, and where: `Parameters[3].Version: not an integer`.
struct JSONFailure: Error, Hashable, CustomStringConvertible {
  let message: String
  /// From the outermost container to the value.
  var path: [Step] = []

  enum Step: Hashable {
    case member(String)
    case index(Int)
  }

  var description: String {
    var place = ""
    for step in path {
      switch step {
      case .member(let name): place += place.isEmpty ? name : ".\(name)"
      case .index(let index): place += "[\(index)]"
      }
    }
    return place.isEmpty ? message : "\(place): \(message)"
  }
}

extension JSONFailure {
  /// The same failure, seen from the container around it.
  func inside(_ step: Step) -> JSONFailure { JSONFailure(message: message, path: [step] + path) }
}

/// What a member must have been for the whole to be of use.
func required<Value>(_ value: Value?, _ name: String) throws(JSONFailure) -> Value {
  guard let value else { throw JSONFailure(message: "\(name) is missing") }
  return value
}

extension JSONFailure {
  /// What a decoder found wrong and where, without any of the document's own text.
  init(_ error: any Error) {
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      self.init(message: "\(key.stringValue) is missing", path: context.codingPath.map(Step.init))
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      self.init(message: "the wrong type", path: context.codingPath.map(Step.init))
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      self.init(message: "makes no sense", path: context.codingPath.map(Step.init))
    default:
      self.init(message: "not JSON")
    }
  }
}

extension JSONFailure.Step {
  fileprivate init(_ key: any CodingKey) {
    self = key.intValue.map(Self.index) ?? .member(key.stringValue)
  }
}
