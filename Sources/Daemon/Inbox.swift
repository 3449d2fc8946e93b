// SPDX-License-Identifier: Apache-2.0

internal import Platform

/// The one queue through which everything reaches the loop. Posting never waits; one task at a time takes.
final class Inbox<Element: Sendable>: Sendable {
  private struct Content {
    var elements: [Element] = []
    var taker: CheckedContinuation<[Element], Never>?
  }

  private let content = Locked(Content())

  func post(_ element: Element) {
    let taker = content.withLock { content in
      if content.taker == nil { content.elements.append(element) }
      return content.taker.take()
    }
    taker?.resume(returning: [element])
  }

  /// Everything that has arrived, in order, once something has. Whoever waits here is not to be cancelled but sent something.
  func next() async -> [Element] {
    await withCheckedContinuation { continuation in
      let ready: [Element]? = content.withLock { content in
        precondition(content.taker == nil, "one task at a time takes")
        guard !content.elements.isEmpty else {
          content.taker = continuation
          return nil
        }
        defer { content.elements = [] }
        return content.elements
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }
}
