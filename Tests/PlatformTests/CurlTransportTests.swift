// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

struct CurlTransportTests {
  let transport = CurlTransport(caBundle: nil, on: nil)

  @Test func `a request arrives as it was given and nothing is added but host and length`() async throws {
    let server = RawServer { $0.serve() }
    let fields = [
      ("X-Amz-Target", "AmazonSSM.DescribeParameters"), ("X-Empty", ""), ("content-length", "99"),
    ]
    var request = request(server.url + "a/../b%20c?x=1", body: "{}")
    request.headers = fields
    _ = try await transport.send(request)
    let arrival = try #require(server.requests.first)
    let expected = [
      "POST /a/../b%20c?x=1 HTTP/1.1", "Host: 127.0.0.1:\(server.port)",
      "X-Amz-Target: AmazonSSM.DescribeParameters", "X-Empty:", "Content-Length: 2", "", "",
    ]
    #expect(arrival.head.components(separatedBy: "\r\n") == expected)
    #expect(arrival.body == "{}")
  }

  @Test(arguments: ["GET", "PUT", "DELETE", "HEAD", "POST"])
  func `every method carries its own name and no body that nobody gave`(method: String) async throws {
    let server = RawServer { connection in
      while connection.read() != nil {
        method == "HEAD"
          ? connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") : connection.answer("hello")
      }
    }
    let response = try await transport.send(request(server.url, method: method))
    let isLengthTold = method == "PUT" || method == "POST"
    let arrival = try #require(server.requests.first)
    #expect(arrival.head.hasPrefix("\(method) / HTTP/1.1\r\n"))
    #expect(arrival.head.contains("Content-Length: 0") == isLengthTold)
    #expect(response.body == (method == "HEAD" ? [] : Array("hello".utf8)))
  }

  @Test func `a large body is sent at once, without asking first`() async throws {
    let server = RawServer { $0.serve() }
    let body = String(repeating: "x", count: 3 << 20)
    let response = try await transport.send(request(server.url, body: body))
    #expect(response.status == 200)
    #expect(server.requests.map(\.body.utf8.count) == [3 << 20])
    #expect(server.requests.allSatisfy { !$0.head.lowercased().contains("expect") })
  }

  @Test func `requests one after the other share a connection`() async throws {
    let server = RawServer { $0.serve() }
    for _ in 1...5 { _ = try await transport.send(request(server.url)) }
    #expect(server.requests.map(\.connection) == [1, 1, 1, 1, 1])
  }

  @Test func `a request that must not repeat has a connection of its own`() async throws {
    let server = RawServer { $0.serve() }
    _ = try await transport.send(request(server.url))
    var once = request(server.url, body: "x")
    once.mustNotRepeat = true
    _ = try await transport.send(once)
    _ = try await transport.send(request(server.url))
    #expect(server.requests.map(\.connection) == [1, 2, 1])
  }

  @Test func `a status of 500 is an answer, with its fields in order`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.answer(
        "no", status: "503 Busy", fields: "Retry-After:  7 \r\nX-A: 1\r\nx-a: 2\r\nX-Empty:\r\n")
    }
    let response = try await transport.send(request(server.url))
    #expect(response.status == 503)
    #expect(response.body == Array("no".utf8))
    #expect(response.headers.map(\.name) == ["Content-Length", "Retry-After", "X-A", "x-a", "X-Empty"])
    #expect(response.headers.map(\.value) == ["2", "7", "1", "2", ""])
    #expect(response.header("retry-AFTER") == "7")
  }

  @Test func `the fields of interim answers are not the answer's`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.write("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n")
      connection.answer("ok", fields: "X-Long: one\r\n  two\r\n")
    }
    let response = try await transport.send(request(server.url))
    #expect(response.status == 200)
    #expect(response.header("link") == nil)
    #expect(response.header("x-long") == "one two")
  }

  @Test func `a chunked answer is put together`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.write(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    }
    let response = try await transport.send(request(server.url))
    #expect(response.body == Array("abcde".utf8))
  }

  @Test func `a compressed answer is neither asked for nor unpacked`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.answer("not gzip at all", fields: "Content-Encoding: gzip\r\n")
    }
    let response = try await transport.send(request(server.url))
    #expect(response.body == Array("not gzip at all".utf8))
    #expect(server.requests.allSatisfy { !$0.head.lowercased().contains("accept-encoding") })
  }

  @Test func `a redirect is an answer and is not followed`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.answer("", status: "302 Found", fields: "Location: /elsewhere\r\n")
    }
    let response = try await transport.send(request(server.url))
    #expect(response.status == 302)
    #expect(server.requests.count == 1)
  }

  @Test func `hundreds of requests at once each get their own answer`() async throws {
    let server = RawServer { connection in
      while let arrival = connection.read() { connection.answer(arrival.body) }
    }
    let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<300 {
        group.addTask {
          let response = try await transport.send(request(server.url, body: "\(number)"))
          return response.body == Array("\(number)".utf8)
        }
      }
      return try await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(answers.count == 300)
    #expect(answers.allSatisfy { $0 })
  }

  @Test func `cancellations that race with answers lose nothing and double nothing`() async {
    let server = RawServer { $0.serve() }
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<400 {
        group.addTask {
          await withTaskGroup(of: Bool.self) { inner in
            inner.addTask { await ended(server.url) }
            for _ in 0..<(number % 40) { await Task.yield() }
            inner.cancelAll()
            return await inner.next() ?? false
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count == 400)
    #expect(outcomes.allSatisfy { $0 })
  }

  /// With an answer, or as cancelled.
  private func ended(_ url: String) async -> Bool {
    do throws(TransportFailure) {
      return try await transport.send(request(url)).status == 200
    } catch {
      return error.kind == .cancelled
    }
  }

  @Test func `programs that are started do not get the connections`() async throws {
    let server = RawServer { $0.serve() }
    _ = try await transport.send(request(server.url))
    let kept = (3..<1_024).filter { peerPort(Int32($0)) == server.port }
    #expect(!kept.isEmpty)
    #expect(kept.allSatisfy { fcntl(Int32($0), F_GETFD) & FD_CLOEXEC != 0 })
  }

  private func peerPort(_ socket: Int32) -> Int? {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isConnected = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &size) == 0 }
    }
    return isConnected ? Int(UInt16(bigEndian: address.sin_port)) : nil
  }
}

/// A request with generous limits.
func request(_ url: String, method: String? = nil, body: String = "") -> HTTPRequest {
  let limits = HTTPLimits(
    connect: .seconds(10), silence: .seconds(10), total: .seconds(20), responseBytes: 1 << 20)
  return HTTPRequest(
    method: method ?? (body.isEmpty ? "GET" : "POST"), url: url, headers: [], body: Array(body.utf8),
    mustNotRepeat: false, bypassesProxy: false, limits: limits)
}
