// SPDX-License-Identifier: Apache-2.0

/// Why a call to AWS has no answer that can be used.
public struct AWSFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What can be done about it.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// AWS wants fewer calls.
    case throttled
    /// AWS, or something before it, is broken for now.
    case transient
    /// No answer came: nobody listens, the connection was cut, a time limit passed, the certificate is not
    /// trusted.
    case unreachable
    /// The credentials are good and do not permit this.
    case denied
    /// There are no credentials, or AWS does not accept them.
    case credentials
    /// What the call is about does not exist.
    case notFound
    /// Refused for good: the request itself is wrong.
    case invalid
    /// Refused in the state that things are in now.
    case conflict
    /// AWS cannot do this here.
    case unsupported
    /// There was an answer, and it was not one that AWS gives.
    case malformedAnswer
    /// The task that waited was cancelled.
    case cancelled
  }

  /// What can be done about it.
  public var kind: Kind
  /// The service and the operation: `ssm:DescribeParameters`.
  public var operation: String
  /// AWS's name for the error, without a namespace; nil where AWS did not answer.
  public var code: String?
  /// AWS's or the transport's own words, one line of at most 500 characters, with no credential in it.
  public var message: String
  /// AWS's id of the request, for its support.
  public var requestID: String?
  /// The HTTP status; nil where there was no answer.
  public var status: Int?
  /// False where it is certain that the call changed nothing.
  public var mayHaveTakenEffect: Bool
  /// How often the request was sent.
  public var attempts: Int

  /// A failure with all its parts.
  public init(
    kind: Kind, operation: String, code: String?, message: String, requestID: String?, status: Int?,
    mayHaveTakenEffect: Bool, attempts: Int
  ) {
    self.kind = kind
    self.operation = operation
    self.code = code
    self.message = message
    self.requestID = requestID
    self.status = status
    self.mayHaveTakenEffect = mayHaveTakenEffect
    self.attempts = attempts
  }

  /// One line: `ssm:DescribeParameters: AccessDeniedException: User … is not authorized … (request 6f0a…)`.
  public var description: String {
    var text = operation + ": " + (code.map { "\($0): " } ?? "") + message
    var notes: [String] = []
    if attempts > 1 { notes.append("\(attempts) attempts") }
    if let requestID { notes.append("request \(requestID)") }
    if !notes.isEmpty { text += " (\(notes.joined(separator: ", ")))" }
    return text
  }

  /// True where the same call may succeed later without anybody's help.
  public var isTransient: Bool {
    switch kind {
    case .throttled, .transient, .unreachable: true
    case .denied, .credentials, .notFound, .invalid, .conflict, .unsupported, .malformedAnswer, .cancelled:
      false
    }
  }
}
