// SPDX-License-Identifier: Apache-2.0

import Core
import Folders
import Foundation
import Platform
import Testing

struct ProgramTests {
  private let scratch = TemporaryFolder()
  private var folder: String { scratch.path }

  private func shell(
    _ script: String, input: [UInt8] = [], environment: [String: String] = [:], outputBytes: Int = 1_000
  ) -> Program {
    Program(
      words: ["/bin/sh", "-c", script, "script", folder],
      environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 },
      directory: "/", input: input, outputBytes: outputBytes, errorBytes: 100)
  }

  private func run(_ program: Program) async throws -> ProgramEnding {
    try await program.run(within: .seconds(120), grace: .seconds(60), on: SystemClock())
  }

  /// The limit passes once the program has made this file.
  private struct Marked: TimeSource {
    let file: String

    func now() -> Timestamp { SystemClock().now() }
    func elapsed() -> Duration { SystemClock().elapsed() }
    func sleep(for duration: Duration) async throws(CancellationError) {
      while !FileManager.default.fileExists(atPath: file) {
        guard !Task.isCancelled else { throw CancellationError() }
        await Task.yield()
      }
    }
  }

  /// Processes that the script has noted as `FOLDER/NAME`.
  private func process(_ name: String) throws -> Int32 {
    return try #require(Int32(scratch.text(of: name).filter(\.isNumber)))
  }

  private func isRunning(_ process: Int32) -> Bool {
    let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return text.map { !$0.contains(") Z ") && !$0.contains(") X ") } ?? false
  }

  // MARK: What it is given

  @Test func `a program gets its words, its environment and nothing else, and the input as a file`()
    async throws
  {
    let script = #"printf '%s|%s|' "$#" "$MARK"; env | wc -l; cat; pwd; ls -l /proc/self/fd | grep -c ' -> '"#
    let program = shell(script, input: Array("in\n".utf8), environment: ["MARK": "a b\n$HOME"])
    let ending = try await run(program)
    #expect(ending.isSuccess)
    // PATH, MARK in two lines, PWD of the shell's own; standard input, output and error, and the folder that ls reads.
    #expect(String(decoding: ending.output, as: UTF8.self) == "1|a b\n$HOME|4\nin\n/\n4\n")
  }

  @Test func `a program is the leader of a session of its own, and deaf to no signal`() async throws {
    let script = #"cut -d' ' -f1,5,6 /proc/self/stat; grep -E 'Sig(Blk|Ign)' /proc/self/status"#
    let program = Program(
      words: ["/bin/sh", "-c", "exec sh -c '\(script.replacingOccurrences(of: "'", with: "'\\''"))'"],
      environment: ["PATH": "/usr/bin:/bin"], directory: nil, input: [], outputBytes: 1_000, errorBytes: 0)
    let started = try await program.start()
    let ending = await started.end()
    let lines = String(decoding: ending.output, as: UTF8.self).split(separator: "\n")
    // cut is a child in the session and group of the shell.
    #expect(lines[0].hasSuffix(" \(started.processID) \(started.processID)"))
    // All but 32 and 33, which the C library keeps for itself.
    let masks = lines.dropFirst().compactMap { UInt64($0.split(separator: "\t")[1], radix: 16) }
    let signals = masks.map { $0 & ~0x1_8000_0000 }
    #expect(signals == [0, 0], "\(lines)")
  }

  @Test func `a program need not read its input`() async throws {
    let input = [UInt8](repeating: 0x78, count: 4 << 20)
    #expect(try await run(shell("exec <&-; exit 0", input: input)).isSuccess)
    #expect(try await run(shell("head -c 1 >/dev/null", input: input)).isSuccess)
  }

  @Test func `a bare name is looked for in the program's own PATH`() async throws {
    try scratch.write("#!/bin/sh\necho found\n", to: "fetch it", permissions: 0o700)
    let program = Program(
      words: ["fetch it"], environment: ["PATH": "/nowhere:\(folder)"], directory: nil, input: [],
      outputBytes: 10, errorBytes: 0)
    #expect(try await run(program).output == Array("found\n".utf8))
  }

  // MARK: What is wrong with it

  @Test(
    arguments: [
      ("/nowhere/program", ProgramFailure.Kind.notFound, "is not there"),
      ("no-such-program", .notFound, "in no directory of PATH"), ("/tmp", .notExecutable, "may execute"),
      ("FOLDER/plain", .notExecutable, "may execute"), ("FOLDER/orphan", .unfit, "names an interpreter"),
      ("FOLDER/text", .unfit, "whose first line names one"), ("", .notFound, "no name"),
    ])
  func `what cannot be started says why`(_ name: String, _ kind: ProgramFailure.Kind, _ words: String)
    async throws
  {
    for (file, text, mode) in [
      ("plain", "#!/bin/sh\n", 0o600), ("orphan", "#!/nowhere/sh\n", 0o700), ("text", "hello\n", 0o700),
    ] {
      try scratch.write(text, to: file, permissions: mode)
    }
    let program = Program(
      words: [name.replacingOccurrences(of: "FOLDER", with: folder)], environment: ["PATH": "/usr/bin:/bin"],
      directory: nil, input: [], outputBytes: 0, errorBytes: 0)
    let failure = await #expect(throws: ProgramFailure.self) { try await program.start() }
    #expect(
      failure?.kind == kind && failure?.description.contains(words) == true, "\(String(describing: failure))")
  }

  // MARK: How it ends

  @Test func `its exit status and its last words are told`() async throws {
    let ending = try await run(shell("echo one >&2; printf 'two\\n  \\n' >&2; exit 3"))
    #expect(ending.cause == .exited(3) && ending.words == "exit status 3" && ending.lastLine == "two")
    #expect(try await run(shell("kill -9 $$")).words == "signal 9")
  }

  @Test func `a program that writes without end is not held up, and what is kept is bounded`() async throws {
    let script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo end >&2; exit 5"
    let ending = try await run(shell(script))
    #expect(ending.cause == .exited(5) && ending.output.count == 1_000 && ending.outputIsCut)
    #expect(ending.errors.count == 100 && ending.errors.suffix(4) == Array("end\n".utf8)[...])
  }

  @Test(.timeLimit(.minutes(2)))
  func `a child that it leaves behind keeps nobody waiting, and lives on`() async throws {
    let ending = try await run(shell("sleep 600 & echo $! >$1/child; exit 0"))
    #expect(ending.isSuccess)
    let child = try process("child")
    #expect(isRunning(child))
    kill(child, SIGKILL)
  }

  // MARK: How it is ended

  @Test(.timeLimit(.minutes(2)))
  func `at the limit it is asked to end, and has its grace to do so`() async throws {
    let script = "trap 'echo bye >&2; exit 7' TERM; : >$1/ready; while :; do sleep 0.05; done"
    let ending = try await shell(script).run(
      within: .zero, grace: .seconds(60), on: Marked(file: "\(folder)/ready"))
    #expect(ending.wasEnded == .late && ending.cause == .exited(7) && ending.lastLine == "bye")
    #expect(!ending.isSuccess)
  }

  @Test(.timeLimit(.minutes(2)))
  func `what does not end in its grace is killed, with children in whatever group they are`() async throws {
    // timeout(1) makes a process group of its own.
    let script = """
      trap '' TERM
      (trap '' TERM; echo >$1/child; sh -c 'echo $PPID' >$1/child; while :; do sleep 1; done) &
      timeout 600 sh -c "trap '' TERM; echo \\$\\$ >$1/grandchild; : >$1/ready; while :; do sleep 1; done"
      """
    let ending = try await shell(script).run(
      within: .zero, grace: .milliseconds(50), on: Marked(file: "\(folder)/ready"))
    #expect(ending.wasEnded == .late && ending.cause == .signaled(SIGKILL))
    for name in ["child", "grandchild"] {
      let number = try process(name)
      #expect(!isRunning(number), "\(name)")
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func `one that never stops writing is ended all the same`() async throws {
    let script = "yes & yes >&2 & sleep 0.2; : >$1/ready; wait"
    let ending = try await shell(script).run(
      within: .zero, grace: .seconds(60), on: Marked(file: "\(folder)/ready"))
    #expect(ending.cause == .signaled(SIGTERM) && ending.errors.count == 100)
  }

  @Test func `a parent that ignores the ends of its children is none of ours`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGCHLD, SIG_IGN)
      let program = Program(
        words: ["/bin/sh", "-c", "exit 3"], environment: [:], directory: nil, input: [], outputBytes: 0,
        errorBytes: 0)
      let ending = try await program.run(within: .seconds(60), grace: .zero, on: SystemClock())
      precondition(ending.cause == .exited(3))
    }
  }

  @Test(.timeLimit(.minutes(2)))
  func `a child that needs longer to end than the program has its grace too`() async throws {
    let script = """
      (trap 'sleep 0.3; echo done >$1/child; exit' TERM; : >$1/ready; while :; do sleep 0.05; done) &
      wait
      """
    let ending = try await shell(script).run(
      within: .zero, grace: .seconds(60), on: Marked(file: "\(folder)/ready"))
    #expect(ending.cause == .signaled(SIGTERM))
    #expect(FileManager.default.fileExists(atPath: "\(folder)/child"))
  }

  @Test(.timeLimit(.minutes(2)))
  func `when nobody waits for it any more it is ended`() async throws {
    let program = shell("trap '' TERM; echo $$ >$1/self; while :; do sleep 1; done")
    let marked = Marked(file: "\(folder)/self")
    let ending = await withTaskGroup(of: ProgramEnding?.self) { group in
      group.addTask { try? await program.run(within: .seconds(600), grace: .zero, on: SystemClock()) }
      try? await marked.sleep(for: .zero)
      group.cancelAll()
      return await group.next() ?? nil
    }
    #expect(ending?.wasEnded == .cancelled)
    #expect(!isRunning(try process("self")))
  }

  @Test func `many at once end each by itself`() async throws {
    let statuses = try await withThrowingTaskGroup(of: Int32?.self) { group in
      for number in 0..<40 {
        group.addTask {
          guard case .exited(let status) = try await run(shell("exit \(number)")).cause else { return nil }
          return status
        }
      }
      return try await group.reduce(into: Set<Int32>()) { if let status = $1 { $0.insert(status) } }
    }
    #expect(statuses == Set(0..<40))
  }
}
