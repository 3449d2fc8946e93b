// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

/// What must be told right is `mayHaveArrived`: a restart is asked for again only where it is certain that none began.
struct CurlFaultTests {
  let transport = CurlTransport(caBundle: nil, on: nil)

  private func failing(_ request: HTTPRequest) async -> TransportFailure? {
    do throws(TransportFailure) {
      _ = try await transport.send(request)
      return nil
    } catch {
      return error
    }
  }

  // MARK: Closed connections

  /// Serves the first request of the first connection, then closes it on the second without an answer.
  private func closingServer() -> RawServer {
    RawServer { connection in
      if connection.number == 1 {
        connection.read()
        connection.answer("first")
        connection.read()
      } else {
        connection.serve()
      }
    }
  }

  @Test func `libcurl sends a POST again when a kept connection closes on it`() async throws {
    let server = closingServer()
    _ = try await transport.send(request(server.url, body: "warm"))
    _ = try await transport.send(request(server.url, body: "work"))
    #expect(server.requests.map(\.body) == ["warm", "work", "work"])
  }

  @Test func `a POST that must not repeat arrives once where a kept connection would close on it`()
    async throws
  {
    let server = closingServer()
    _ = try await transport.send(request(server.url, body: "warm"))
    var once = request(server.url, body: "work")
    once.mustNotRepeat = true
    let response = try await transport.send(once)
    #expect(response.status == 200)
    #expect(server.requests.map(\.body) == ["warm", "work"])
  }

  @Test(arguments: [true, false])
  func `a POST whose answer never comes arrives once and may have taken effect`(isReset: Bool) async throws {
    let server = RawServer { connection in
      connection.read()
      if isReset { connection.reset() }
    }
    var once = request(server.url, body: "work")
    once.mustNotRepeat = true
    let failure = try #require(await failing(once))
    #expect(failure.kind == .cut)
    #expect(failure.mayHaveArrived)
    #expect(server.requests.map(\.body) == ["work"])
  }

  static let broken: [(String, String)] = [
    ("in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    ("in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf"),
    ("in the header", "HTTP/1.1 200 OK\r\nContent-Le"),
    ("with no HTTP at all", "220 mail.example ESMTP\r\n"),
    ("with an impossible length", "HTTP/1.1 200 OK\r\nContent-Length: lots\r\n\r\nhalf"),
    ("with a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhalf\r\n"),
  ]

  @Test(arguments: broken)
  func `an answer that is broken is cut`(_ what: String, answer: String) async throws {
    let server = RawServer { connection in
      connection.read()
      connection.write(answer)
    }
    let failure = try #require(await failing(request(server.url)))
    #expect(failure.kind == .cut, "\(what): \(failure)")
    #expect(failure.mayHaveArrived)
  }

  // MARK: Time

  @Test func `a server that says nothing is given up after the limit on silence`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.waitForPeer()
    }
    var silent = request(server.url)
    silent.limits.silence = .milliseconds(150)
    let start = ContinuousClock.now
    let failure = try #require(await failing(silent))
    #expect(failure.kind == .timedOut)
    #expect(failure.mayHaveArrived)
    #expect(failure.message.contains("no byte for 0.15 seconds"))
    #expect(start.duration(to: .now) >= .milliseconds(150))
  }

  @Test func `a server that falls silent in the middle is given up too`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
      connection.waitForPeer()
    }
    var silent = request(server.url)
    silent.limits.silence = .milliseconds(150)
    #expect(await failing(silent)?.kind == .timedOut)
  }

  /// A byte every 50 ms.
  private func drippingServer(_ bytes: Int) -> RawServer {
    RawServer { connection in
      connection.read()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n")
      for _ in 0..<bytes {
        usleep(50_000)
        connection.write("x")
      }
    }
  }

  @Test func `a slow answer is not a silent one`() async throws {
    let server = drippingServer(16)
    var slow = request(server.url)
    slow.limits.silence = .milliseconds(600)
    let response = try await transport.send(slow)
    #expect(response.body.count == 16)
  }

  @Test func `an answer that only drips is given up after the limit for the whole`() async throws {
    let server = drippingServer(1_000)
    var slow = request(server.url)
    slow.limits.total = .milliseconds(300)
    let failure = try #require(await failing(slow))
    #expect(failure.kind == .timedOut)
    #expect(failure.mayHaveArrived)
  }

  @Test func `a connection that does not come about is given up, and nothing has left`() async throws {
    let full = FullListener()
    var slow = request("http://127.0.0.1:\(full.port)/")
    slow.limits.connect = .milliseconds(150)
    let failure = try #require(await failing(slow))
    #expect(failure.kind == .timedOut)
    #expect(!failure.mayHaveArrived)
  }

  // MARK: Size

  static let large: [(String, String)] = [
    ("declared", "Content-Length: 2000\r\n\r\n"),
    ("not declared", "\r\n" + String(repeating: "x", count: 1_001)),
    ("chunked", "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + String(repeating: "x", count: 2_000)),
  ]

  @Test(arguments: large)
  func `a body over the limit is not taken in`(_ what: String, answer: String) async throws {
    let server = RawServer { connection in
      connection.read()
      connection.write("HTTP/1.1 200 OK\r\n" + answer)
    }
    var small = request(server.url)
    small.limits.responseBytes = 1_000
    let failure = try #require(await failing(small))
    #expect(failure.kind == .tooLarge)
    #expect(failure.mayHaveArrived)
  }

  @Test func `a body that is longer than it says ends where it says`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more")
    }
    let response = try await transport.send(request(server.url))
    #expect(response.body == Array("four".utf8))
  }

  @Test func `a body of exactly the limit is fine`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.answer(String(repeating: "x", count: 1_000))
    }
    var small = request(server.url)
    small.limits.responseBytes = 1_000
    let response = try await transport.send(small)
    #expect(response.body.count == 1_000)
  }

  @Test func `header fields without end are not taken in`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.write("HTTP/1.1 200 OK\r\n")
      for _ in 0..<100 { connection.write("X-Large: \(String(repeating: "x", count: 1_000))\r\n") }
    }
    #expect(await failing(request(server.url))?.kind == .tooLarge)
  }

  // MARK: Unreachable, unusable

  @Test(arguments: ["http://127.0.0.1:1/", "http://no..such.name/"])
  func `where nobody listens nothing has left`(url: String) async throws {
    let failure = try #require(await failing(request(url)))
    #expect(failure.kind == .unreachable, "\(failure)")
    #expect(!failure.mayHaveArrived)
  }

  @Test(arguments: [
    "", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://user:secret@127.0.0.1/", "http://a b/",
    "http://a/\r\nX: y",
  ])
  func `a URL that cannot work is refused, and no secret of it is told`(url: String) async throws {
    let failure = try #require(await failing(request(url)))
    #expect(failure.kind == .unusable, "\(failure)")
    #expect(!failure.mayHaveArrived)
    #expect(!failure.message.contains("secret"))
  }

  @Test(arguments: [("X-A", "1\r\nX-B: 2"), ("X-A\r\nX-B", "1"), ("X-A: 1", "2"), ("", "1"), ("X-A", "1\0")])
  func `a field that would become two is refused`(name: String, value: String) async throws {
    var forged = request("http://127.0.0.1:1/")
    forged.headers = [(name: name, value: value)]
    #expect(await failing(forged)?.kind == .unusable)
  }

  // MARK: Ends

  @Test func `a cancelled request returns at once and leaves the driver to the others`() async throws {
    let server = RawServer { connection in
      if connection.read()?.body == "hang" { connection.waitForPeer() }
      connection.answer("ok")
    }
    let failures = await withTaskGroup(of: TransportFailure?.self) { group in
      for _ in 0..<50 { group.addTask { await failing(request(server.url, body: "hang")) } }
      var arrivals = server.arrivals.makeAsyncIterator()
      for _ in 0..<50 { _ = await arrivals.next() }
      let start = ContinuousClock.now
      group.cancelAll()
      let failures = await group.reduce(into: []) { $0.append($1) }
      #expect(start.duration(to: .now) < .seconds(2))
      return failures
    }
    #expect(failures.allSatisfy { $0?.kind == .cancelled && $0?.mayHaveArrived == true })
    _ = try await transport.send(request(server.url, body: "next"))
  }

  @Test func `a request of a cancelled task is not sent`() async throws {
    let server = RawServer { $0.serve() }
    let failure = await withTaskGroup(of: TransportFailure?.self) { group in
      group.cancelAll()
      group.addTask { await failing(request(server.url)) }
      return await group.next() ?? nil
    }
    #expect(failure?.kind == .cancelled)
    #expect(failure?.mayHaveArrived == false)
    #expect(server.requests.isEmpty)
  }

  @Test func `closing ends what is under way and refuses what comes`() async throws {
    let server = RawServer { connection in
      connection.read()
      connection.waitForPeer()
    }
    async let underWay = failing(request(server.url))
    var arrivals = server.arrivals.makeAsyncIterator()
    _ = await arrivals.next()
    transport.close()
    #expect(await underWay?.kind == .cancelled)
    #expect(await failing(request(server.url))?.kind == .unusable)
  }
}
