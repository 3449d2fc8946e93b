// SPDX-License-Identifier: Apache-2.0

/// What is wrong with the text of a pattern or template, and where in it.
public struct PatternError: Error, Hashable, Sendable {
  /// What is wrong and what to do, without the place.
  public var message: String
  /// UTF-8 offset of the first wrong byte in the text.
  public var offset: Int

  /// An error with both its parts.
  public init(message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }
}
