// SPDX-License-Identifier: Apache-2.0
// What an operator tells the running daemon. Every order is answered, and every one that is carried out is on record with who
// gave it.

/// One order.
public struct Order: Hashable, Sendable {
  /// What is to be done.
  public enum Action: Hashable, Sendable {
    /// Nothing of this is restarted until it is released; what is under way is followed to its end.
    case hold(Subject)
    /// What is held goes on: a target or all of them that an operator holds, or a target that waits for a window or its turn, or
    /// whose cause is in quarantine; of a resource, its quarantine ends.
    case release(Subject)
    /// The restart of this target that ended badly is made once more.
    case retry(Subject)
    /// What waits for this target is let go; it is not restarted for those changes.
    case skip(Subject)
    /// A change that would restart more targets than are allowed without asking may do so.
    case approve(Subject)
    /// A restart without a change.
    case restart(Subject)
  }

  /// What an order is about.
  public enum Subject: Hashable, Sendable {
    /// Everything.
    case all
    /// A target or a resource by the text that records use for it, `ecs:CLUSTER/SERVICE` or `secret:NAME`; where nil is
    /// given for the location, the only one of that name.
    case named(String, in: Location?)
  }

  /// What is to be done.
  public var action: Action
  /// Why, in the operator's words.
  public var reason: String?
  /// Who gave it, as the kernel says: `uid 1000 (alice)`.
  public var actor: String
  /// Where a service is that nothing is known of yet, when the subject does not say.
  public var home: Location

  /// An order with all its parts.
  public init(action: Action, reason: String?, actor: String, home: Location) {
    self.action = action
    self.reason = reason
    self.actor = actor
    self.home = home
  }
}

/// What came of an order.
public enum Answer: Hashable, Sendable {
  /// It was carried out; in one line, what that means.
  case done(String)
  /// It was not, and nothing changed; why, and what to do.
  case refused(String)
}
