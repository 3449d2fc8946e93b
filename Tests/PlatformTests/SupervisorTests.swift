// SPDX-License-Identifier: Apache-2.0

import Foundation
import Platform
import Testing

/// Each in a process of its own, since the environment is the process's.
struct SupervisorTests {
  @Test func `everything is told in the protocol's own words`() async {
    await #expect(processExitsWith: .success) {
      let notified = try NotifySocket()
      setenv("NOTIFY_SOCKET", notified.path, 1)
      let supervisor = Supervisor()
      supervisor.isReady("watching 12 resources")
      precondition(notified.next() == ["READY=1", "STATUS=watching 12 resources"])
      supervisor.status("sweeping")
      precondition(notified.next() == ["STATUS=sweeping"])
      supervisor.isAlive()
      precondition(notified.next() == ["WATCHDOG=1"])
      supervisor.isStopping("stopping")
      precondition(notified.next() == ["STOPPING=1", "STATUS=stopping"])
    }
  }

  @Test func `a reload says when it began, on the monotonic clock`() async {
    await #expect(processExitsWith: .success) {
      let notified = try NotifySocket()
      setenv("NOTIFY_SOCKET", notified.path, 1)
      func microseconds() -> UInt64 { clock_gettime_nsec(CLOCK_MONOTONIC) / 1_000 }
      let before = microseconds()
      Supervisor().isReloading("reading the rules")
      let lines = notified.next()
      let time = lines.first { $0.hasPrefix("MONOTONIC_USEC=") }.flatMap { UInt64($0.dropFirst(15)) }
      precondition(lines.first == "RELOADING=1" && lines.last == "STATUS=reading the rules")
      precondition(time.map { (before...microseconds()).contains($0) } == true)
    }
  }

  @Test func `a status cannot forge a field`() async {
    await #expect(processExitsWith: .success) {
      let notified = try NotifySocket()
      setenv("NOTIFY_SOCKET", notified.path, 1)
      Supervisor().status("a\nSTOPPING=1\r\u{1b}[31m")
      precondition(notified.next() == [#"STATUS=a\nSTOPPING=1\r\u{1b}[31m"#])
    }
  }

  @Test func `the watchdog's interval is the one meant for this process`() async {
    await #expect(processExitsWith: .success) {
      setenv("WATCHDOG_USEC", "30000000", 1)
      precondition(Supervisor().watchdogInterval == .seconds(30))
      setenv("WATCHDOG_PID", "\(getpid())", 1)
      precondition(Supervisor().watchdogInterval == .seconds(30))
      setenv("WATCHDOG_PID", "1", 1)
      precondition(Supervisor().watchdogInterval == nil)
    }
  }

  @Test func `without a manager nothing happens`() async {
    await #expect(processExitsWith: .success) {
      unsetenv("NOTIFY_SOCKET")
      unsetenv("WATCHDOG_USEC")
      let supervisor = Supervisor()
      supervisor.isReady("ready")
      supervisor.isAlive()
      precondition(supervisor.watchdogInterval == nil)
    }
  }
}

private func clock_gettime_nsec(_ clock: clockid_t) -> UInt64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The manager's end of sd_notify(3): a datagram socket in the file system.
private final class NotifySocket {
  let path: String
  private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

  init() throws {
    path = "/tmp/rollwatch-notify-\(UUID().uuidString)"
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
    }
    try #require(isBound)
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  /// The lines of the next datagram.
  func next() -> [String] {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).components(separatedBy: "\n")
  }
}
