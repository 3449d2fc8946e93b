// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Platform

/// The one queue through which everything reaches the loop. Posting never waits; one task at a time takes.
final class Inbox<Element: Sendable>: Sendable {
  private struct Content {
    var elements: [Element] = []
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let content = Locked(Content())

  func post(_ element: Element) {
    let waiting = content.withLock { content in
      content.elements.append(element)
      return content.waiting.take()
    }
    waiting?.resume()
  }

  /// Everything that has arrived, in order, once something has or so much time has passed; empty after the time.
  func next(within duration: Duration, by time: any TimeSource) async -> [Element] {
    let ready = takeAll()
    guard ready.isEmpty, duration > .zero else { return ready }
    await withTaskGroup { group in
      group.addTask { await self.arrival() }
      group.addTask { try? await time.sleep(for: duration) }
      await group.next()
      group.cancelAll()
    }
    return takeAll()
  }

  private func takeAll() -> [Element] {
    content.withLock { content in
      defer { content.elements = [] }
      return content.elements
    }
  }

  private func arrival() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = content.withLock { content in
          guard content.elements.isEmpty, !Task.isCancelled else { return true }
          content.waiting = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      content.withLock { $0.waiting.take() }?.resume()
    }
  }
}
