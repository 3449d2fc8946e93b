// SPDX-License-Identifier: Apache-2.0

import Folders
import Foundation
import Platform
import Testing

@Suite(.timeLimit(.minutes(1))) struct UnixSocketTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/a.sock" }

  /// Runs on an event loop of its own, as the program does.
  private func onLoop<Result: Sendable>(
    _ work: @escaping @Sendable (EventLoop) async throws -> Result
  ) throws -> Result {
    let loop = EventLoop()
    let outcome = Locked<Swift.Result<Result, any Error>?>(nil)
    loop.run {
      do {
        let value = try await work(loop)
        outcome.withLock { $0 = .success(value) }
      } catch {
        outcome.withLock { $0 = .failure(error) }
      }
    }
    return try #require(outcome.withLock { $0 }).get()
  }

  @Test func `a line goes one way and its answer the other, and the listener knows who asks`() throws {
    let path = path
    let (asked, answer, user) = try onLoop { loop in
      let listener = try UnixListener(path: path, on: loop)
      async let client: [UInt8]? = {
        let connection = try UnixConnection(to: path, on: loop)
        _ = await connection.write(Array("ping\nrest".utf8))
        return await connection.line(atMost: 100)
      }()
      let connection = try #require(await listener.accept())
      let asked = await connection.line(atMost: 100)
      _ = await connection.write(Array("pong\n".utf8))
      return (asked, try await client, connection.peer)
    }
    #expect(asked == Array("ping".utf8))
    #expect(answer == Array("pong".utf8))
    #expect(user == UserID(number: getuid()))
  }

  @Test func `megabytes go through to one who reads later, in order`() throws {
    let path = path
    let sent = (0..<3_000_000).map { UInt8(65 + $0 % 26) } + [10]
    let received = try onLoop { loop in
      let listener = try UnixListener(path: path, on: loop)
      let client = try UnixConnection(to: path, on: loop)
      let connection = try #require(await listener.accept())
      async let isWritten = connection.write(sent)
      let line = await client.line(atMost: 4_000_000)
      #expect(await isWritten)
      return line
    }
    #expect(received == Array(sent.dropLast()))
  }

  @Test(arguments: ["0123456789", "01234567890123456789\n", ""])
  func `one who sends too much, or half a line and goes, has said nothing`(text: String) throws {
    let path = path
    let line = try onLoop { loop in
      let listener = try UnixListener(path: path, on: loop)
      do {
        let client = try UnixConnection(to: path, on: loop)
        _ = await client.write(Array(text.utf8))
      }
      let connection = try #require(await listener.accept())
      return await connection.line(atMost: 10)
    }
    #expect(line == nil)
  }

  @Test func `waiting for a connection, for a line and for room to write ends with the task`() throws {
    let path = path
    try onLoop { loop in
      let listener = try UnixListener(path: path, on: loop)
      let client = try UnixConnection(to: path, on: loop)
      let connection = try #require(await listener.accept())
      await withTaskGroup(of: Void.self) { group in
        group.addTask { #expect(await listener.accept() == nil) }
        group.addTask { #expect(await connection.line(atMost: 10) == nil) }
        group.addTask { #expect(await connection.write(Array(repeating: 65, count: 10_000_000)) == false) }
        try? await loop.sleep(for: .milliseconds(1))
        group.cancelAll()
      }
      withExtendedLifetime(client) {}
    }
  }

  @Test func `a socket that a dead process left is replaced, and is gone after an end in good order`() throws
  {
    let path = path
    try onLoop { loop in
      // What a killed process leaves: a file that nobody listens on.
      let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let bound = withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(bound == 0)
      close(dead)
      do {
        let listener = try UnixListener(path: path, on: loop)
        _ = try UnixConnection(to: path, on: loop)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o660)
        withExtendedLifetime(listener) {}
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `a socket that lives is not taken, and neither is a file that is no socket`() throws {
    let path = path
    let file = folder.path + "/file"
    try onLoop { loop in
      let listener = try UnixListener(path: path, on: loop)
      #expect { try UnixListener(path: path, on: loop) } throws: {
        ($0 as? UnixSocketFailure)?.kind == .inUse
      }
      #expect(FileManager.default.fileExists(atPath: path))
      try Data().write(to: URL(filePath: file))
      #expect { try UnixListener(path: file, on: loop) } throws: {
        ($0 as? UnixSocketFailure)?.kind == .inUse
      }
      withExtendedLifetime(listener) {}
    }
  }

  @Test func `a path may be longer than the system's structure holds`() throws {
    let long = String(repeating: "x", count: 200)
    folder.makeFolder(long)
    let path = "\(folder.path)/\(long)/a.sock"
    try onLoop { loop in
      let listener = try UnixListener(path: path, on: loop)
      _ = try UnixConnection(to: path, on: loop)
      #expect(FileManager.default.fileExists(atPath: path))
      withExtendedLifetime(listener) {}
    }
  }

  @Test func `where nobody listens is told from where one may not connect`() throws {
    let path = path
    try onLoop { loop in
      #expect { _ = try UnixConnection(to: path, on: loop) } throws: {
        ($0 as? UnixSocketFailure)?.kind == .nobodyListens
      }
      return
    }
  }

  @Test func `a user has a name, and a number without one has none`() throws {
    let names = try onLoop { loop in
      [
        await UserID(number: 0).name(within: .seconds(30), on: loop),
        await UserID(number: 3_999_999_999).name(within: .seconds(30), on: loop),
      ]
    }
    #expect(names == ["root", nil])
  }
}
