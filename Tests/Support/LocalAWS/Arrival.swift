// SPDX-License-Identifier: Apache-2.0

import Core
public import Platform

/// A request that has arrived and is in the log, and what will go wrong with it. Between its arrival and its being
/// carried out lies `delay`.
public struct Arrival: Sendable {
  let number: Int
  let request: HTTPRequest
  let heading: Heading
  let effects: [Fault.Effect]

  /// How long it is to wait before it is carried out.
  public var delay: Duration {
    effects.reduce(.zero) { sum, effect in
      if case .delayBefore(let delay) = effect { sum + delay } else { sum }
    }
  }
}

/// What becomes of a request.
public struct Reply: Sendable {
  /// How it ends for the client.
  public enum Ending: Sendable {
    /// With this answer.
    case answer(HTTPResponse)
    /// With this answer, of whose body only so many bytes arrive.
    case truncated(HTTPResponse, keeping: Int)
    /// With the end of the connection and no byte.
    case cut
    /// With nothing at all.
    case silence
  }

  /// How long after the effect the answer leaves.
  public var delay: Duration
  /// How it ends for the client.
  public var ending: Ending
}

/// What a request says of itself, before anything of it is checked.
struct Heading: Sendable {
  var service: AWSService?
  var operation: String
  var accessKey: String
  var region: String?
  /// The fields of a query-protocol request.
  var form: [String: String] = [:]

  /// `ssm:DescribeParameters`, or `?`.
  var action: String { service.map { "\($0.rawValue):\(operation)" } ?? "?" }

  init(of request: HTTPRequest) {
    let signature = try? Signature(of: request)
    accessKey = signature?.accessKey ?? ""
    region = signature?.region
    if let target = request.field("x-amz-target"), let dot = target.lastIndex(of: ".") {
      operation = String(target[target.index(after: dot)...])
      service = AWSService.allCases.first { $0.targetPrefix.map { $0 == target[..<dot] } ?? false }
    } else {
      form = Self.form(request.body)
      operation = form["Action"] ?? ""
      service = AWSService.allCases.first { $0.queryVersion != nil && $0.queryVersion == form["Version"] }
    }
  }

  private static func form(_ body: [UInt8]) -> [String: String] {
    var form: [String: String] = [:]
    for field in String(decoding: body, as: UTF8.self).split(separator: "&") {
      let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { form[decoded(pair[0])] = decoded(pair[1]) }
    }
    return form
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
