// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import JSON
internal import Platform
internal import Rules

/// What is sent to a receiver at once: one notice, or a digest of several.
struct Message: Sendable {
  /// The receiver's name.
  var receiver: String
  /// Oldest first; at least one.
  var notices: [Notice]
  /// In words.
  var text: String

  init(_ notices: [Notice], to receiver: String, _ wording: Wording) {
    precondition(!notices.isEmpty, "nothing is no message")
    self.receiver = receiver
    self.notices = notices
    text = notices.count == 1 ? wording.text(notices[0]) : wording.digest(notices)
  }

  /// The event, or `digest`.
  var kind: String { notices.count == 1 ? notices[0].event.rawValue : "digest" }

  /// As webhooks and commands get it: all of every record.
  var json: [UInt8] {
    let notices = notices.map { notice in
      JSONValue.object([
        .init("seq", .number("\(notice.seq)")), .init("event", .string(notice.event.rawValue)),
        .init("record", notice.record),
      ])
    }
    let document = JSONValue.object([
      .init("receiver", .string(receiver)), .init("kind", .string(kind)), .init("text", .string(text)),
      .init("notices", .array(notices)),
    ])
    return Array(document.line.utf8)
  }

  /// As receivers of Slack's incoming webhooks get it. Nothing in it is made into a preview.
  /// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
  var slack: [UInt8] {
    let document: JSONValue = ["text": .string(text), "unfurl_links": false, "unfurl_media": false]
    return Array(document.line.utf8)
  }

  /// Of an e-mail: at most 100 characters of ASCII, of which SNS takes no others.
  var subject: String {
    let about =
      notices.count == 1
      ? notices[0].values["target"] ?? notices[0].values["resource"] ?? "" : "\(notices.count) notices"
    let ascii = "rollwatch: \(kind) \(about)".unicodeScalars.map {
      0x20...0x7E ~= $0.value ? Character($0) : "?"
    }
    return String(ascii.prefix(100)).trimmingTrailingSpace
  }
}

extension String {
  fileprivate var trimmingTrailingSpace: String { hasSuffix(" ") ? String(dropLast()) : self }
}

/// How a webhook shows that a message is ours, and of now: HMAC-SHA256 over `TIMESTAMP.BODY`.
enum WebhookSignature {
  static let timestampHeader = "Rollwatch-Timestamp"
  static let signatureHeader = "Rollwatch-Signature"

  /// The two headers; `now` in whole seconds since 1970.
  static func headers(_ body: [UInt8], key: [UInt8], at now: Timestamp) -> [(name: String, value: String)] {
    let seconds = String(now.milliseconds / 1_000)
    let code = SHA256.authenticate(Array("\(seconds).".utf8) + body, key: key).hex
    return [(timestampHeader, seconds), (signatureHeader, "v1=\(code)")]
  }
}
