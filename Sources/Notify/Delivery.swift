// SPDX-License-Identifier: Apache-2.0
// The port through which messages leave, and its ways: HTTP, SNS, a program.

internal import AWS
internal import Core
internal import Platform
internal import Rules

/// Hands messages to one receiver.
protocol Delivery: Sendable {
  /// Returns once the receiver has taken the message, within a minute. A crash before that leaves a message that it may or may
  /// not have: it is sent again.
  func deliver(_ message: Message) async throws(DeliveryFailure)
}

/// A message to an SNS topic.
struct TopicDelivery: Delivery {
  let arn: String
  let client: @Sendable () throws(Failure) -> AWSClient

  func deliver(_ message: Message) async throws(DeliveryFailure) {
    do {
      _ = try await client().publish(
        topic: arn, subject: message.subject, message: String(message.text.prefix(Self.longest)),
        attributes: [("kind", message.kind), ("receiver", message.receiver)])
    } catch let failure as AWSFailure {
      throw DeliveryFailure(reason: failure.description, remedy: Self.remedy(failure), retryAfter: nil)
    } catch {
      let failure = error as? Failure
      throw DeliveryFailure(
        reason: failure?.reason ?? "no client", remedy: "see the settings of this account", retryAfter: nil)
    }
  }

  /// In characters, of at most 4 bytes each; SNS takes 256 KiB.
  private static let longest = 60_000

  private static func remedy(_ failure: AWSFailure) -> String? {
    // SNS has a name of its own for it.
    switch failure.code == "NotFound" ? .notFound : failure.kind {
    case .denied: "allow sns:Publish on this topic (deploy/README.md)"
    case .credentials: "give rollwatch credentials that AWS accepts"
    case .notFound: "make the topic, or name another in the settings"
    case .invalid, .unsupported: "see that the ARN is that of a standard topic"
    case .throttled, .transient, .unreachable, .conflict, .malformedAnswer, .cancelled: nil
    }
  }
}
