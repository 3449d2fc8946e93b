// SPDX-License-Identifier: Apache-2.0
// What must never be written, whatever happens, and what others must not be able to write through us.

import Core
import Foundation
import LocalAWS
import Testing

@Suite(.serialized) struct SecurityTests {
  private static let secretKey = "cAnArY/secret+key/0123456789abcdefghijkl"
  private static let token = "cAnArYtoken0123456789"

  /// Everything that a process of ours has left behind or shows of itself.
  private static func traces(of program: RunningProgram, in sandbox: Sandbox) throws -> String {
    let state = sandbox.path("state")
    let files = try FileManager.default.contentsOfDirectory(atPath: state).map { "\(state)/\($0)" }
      .filter { !$0.hasSuffix(".sock") }
    let shown = "/proc/\(program.processID)/cmdline"
    let bytes = try (files + [shown]).filter { FileManager.default.fileExists(atPath: $0) }
      .map { String(decoding: try Data(contentsOf: URL(filePath: $0)), as: UTF8.self) }
    return bytes.joined() + program.standardOutput + program.standardError
  }

  @Test func `no key, token or value is in a record, a log, an error or the process list`() async throws {
    let sandbox = try Sandbox()
    sandbox.aws.steer { aws, _ in
      aws.add(
        .user("canary", account: Sandbox.place.account, accessKey: "AKIDCANARY", secretKey: Self.secretKey))
    }
    try sandbox.act(
      "ssm:PutParameter",
      ["Name": "/staging/shop/URL", "Value": "cAnArYvalue", "Type": "String", "Overwrite": true])
    let keys = ["AWS_ACCESS_KEY_ID": "AKIDCANARY", "AWS_SECRET_ACCESS_KEY": Self.secretKey]
    let daemon = try sandbox.run(environment: keys)
    try await sandbox.await("baseline", count: 2)
    sandbox.setRollout(.fails(after: .milliseconds(200), failing: 1, .secretMissing))
    sandbox.inject(
      Fault(
        .error(status: 400, code: "AccessDeniedException", message: "\(Self.secretKey) is not authorized"),
        on: "ssm:DescribeParameters", .next(3, after: 0)))
    try sandbox.act(
      "secretsmanager:PutSecretValue", ["SecretId": "staging/shop/db", "SecretString": "cAnArYvalue"])
    try await sandbox.await("ended")
    try await sandbox.await("sourceRecovered")
    #expect(try Self.traces(of: daemon, in: sandbox).contains("AKIDCANARY") == false)
    #expect(try Self.traces(of: daemon, in: sandbox).contains("cAnArY") == false)
    #expect(try await daemon.stop() == 0)

    // The same with a token that AWS does not know, so that every call is refused.
    let refused = try sandbox.run(environment: keys.merging(["AWS_SESSION_TOKEN": Self.token]) { $1 })
    try await sandbox.await("sourceFailing", count: 2)
    #expect(try Self.traces(of: refused, in: sandbox).contains("cAnArY") == false)
    #expect(try await refused.stop() == 0)
  }

  @Test func `words of AWS can forge no line, record, escape or field`() async throws {
    let sandbox = try Sandbox()
    let forged =
      "\n2026-11-23T00:00:00.000Z notice forged\u{1b}[2J\u{9b}31m\u{202e}\r{\"seq\":1}\u{2028}READY=1"
    sandbox.setRollout(.fails(after: .milliseconds(200), failing: 1, .neverStarts(reason: forged)))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    let table = try sandbox.rollwatch(["history", "--state", sandbox.path("state")])
    #expect(try await table.status() == 0)
    for text in [daemon.standardError, table.standardOutput] {
      #expect(!text.split(separator: "\n").contains { $0.hasPrefix("2026-11-23T00:00:00.000Z") })
      #expect(text.unicodeScalars.filter(Self.steers) == [])
    }
    let stream = try String(contentsOfFile: sandbox.path("state/audit.jsonl"), encoding: .utf8)
    #expect(stream.contains("forged"))
    #expect(stream.unicodeScalars.filter(Self.steers) == [])
    #expect(stream.split(separator: "\n").count == sandbox.records.count)
  }

  /// What moves a cursor, turns the direction of text, or ends a line where none should end.
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "\n" && [.control, .format, .lineSeparator].contains(scalar.properties.generalCategory)
  }

  @Test func `what it writes cannot be read by others`() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.run("--once").status() == 0)
    let state = sandbox.path("state")
    for name in try FileManager.default.contentsOfDirectory(atPath: state) + [""] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(state)/\(name)")
      let mode = try #require(attributes[.posixPermissions] as? Int)
      #expect(mode & 0o027 == 0, "\(name) has mode \(String(mode, radix: 8))")
    }
  }
}
