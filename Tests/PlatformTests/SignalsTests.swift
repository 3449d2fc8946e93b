// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

/// Each in a process of its own, which the signals are for.
struct SignalsTests {
  @Test func `a signal that came before anybody listened is not lost`() async {
    await #expect(processExitsWith: .success) {
      Signals.block()
      kill(getpid(), SIGHUP)
      kill(getpid(), SIGTERM)
      var signals = Signals.stream().makeAsyncIterator()
      let early = [await signals.next(), await signals.next()]
      kill(getpid(), SIGINT)
      let late = await signals.next()
      precondition(Set(early) == [.hangUp, .terminate] && late == .interrupt)
    }
  }

  @Test func `once nobody listens any more a signal ends the process`() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      Signals.block()
      let reader = Task {
        for await signal in Signals.stream() where signal == .hangUp { break }
      }
      kill(getpid(), SIGHUP)
      await reader.value
      kill(getpid(), SIGTERM)
      while true { pause() }
    }
  }

  @Test func `programs that are started know nothing of it`() async {
    await #expect(processExitsWith: .success) {
      let before = ignoredSignals("self")
      Signals.block()
      var child = pid_t()
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("1000"), nil]
      posix_spawnp(&child, "sleep", nil, nil, &arguments, environ)
      for argument in arguments { free(argument) }
      let after = ignoredSignals("\(child)")
      kill(child, SIGKILL)
      precondition(after != nil && after == before)
    }
  }

  @Test func `a reader that has gone is no error and not the end`() async {
    await #expect(processExitsWith: .success) {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      close(ends[0])
      dup2(ends[1], 1)
      let isRead = try StandardOutput.write("hello\n")
      precondition(!isRead)
    }
  }

  @Test func `a full disk is an error`() async {
    await #expect(processExitsWith: .success) {
      dup2(open("/dev/full", O_WRONLY), 1)
      do {
        try StandardOutput.write("hello\n")
        preconditionFailure("it was written")
      } catch {
        precondition("\(error)" == "standard output: No space left on device")
      }
    }
  }
}

/// Bit 0 is signal 1; those above 31 are the C library's own business.
private func ignoredSignals(_ process: String) -> UInt64? {
  let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
  let line = status?.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
  return line.flatMap { UInt64($0.dropFirst("SigIgn:\t".count), radix: 16) }.map { $0 & 0x7fff_ffff }
}
