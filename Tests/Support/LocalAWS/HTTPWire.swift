// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as far as a server of small requests needs it (RFC 9112).

import LoopbackSockets
import Platform

/// Reads one request after the other off a connection.
struct HTTPWire {
  private static let headLimit = 65_536
  private static let bodyLimit = 16 << 20

  private let connection: LoopbackConnection
  private var buffer: [UInt8] = []

  init(_ connection: LoopbackConnection) { self.connection = connection }

  /// The next request; nil where the client has closed, or sends what is not HTTP.
  mutating func request() -> HTTPRequest? {
    guard let head = head() else { return nil }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let start = (lines.first ?? "").split(separator: " ")
    guard start.count == 3, start[2].hasPrefix("HTTP/1.") else { return nil }
    var headers: [(name: String, value: String)] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers.append((String(line[..<colon]), String(value)))
    }
    let request = HTTPRequest(
      method: String(start[0]), url: "", headers: headers, body: [], mustNotRepeat: false,
      bypassesProxy: true,
      limits: HTTPLimits(connect: .zero, silence: .zero, total: .zero, responseBytes: 0))
    return completed(request, target: String(start[1]))
  }

  private mutating func completed(_ head: HTTPRequest, target: String) -> HTTPRequest? {
    var request = head
    request.url = "http://\(head.field("host") ?? "localhost")\(target)"
    let count = head.field("content-length").map { Int($0) ?? -1 } ?? 0
    guard 0...Self.bodyLimit ~= count, head.field("transfer-encoding") == nil else { return nil }
    if head.field("expect")?.lowercased() == "100-continue" {
      guard connection.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return nil }
    }
    while buffer.count < count {
      guard fill() else { return nil }
    }
    request.body = Array(buffer.prefix(count))
    buffer.removeFirst(count)
    return request
  }

  /// The bytes up to the empty line, which are taken out of the buffer with it.
  private mutating func head() -> [UInt8]? {
    var searched = 0
    while true {
      if let end = endOfHead(from: searched) {
        let head = Array(buffer[..<end])
        buffer.removeFirst(end + 4)
        return head
      }
      searched = max(0, buffer.count - 3)
      guard buffer.count < Self.headLimit, fill() else { return nil }
    }
  }

  private func endOfHead(from start: Int) -> Int? {
    guard buffer.count >= start + 4 else { return nil }
    return (start...buffer.count - 4).first { index in
      buffer[index] == 13 && buffer[index + 1] == 10 && buffer[index + 2] == 13 && buffer[index + 3] == 10
    }
  }

  private mutating func fill() -> Bool {
    let bytes = connection.read()
    buffer += bytes
    return !bytes.isEmpty
  }

  /// An answer with its head. `keeping` sends only so many bytes of the body that the head announces.
  static func bytes(of response: HTTPResponse, keeping: Int = .max, closes: Bool) -> [UInt8] {
    var head = "HTTP/1.1 \(response.status) \(response.status < 400 ? "OK" : "Error")\r\n"
    for field in response.headers { head += "\(field.name): \(field.value)\r\n" }
    head += "Content-Length: \(response.body.count)\r\n"
    if closes { head += "Connection: close\r\n" }
    return Array("\(head)\r\n".utf8) + response.body.prefix(keeping)
  }
}
