// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Core
internal import Platform
internal import Rules

/// A POST to a webhook, ours or Slack's.
struct HTTPDelivery: Delivery {
  /// What is in the body.
  enum Form: Sendable {
    case json(key: [UInt8]?)
    case slack
  }

  let url: String
  let form: Form
  let userAgent: String
  let transport: any HTTPTransport
  let limits: HTTPLimits
  let time: any TimeSource

  func deliver(_ message: Message) async throws(DeliveryFailure) {
    let response: HTTPResponse
    do throws(TransportFailure) {
      response = try await transport.send(request(message))
    } catch {
      throw DeliveryFailure(reason: clean(error.message), remedy: Self.remedy(error.kind), retryAfter: nil)
    }
    guard !(200..<300).contains(response.status) else { return }
    let words = String(decoding: response.body.prefix(200), as: UTF8.self)
    throw DeliveryFailure(
      reason: "answered with status \(response.status)" + (words.isEmpty ? "" : ": \(clean(words))"),
      remedy: Self.remedy(status: response.status), retryAfter: retryAfter(response))
  }

  private func request(_ message: Message) -> HTTPRequest {
    let body: [UInt8]
    var headers = [(name: "Content-Type", value: "application/json"), ("User-Agent", userAgent)]
    switch form {
    case .slack: body = message.slack
    case .json(let key):
      body = message.json
      if let key { headers += WebhookSignature.headers(body, key: key, at: time.now()) }
    }
    let authority = url.split(separator: "://", maxSplits: 1).last?.prefix { !"/?#".contains($0) } ?? ""
    return HTTPRequest(
      method: "POST", url: url, headers: headers, body: body, mustNotRepeat: false,
      bypassesProxy: isLoopback(authority), limits: limits)
  }

  /// In one line, without the URL and the key, should the other side send them back.
  private func clean(_ words: String) -> String {
    var secrets = [url]
    if let path = url.split(separator: "/", maxSplits: 2).last { secrets.append(String(path)) }
    if case .json(let key?) = form { secrets.append(String(decoding: key, as: UTF8.self)) }
    return secrets.filter { $0.utf8.count >= 8 }.reduce(words) { $0.replacing($1, with: "[withheld]") }
      .printable
  }

  private static func remedy(_ kind: TransportFailure.Kind) -> String? {
    switch kind {
    case .tls: "see that the certificate is one that this machine trusts"
    case .unusable: "see that the URL is right"
    case .unreachable, .timedOut, .cut, .tooLarge, .cancelled: nil
    }
  }

  private static func remedy(status: Int) -> String? {
    switch status {
    case 408, 429, 500...: nil
    case 401, 403: "see that the receiver knows the key, and that the URL is still the one it gave out"
    case 404, 410: "the URL leads nowhere: give its new one, and restart rollwatch"
    case 300..<400: "it has moved: give the URL that it leads to, and restart rollwatch"
    default: "see why the receiver refuses what it is sent"
    }
  }

  private func retryAfter(_ response: HTTPResponse) -> Duration? {
    guard let text = response.header("retry-after") else { return nil }
    if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
    return timestamp(httpDate: text).map { max(.zero, $0 - time.now()) }
  }
}
