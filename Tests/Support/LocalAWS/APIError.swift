// SPDX-License-Identifier: Apache-2.0

/// An answer that is an error, in AWS's words.
struct APIError: Error, Hashable, Sendable {
  /// The HTTP status; 400 for nearly everything a caller can do wrong.
  var status = 400
  /// The error's name as it is sent in `__type` or `<Code>`.
  var code: String
  /// The sentence that goes with it.
  var message: String

  init(_ code: String, _ message: String, status: Int = 400) {
    self.code = code
    self.message = message
    self.status = status
  }

  static func validation(_ message: String) -> Self { Self("ValidationException", message) }

  static func unknownOperation(_ name: String) -> Self {
    Self("UnknownOperationException", "The operation \(name) is not one of this service.")
  }

  /// What a call that came too often is told, by every service alike.
  static let throttled = Self("ThrottlingException", "Rate exceeded")
}
