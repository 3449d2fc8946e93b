// SPDX-License-Identifier: Apache-2.0
// What reaches the loop from outside: signals, and operators' commands.

import ArgumentParser
import Core
import Daemon
import Foundation
import Platform

extension SocketOptions {
  /// The daemon's ear, at the first of its places where a socket can be made. Where somebody else listens is not such a place but the
  /// end: two daemons that are taken for one would each get half of the orders.
  func server(_ state: StateOptions, region: String, _ audience: Audience) throws -> ControlServer {
    ControlServer(
      try listener(state), home: Location(region: region, account: nil),
      daemon: DaemonIdentity(
        version: version, processID: ProcessEnvironment.processID, since: eventLoop.now()),
      audience: audience, time: eventLoop)
  }

  private func listener(_ state: StateOptions) throws -> UnixListener {
    let places = places(state)
    for (index, place) in places.enumerated() {
      if place.hasPrefix(Self.runtimeDirectory + "/") {
        // Where it cannot be made the socket cannot either, and that is told.
        try? FileManager.default.createDirectory(
          atPath: Self.runtimeDirectory, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o750])
      }
      do throws(UnixSocketFailure) { return try UnixListener(path: place, on: eventLoop) } catch {
        guard error.kind != .inUse, index < places.count - 1 else {
          throw fail("no socket for commands: \(error); name another with --socket", .failure)
        }
      }
    }
    preconditionFailure("there is always a place")
  }
}

extension Loop {
  /// Runs to the end, and meanwhile takes signals, and commands where `control` listens to them.
  mutating func run(_ first: [Event], control: ControlServer?) async throws(Failure) -> End {
    let (notices, outside) = AsyncStream<Notice>.makeStream()
    let result: Result<End, Failure> = await withDiscardingTaskGroup { group in
      group.addTask {
        for await signal in Signals.stream() { outside.yield(Notice(signal)) }
      }
      if let control { group.addTask { await control.serve { outside.yield($0) } } }
      defer { group.cancelAll() }
      do throws(Failure) { return .success(try await run(first, notices: notices)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
