// SPDX-License-Identifier: Apache-2.0

/// Why a text is not the JSON that was expected, and where: `Parameters[3].Version: not an integer`.
public struct JSONFailure: Error, Hashable, CustomStringConvertible {
  /// What is wrong, without any of the document's own text.
  public let message: String
  /// From the outermost container to the value.
  private var path: [Step] = []

  enum Step: Hashable {
    case member(String)
    case index(Int)
  }

  /// A failure at the place that is being read.
  public init(_ message: String) { self.message = message }

  /// Where it is, and what.
  public var description: String {
    var place = ""
    for step in path.prefix(8) {
      switch step {
      case .member(let name): place += place.isEmpty ? name : ".\(name)"
      case .index(let index): place += "[\(index)]"
      }
    }
    if path.count > 8 { place += "…" }
    return place.isEmpty ? message : "\(place): \(message)"
  }
}

extension JSONFailure {
  /// The same failure, seen from the container around it.
  func inside(_ step: Step) -> JSONFailure {
    var outer = self
    outer.path.insert(step, at: 0)
    return outer
  }
}
