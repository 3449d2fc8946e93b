// SPDX-License-Identifier: Apache-2.0

/// How a receiver of notices stands, for people.
public struct ReceiverStatus: Hashable, Sendable {
  /// Its name in the settings.
  public var name: String
  /// How it is reached: `webhook`, `slack`, `sns` or `command`.
  public var kind: String
  /// Since when it takes nothing; nil while it does.
  public var failingSince: Timestamp?
  /// Why not, in one line without a secret; nil while it works.
  public var error: String?
  /// When it is tried again; nil while it works.
  public var next: Timestamp?
  /// Notices that wait for it. More may be in the journal: no more than `Limits.noticesPerMessage` are read at once.
  public var waiting: Int

  /// A status with all its parts.
  public init(
    name: String, kind: String, failingSince: Timestamp?, error: String?, next: Timestamp?, waiting: Int
  ) {
    self.name = name
    self.kind = kind
    self.failingSince = failingSince
    self.error = error
    self.next = next
    self.waiting = waiting
  }
}
