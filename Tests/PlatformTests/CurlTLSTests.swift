// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation
import Platform
import Testing

@Suite(.serialized) struct CurlTLSTests {
  private func failure(_ transport: CurlTransport, _ request: HTTPRequest) async -> TransportFailure? {
    do throws(TransportFailure) {
      _ = try await transport.send(request)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a certificate that nobody vouches for is refused before a byte of the request is sent`()
    async throws
  {
    let server = try TLSServer()
    let failure = try #require(await failure(CurlTransport(caBundle: nil, on: nil), request(server.url)))
    #expect(failure.kind == .tls, "\(failure)")
    #expect(!failure.mayHaveArrived)
  }

  @Test func `a certificate of the given bundle is accepted, for its own name only`() async throws {
    let server = try TLSServer()
    let transport = CurlTransport(caBundle: server.certificate, on: nil)
    let response = try await transport.send(request(server.url))
    #expect(response.status == 200)
    let otherName = request("https://localhost:\(server.port)/")
    #expect(await failure(transport, otherName)?.kind == .tls)
  }

  @Test func `a bundle that is not there is named`() async throws {
    let server = try TLSServer()
    let failure = try #require(
      await failure(CurlTransport(caBundle: "/nonexistent/ca.pem", on: nil), request(server.url)))
    #expect(failure.kind == .unusable)
    #expect(failure.message.contains("/nonexistent/ca.pem"))
  }

  @Test func `a handshake that is cut or silent says nothing about certificates`() async throws {
    let cutting = RawServer { connection in
      connection.waitForPeer()
      connection.reset()
    }
    let cut = try #require(
      await failure(CurlTransport(caBundle: nil, on: nil), request("https://127.0.0.1:\(cutting.port)/")))
    #expect(cut.kind == .cut, "\(cut)")
    #expect(!cut.mayHaveArrived)

    let silent = RawServer { connection in while connection.waitForPeer() {} }
    var impatient = request("https://127.0.0.1:\(silent.port)/")
    impatient.limits.connect = .milliseconds(200)
    let late = try #require(await failure(CurlTransport(caBundle: nil, on: nil), impatient))
    #expect(late.kind == .timedOut, "\(late)")
    #expect(!late.mayHaveArrived)
  }
}

/// `openssl s_server` with a certificate of its own for 127.0.0.1.
final class TLSServer {
  let port: Int
  let certificate: String
  private let process = Process()
  private let folder = TemporaryFolder()

  var url: String { "https://127.0.0.1:\(port)/" }

  init() throws {
    certificate = folder.path + "/cert.pem"
    let key = folder.path + "/key.pem"
    let maker = Process()
    try Self.openssl(
      maker,
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + [
          "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ],
      output: FileHandle.nullDevice)
    maker.waitUntilExit()
    let pipe = Pipe()
    try Self.openssl(
      process, ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key], output: pipe
    )
    let output = pipe.fileHandleForReading
    var text = ""
    var port: Int?
    while port == nil, let more = String(bytes: output.availableData, encoding: .utf8), !more.isEmpty {
      text += more
      port = text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/).flatMap { Int($0.1) }
    }
    self.port = try #require(port, "openssl s_server did not start: \(text)")
  }

  deinit {
    // The signals that can be blocked are, in what a task's thread starts.
    kill(process.processIdentifier, SIGKILL)
  }

  private static func openssl(_ process: Process, _ arguments: [String], output: Any) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
  }
}
