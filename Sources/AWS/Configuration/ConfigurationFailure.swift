// SPDX-License-Identifier: Apache-2.0

/// A mistake in the environment or in a shared file that no retry can cure.
public struct ConfigurationFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where it is (`FILE:LINE`, or the variable), what is wrong, and what to do. Never a value that could be
  /// secret.
  public let message: String

  /// A failure with its message.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}
