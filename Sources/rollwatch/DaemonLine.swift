// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Platform

/// The line to a running daemon.
struct DaemonLine {
  private let connection: UnixConnection

  /// Why there is no line.
  enum Absence: Error {
    /// No daemon runs; where it was looked for.
    case noDaemon(String)
    /// One runs, or may run, but not for this user.
    case denied(UnixSocketFailure)
  }

  /// The longest answer: a status of a hundred thousand restarts.
  private static let longestLine = 256 << 20
  private static let patience = Duration.seconds(10)

  /// Opens the line to the first of these sockets on which somebody listens.
  init(to places: [String]) throws {
    var refusal: UnixSocketFailure?
    for place in places {
      do throws(UnixSocketFailure) {
        connection = try UnixConnection(to: place, on: eventLoop)
        return
      } catch {
        switch error.kind {
        case .nobodyListens: continue
        // The state directory is closed to others than the daemon even where the socket is elsewhere.
        case .denied: refusal = refusal ?? error
        case .inUse, .other: throw fail("\(error)", .failure)
        }
      }
    }
    if let refusal { throw Absence.denied(refusal) }
    throw Absence.noDaemon(places.first ?? "")
  }

  /// Says what is wanted.
  func ask(_ request: ControlRequest) async throws {
    guard await connection.write(request.line) else { throw Self.silence }
  }

  /// The next line of the answer. Only the first is due at once: a restart takes its time.
  func answer() async throws -> ControlReply {
    let line = await withTaskGroup(of: [UInt8]?.self) { group in
      group.addTask { await connection.line(atMost: Self.longestLine) }
      group.addTask {
        try? await eventLoop.sleep(for: Self.patience)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
    guard let line else { throw Self.silence }
    guard let reply = ControlReply(line: line) else {
      throw fail("the daemon answers in words of another version; use the rollwatch that it runs", .failure)
    }
    return reply
  }

  /// The next line about a restart; nil where the daemon has ended.
  func progress() async -> ControlReply? {
    await connection.line(atMost: Self.longestLine).flatMap(ControlReply.init(line:))
  }

  /// Has something restarted, and says how it goes on where that is asked for.
  func restart(_ request: ControlRequest) async throws {
    try await ask(request)
    switch try await answer() {
    case .done(let text): say("\(text.printable)\n")
    case .refused(let text): throw fail(text, .failure)
    case .status, .progress, .end: throw fail("the daemon answers something else", .failure)
    }
    while request.follows {
      switch await progress() {
      case .progress(let text): say("\(text.printable)\n")
      case .end(let text, let isGood):
        say("\(text.printable)\n")
        guard isGood else { throw ExitCode.failure }
        return
      case .done, .refused, .status, nil:
        throw fail(
          "the daemon has stopped; its next start goes on with this restart, and 'rollwatch why' tells its end",
          .failure)
      }
    }
  }

  private static var silence: ExitCode {
    fail("the daemon does not answer: look at 'systemctl status rollwatch' and its log", .failure)
  }
}

extension DaemonLine.Absence {
  /// What is wrong and what to do.
  var message: String {
    switch self {
    case .noDaemon(let place):
      "no daemon runs: nobody listens at \(place); start one with 'systemctl start rollwatch' or 'rollwatch run', "
        + "or name its socket with --socket"
    case .denied(let failure):
      "\(failure); only root and the members of "
        + (failure.group.map { "the group '\($0)'" } ?? "the socket's group")
        + " may give orders: use sudo, or see deploy/README.md"
    }
  }
}

extension UnixSocketFailure {
  fileprivate var group: String? {
    guard case .denied(let group) = kind else { return nil }
    return group
  }
}
