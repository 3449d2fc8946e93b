// SPDX-License-Identifier: Apache-2.0
// What operators tell a running daemon, as they do it: by the program's own commands.

import Foundation
import LocalAWS
import Testing

@Suite(.serialized) struct ControlTests {
  @Test func `what is held begins only when it is released, and the journal says by whose word`() async throws
  {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    let hold = try await sandbox.command("hold", Sandbox.service, "--reason", "a freeze")
    #expect(hold.status == 0, "\(hold.errors)")
    #expect(hold.output.contains("until rollwatch release"))
    try sandbox.rotateSecret()
    try await sandbox.await("held")
    let status = try await sandbox.command("status")
    #expect(status.output.contains("a freeze"))
    #expect(status.output.contains(Sandbox.target))
    #expect(sandbox.forcedDeployments == 0)

    #expect(try await sandbox.command("release", Sandbox.target).status == 0)
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 1)
    let orders = sandbox.records("ordered")
    #expect(orders.compactMap { $0["order"]?.string } == ["hold", "release"])
    #expect(orders[0]["reason"]?.string == "a freeze")
    let actor = try #require(orders[0]["actor"]?.string)
    #expect(actor == (getuid() == 0 ? "uid 0 (root)" : "uid \(getuid()) (\(NSUserName()))"))
  }

  @Test func `everything can be held and released`() async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    #expect(try await sandbox.command("hold", "--all").status == 0)
    try sandbox.rotateSecret()
    try await sandbox.await("held")
    #expect(try await sandbox.command("release", "--all").status == 0)
    try await sandbox.await("ended")
    #expect(try await daemon.stop() == 0)
  }

  @Test func `what waits can be skipped, and is not restarted for that change`() async throws {
    let sandbox = try Sandbox(quiet: "5s")
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("changed")
    #expect(try await sandbox.command("skip", Sandbox.service).status == 0)
    try await sandbox.await("skipped")
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 0)
  }

  @Test func `a restart that failed is made again on request, and its version leaves quarantine`()
    async throws
  {
    let sandbox = try Sandbox()
    sandbox.setRollout(.fails(after: .milliseconds(300), failing: 1, .secretMissing))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("quarantined")
    #expect(try await sandbox.command("status").output.contains("in quarantine"))
    sandbox.setRollout(.completes(after: .milliseconds(300)))
    #expect(try await sandbox.command("release", "secret:staging/shop/db").status == 0)
    let retry = try await sandbox.command("retry", Sandbox.service)
    #expect(retry.status == 0, "\(retry.errors)")
    try await sandbox.await("ended", count: 2)
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.records("ended").last?["outcome"]?.string == "completed")
    #expect(sandbox.records("unquarantined").count == 1)
  }

  @Test func `a restart goes to the daemon, which is followed to the end`() async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    let restart = try await sandbox.command("restart", Sandbox.service, "--reason", "a certificate")
    #expect(restart.status == 0, "\(restart.errors)")
    #expect(restart.output.contains("completed after"))
    #expect(sandbox.records("planned")[0]["reason"]?.string == "a certificate")
    #expect(sandbox.records("ordered")[0]["order"]?.string == "restart")

    sandbox.setRollout(.hangs)
    #expect(try await sandbox.command("restart", Sandbox.service, "--no-wait").status == 0)
    try await sandbox.await("issued", count: 2)
    #expect(try await sandbox.command("restart", Sandbox.service).status == 1)
    #expect(try await daemon.stop() == 0)
    #expect(sandbox.forcedDeployments == 2)
  }

  @Test func `a restart that fails exits 1, and so does one whose daemon ends first`() async throws {
    let sandbox = try Sandbox()
    sandbox.setRollout(.fails(after: .milliseconds(300), failing: 1, .secretMissing))
    let daemon = try await sandbox.startedDaemon()
    #expect(try await sandbox.command("restart", Sandbox.service).status == 1)
    sandbox.setRollout(.hangs)
    let restart = try sandbox.rollwatch(["restart", Sandbox.service, "--state", sandbox.path("state")])
    try await sandbox.await("issued", count: 2)
    #expect(try await daemon.stop() == 0)
    #expect(try await restart.status() == 1)
    #expect(restart.standardError.contains("the daemon has stopped"))
  }

  @Test func `what cannot be done is refused with a reason, and nothing changes`() async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    let before = sandbox.records.count
    for order in [
      ["release", Sandbox.service], ["retry", Sandbox.service], ["skip", Sandbox.service],
      ["approve", "secret:staging/shop/db"], ["hold", "nonsense"], ["release", "--all"],
    ] {
      let ended = try await sandbox.command(order[0], order[1])
      #expect(ended.status == 1, "\(order)")
      #expect(ended.errors.hasPrefix("rollwatch: error: "), "\(ended.errors)")
    }
    #expect(sandbox.records.count == before)
    #expect(try await daemon.stop() == 0)
  }

  @Test func `the status as JSON has the documented keys`() async throws {
    let sandbox = try Sandbox()
    sandbox.setRollout(.hangs)
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("issued")
    let status = try JSON(reading: Array(try await sandbox.command("status", "--json").output.utf8))
    #expect(status["daemon"]?["pid"] == .integer(Int64(daemon.processID)))
    #expect(status["sources"]?[0]?["region"]?.string == "eu-west-2")
    #expect(status["restarts"]?[0]?["target"]?.string == Sandbox.target)
    #expect(status["restarts"]?[0]?["stage"]?.string == "following")
    #expect(status["restarts"]?[0]?["causes"]?[0]?.string == "secret:staging/shop/db")
    #expect(try await daemon.stop() == 0)

    let remembered = try await sandbox.command("status", "--json")
    #expect(remembered.status == 0)
    #expect(remembered.errors.contains("no daemon runs"))
    let journal = try JSON(reading: Array(remembered.output.utf8))
    #expect(journal["daemon"] == nil)
    #expect(journal["restarts"]?[0]?["stage"]?.string == "following")
  }

  @Test func `why tells the story of a service and of its secret, beside the daemon and without it`()
    async throws
  {
    let sandbox = try Sandbox()
    sandbox.setRollout(.fails(after: .milliseconds(300), failing: 1, .secretMissing))
    let daemon = try await sandbox.startedDaemon()
    try sandbox.rotateSecret()
    try await sandbox.await("quarantined")
    let beside = try await sandbox.command("why", Sandbox.service)
    #expect(beside.output.hasPrefix("The restart of \(Sandbox.target) failed after"), "\(beside.output)")
    #expect(beside.output.contains("stopped task: "))
    #expect(beside.output.contains("rollwatch retry \(Sandbox.target)"))
    #expect(try await daemon.stop() == 0)
    #expect(try await sandbox.command("why", Sandbox.target).output == beside.output)
    for name in ["secret:staging/shop/db", "staging/shop/db"] {
      let secret = try await sandbox.command("why", name)
      #expect(secret.output.contains("of 1 target 0 came to a good end, 1 to a bad one"), "\(secret.output)")
    }
    #expect(try await sandbox.command("why", "nothing/here").status == 1)
  }

  @Test func `without a daemon an order says so and how to start one`() async throws {
    let sandbox = try Sandbox()
    for arguments in [["hold", "--all"], ["status"], ["restart", "unit:nginx.service"]] {
      let ended = try await sandbox.command(arguments[0], Array(arguments.dropFirst()))
      #expect(ended.status == 1, "\(arguments)")
      #expect(ended.errors.contains("no daemon runs"), "\(ended.errors)")
    }
  }

  @Test(arguments: [
    ["why"], ["why", ""], ["hold"], ["hold", "a/b", "--all"], ["release", ""], ["retry"], ["skip", "--all"],
    ["status", "a"],
    ["hold", "--all", "--reason", String(repeating: "x", count: 501)],
  ])
  func `wrong usage exits 64`(arguments: [String]) async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.command(arguments[0], Array(arguments.dropFirst())).status == 64)
  }

  @Test func `the socket of a killed daemon is replaced by the next one`() async throws {
    let sandbox = try Sandbox()
    let killed = try await sandbox.startedDaemon()
    killed.signal(SIGKILL)
    _ = try await killed.status()
    #expect(FileManager.default.fileExists(atPath: sandbox.path("state/rollwatch.sock")))
    #expect(try await sandbox.command("hold", "--all").errors.contains("no daemon runs"))
    let daemon = try sandbox.run()
    try await sandbox.await("the new daemon's answer") { sandbox.records("started").count == 2 }
    try await sandbox.await("rulesLoaded", count: 2)
    #expect(try await sandbox.command("hold", "--all").status == 0)
    #expect(try await daemon.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: sandbox.path("state/rollwatch.sock")))
  }

  @Test func `a socket on which another daemon listens is not taken`() async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    let second = try sandbox.rollwatch([
      "run", "--rules", sandbox.path("rules"), "--state", sandbox.path("other"), "--socket",
      sandbox.path("state/rollwatch.sock"),
    ])
    #expect(try await second.status() == 1)
    #expect(second.standardError.contains("another process listens there"))
    #expect(try await sandbox.command("status").status == 0)
    #expect(try await daemon.stop() == 0)
  }

  @Test(arguments: [
    "\n", "nonsense\n", #"{"rollwatch":2,"command":"status"}"# + "\n",
    #"{"rollwatch":1,"command":"explode"}"# + "\n",
    #"{"rollwatch":1,"command":"hold"}"# + "\n", #"{"rollwatch":1,"command":"hold","all":true,"reason":7"#,
    String(repeating: "[", count: 16_000) + "\n", String(repeating: "x", count: 100_000),
  ])
  func `whoever speaks nonsense is refused or cut off, and the daemon works on`(text: String) async throws {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    let before = sandbox.records.count
    let answer = try RawSocket(sandbox.path("state/rollwatch.sock")).exchange(text)
    #expect(answer.isEmpty || answer.hasPrefix(#"{"rollwatch":1,"refused":""#), "\(answer)")
    #expect(try await sandbox.command("status").status == 0)
    #expect(sandbox.records.count == before)
    #expect(try await daemon.stop() == 0)
  }

  @Test func `those who connect and say nothing hold up neither commands nor the work nor the stop`()
    async throws
  {
    let sandbox = try Sandbox()
    let daemon = try await sandbox.startedDaemon()
    let silent = try (0..<40).map { _ in try RawSocket(sandbox.path("state/rollwatch.sock")) }
    try sandbox.rotateSecret()
    try await sandbox.await("ended")
    // Their time is soon over.
    let end = ContinuousClock.now + .seconds(20)
    while try await sandbox.command("status").status != 0 { try #require(ContinuousClock.now < end) }
    daemon.signal(SIGTERM)
    #expect(try await daemon.status(within: .seconds(5)) == 0)
    withExtendedLifetime(silent) {}
  }

  @Test(.enabled(if: getuid() == 0, "only root can become somebody else"))
  func `who may not open the socket is told which group may`() async throws {
    let sandbox = try Sandbox()
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: sandbox.folder.path)
    let daemon = try sandbox.run("--socket", sandbox.path("open.sock"))
    try await sandbox.await("baseline", count: 2)
    let program = Program.products.appending(path: "rollwatch").path
    let denied = try await Program.run(
      "setpriv",
      [
        "--reuid=65534", "--regid=65534", "--clear-groups", program, "status", "--socket",
        sandbox.path("open.sock"),
      ])
    #expect(denied.status != 0)
    if denied.errors.contains("rollwatch: error:") {
      #expect(denied.errors.contains("the group 'root'"), "\(denied.errors)")
    }
    #expect(try await daemon.stop() == 0)
  }
}

extension Sandbox {
  /// Runs a command for the daemon of this sandbox to its end.
  func command(_ name: String, _ arguments: String...) async throws -> (
    status: Int32, output: String, errors: String
  ) {
    try await command(name, arguments)
  }

  func command(
    _ name: String, _ arguments: [String]
  ) async throws -> (status: Int32, output: String, errors: String) {
    let program = try rollwatch([name, "--state", path("state")] + arguments)
    return (try await program.status(), program.standardOutput, program.standardError)
  }
}

/// A client that says whatever it likes.
private final class RawSocket {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let result = unsafe withUnsafePointer(to: address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
  }

  deinit { close(descriptor) }

  /// Says it, and hears what is answered until the other end is closed.
  func exchange(_ text: String) throws -> String {
    let bytes = Array(text.utf8)
    _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    if !text.hasSuffix("\n") { shutdown(descriptor, Int32(SHUT_WR)) }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
      answer += buffer.prefix(count)
    }
  }
}
