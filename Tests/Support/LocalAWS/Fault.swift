// SPDX-License-Identifier: Apache-2.0

import Core

/// Something that goes wrong with calls, on purpose.
public struct Fault: Sendable, Hashable {
  /// What goes wrong. *Before* means that the call has no effect, *after* that only its answer suffers.
  public enum Effect: Sendable, Hashable {
    /// An error in AWS's form instead of the effect.
    case error(status: Int, code: String, message: String)
    /// The call takes effect, and yet an error is the answer.
    case errorAfter(status: Int, code: String, message: String)
    /// The call takes effect only after so long.
    case delayBefore(Duration)
    /// The call takes effect at once, its answer leaves after so long.
    case delayAfter(Duration)
    /// The connection ends without a byte, and without an effect.
    case cutBefore
    /// The call takes effect and the connection ends without a byte: the answer is lost.
    case cutAfter
    /// Neither an effect nor a byte, and the connection stays open.
    case silenceBefore
    /// The call takes effect, but not a byte comes back, and the connection stays open.
    case silenceAfter
    /// The answer announces its full length and ends after so many bytes of body.
    case truncated(keeping: Int)
    /// Another body than AWS's, for instance a proxy's page, instead of the effect.
    case body(status: Int, contentType: String, text: String)
    /// A body of so many bytes, well-formed but for its end, after the effect.
    case huge(bytes: Int)
    /// Every page is the first one and names the same next page, for ever.
    case endlessPages
  }

  /// Which of the matching calls it hits.
  public enum Trigger: Sendable, Hashable {
    /// All of them.
    case always
    /// So many, after letting some pass.
    case next(Int, after: Int)
    /// Each with this probability, by the simulation's own generator.
    case probability(Double)
  }

  /// What goes wrong.
  public var effect: Effect
  /// `ecs:UpdateService`, or a beginning with `*` after it.
  public var operation: String
  /// Only there; nil for everywhere.
  public var place: Place?
  /// Only calls that are not the first of their connection: what a client that keeps connections meets.
  public var onlyOnKeptConnections: Bool
  /// How many calls are hit.
  public var trigger: Trigger

  /// A fault with all its parts.
  public init(
    _ effect: Effect, on operation: String, _ trigger: Trigger, in place: Place? = nil,
    onlyOnKeptConnections: Bool = false
  ) {
    self.effect = effect
    self.operation = operation
    self.trigger = trigger
    self.place = place
    self.onlyOnKeptConnections = onlyOnKeptConnections
  }
}

extension Fault.Effect {
  /// What a call above the rate limit is told.
  public static let throttling = Self.error(
    status: 400, code: "ThrottlingException", message: "Rate exceeded")
  /// A fault inside AWS.
  public static let internalError = Self.error(
    status: 500, code: "InternalServerError", message: "An error occurred on the server side.")
  /// A service that is not there for the moment.
  public static let unavailable = Self.error(
    status: 503, code: "ServiceUnavailable", message: "Service is unable to handle request.")
  /// A caller without the permission.
  public static let accessDenied = Self.error(
    status: 400, code: "AccessDeniedException",
    message: "User is not authorized to perform this operation because no identity-based policy allows it")
  /// A page for people where JSON was expected, as load balancers send it.
  public static let html = Self.body(
    status: 502, contentType: "text/html",
    text: "<html><body><h1>502 Bad Gateway</h1></body></html>")
  /// JSON in which everything has the wrong type.
  public static let wrongShape = Self.body(
    status: 200, contentType: "application/x-amz-json-1.1",
    text:
      #"{"Parameters":{"a":1},"SecretList":"none","services":[17],"service":[],"NextToken":{},"failures":7}"#)
}

/// The faults in force, and what each still has to do.
struct FaultPlan: Sendable {
  private var faults: [(fault: Fault, passing: Int, left: Int)] = []

  mutating func add(_ fault: Fault) {
    if case .next(let count, let after) = fault.trigger {
      faults.append((fault, after, count))
    } else {
      faults.append((fault, 0, .max))
    }
  }

  mutating func clear() { faults = [] }

  /// What hits a call that arrives now.
  mutating func hit(
    _ action: String, in place: Place?, onKeptConnection: Bool, using generator: inout SeededGenerator
  ) -> [Fault.Effect] {
    var effects: [Fault.Effect] = []
    for index in faults.indices {
      let fault = faults[index].fault
      guard OperationPattern.matches(fault.operation, action),
        fault.place == nil || fault.place == place,
        onKeptConnection || !fault.onlyOnKeptConnections,
        strikes(index, using: &generator)
      else { continue }
      effects.append(fault.effect)
    }
    faults.removeAll { $0.left == 0 }
    return effects
  }

  private mutating func strikes(_ index: Int, using generator: inout SeededGenerator) -> Bool {
    switch faults[index].fault.trigger {
    case .always: return true
    case .probability(let probability): return Double.random(in: 0..<1, using: &generator) < probability
    case .next:
      guard faults[index].passing == 0 else {
        faults[index].passing -= 1
        return false
      }
      guard faults[index].left > 0 else { return false }
      faults[index].left -= 1
      return true
    }
  }
}
