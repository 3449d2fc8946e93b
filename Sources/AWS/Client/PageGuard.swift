// SPDX-License-Identifier: Apache-2.0

/// Follows a chain of pages to its end, and sees to it that there is one.
public struct PageGuard: Sendable {
  private let operation: String
  private let pageLimit: Int
  /// Hashes, not the tokens, which may be thousands of bytes each.
  private var seen: Set<Int> = []

  /// For the pages of `operation`, of which there may be at most `pageLimit`.
  public init(operation: String, pageLimit: Int) {
    precondition(pageLimit > 0, "not even one page may be read")
    self.operation = operation
    self.pageLimit = pageLimit
  }

  /// The token of the page to read next; nil after the last. Fails where a token comes back, for it would
  /// do so for ever, and where there are too many pages.
  public mutating func follow(_ nextToken: String?) throws(AWSFailure) -> String? {
    guard let nextToken else { return nil }
    guard seen.count + 1 < pageLimit else { throw failure("there are more than \(pageLimit) pages") }
    guard seen.insert(nextToken.hashValue).inserted else { throw failure("a NextToken came back") }
    return nextToken
  }

  private func failure(_ message: String) -> AWSFailure {
    AWSFailure(
      kind: .malformedAnswer, operation: operation, code: nil, message: message, requestID: nil, status: nil,
      mayHaveTakenEffect: false, attempts: 1)
  }
}
