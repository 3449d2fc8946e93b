// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

/// Each in a process of its own, since the environment is the process's.
struct CurlProxyTests {
  @Test func `a proxy of the environment is used, except by what bypasses it`() async {
    await #expect(processExitsWith: .success) {
      let proxy = RawServer { connection in
        while connection.read() != nil { connection.answer("proxied") }
      }
      let server = RawServer { connection in
        while connection.read() != nil { connection.answer("direct") }
      }
      setenv("http_proxy", proxy.url, 1)
      let transport = CurlTransport(caBundle: nil, on: nil)
      let proxied = try await transport.send(request(server.url + "path", body: "x"))
      precondition(proxied.body == Array("proxied".utf8))
      precondition(proxy.requests.first?.head.hasPrefix("POST \(server.url)path HTTP/1.1\r\n") == true)
      var metadata = request(server.url)
      metadata.bypassesProxy = true
      let direct = try await transport.send(metadata)
      precondition(direct.body == Array("direct".utf8))
      setenv("no_proxy", "127.0.0.1", 1)
      let excepted = try await transport.send(request(server.url))
      precondition(excepted.body == Array("direct".utf8))
    }
  }

  @Test func `a tunnel that a proxy refuses has carried nothing`() async {
    await #expect(processExitsWith: .success) {
      let proxy = RawServer { connection in
        connection.read()
        connection.answer("", status: "403 Forbidden")
      }
      setenv("https_proxy", proxy.url, 1)
      var secret = request("https://aws.example/", body: "x")
      secret.headers = [("Authorization", "AWS4-HMAC-SHA256 secret")]
      do throws(TransportFailure) {
        _ = try await CurlTransport(caBundle: nil, on: nil).send(secret)
        preconditionFailure("it went through")
      } catch {
        precondition(error.kind == .unusable, "\(error)")
        precondition(!error.mayHaveArrived)
      }
      precondition(proxy.requests.map { $0.head.hasPrefix("CONNECT aws.example:443 ") } == [true])
      precondition(proxy.requests.allSatisfy { !$0.head.contains("secret") })
    }
  }
}
