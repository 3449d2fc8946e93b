// SPDX-License-Identifier: Apache-2.0
// The second judge: moto, an AWS that nobody here wrote, with its signature and IAM checks switched on. rollwatch runs as a
// user who has deploy/iam-policy.json and nothing else, so what passes here needs no other permission.

import Foundation
import LocalAWS
import Testing

/// moto in its own process, with the estate of `Tests/Support/moto_estate.py`.
private final class Moto {
  static let python = Program.file(".venv/bin/python")
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: python) }

  let url: String
  let accessKey: String
  let secretKey: String
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init() throws {
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [Program.file("Tests/Support/moto_estate.py")]
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let hello = try Self.line(of: output)
    url = try #require(hello["url"]?.string)
    accessKey = try #require(hello["accessKey"]?.string)
    secretKey = try #require(hello["secretKey"]?.string)
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func ask(_ command: String) throws -> JSON {
    try input.fileHandleForWriting.write(contentsOf: Data("\(command)\n".utf8))
    return try Self.line(of: output)
  }

  private static func line(of pipe: Pipe) throws -> JSON {
    var bytes: [UInt8] = []
    while let byte = try pipe.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
      bytes.append(byte)
    }
    return try JSON(reading: bytes)
  }

  var environment: [String: String] {
    ["AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey]
  }
}

@Suite(.serialized, .enabled(if: Moto.isInstalled, "moto is not in .venv: make test puts it there"))
struct MotoTests {
  @Test(arguments: ["rotate", "put"])
  func `with deploy/iam-policy.json and nothing else, a change restarts its service once`(command: String)
    async throws
  {
    let moto = try Moto()
    let sandbox = try Sandbox()
    let daemon = try sandbox.run(environment: moto.environment)
    try await sandbox.await("baseline", count: 2)
    let before = try moto.ask("deployment")["id"]?.string
    _ = try moto.ask(command)
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)

    let deployment = try moto.ask("deployment")["id"]?.string
    #expect(deployment != before)
    #expect(sandbox.records("issued").count == 1)
    #expect(sandbox.records("issued")[0]["deployment"]?.string == deployment)
    #expect(sandbox.records("ended")[0]["outcome"]?.string == "completed")
    #expect(sandbox.records("sourceFailing").isEmpty)
    #expect(try moto.ask("read")["allowed"] == .bool(false))
  }

  @Test func `a wrong secret key is refused by moto's own signature check`() async throws {
    let moto = try Moto()
    let sandbox = try Sandbox()
    let wrong = moto.environment.merging(["AWS_SECRET_ACCESS_KEY": "wrong"]) { $1 }
    let daemon = try sandbox.run(environment: wrong)
    try await sandbox.await("sourceFailing", count: 2)
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.records("sourceFailing")[0]["error"]?.string?.contains("SignatureDoesNotMatch") == true)
  }
}
