// SPDX-License-Identifier: Apache-2.0
// The daemon's ear for operators: one request a connection, read, handed to the loop and answered beside whatever else is under
// way. Who may open the socket may give orders; who it was, the kernel says. Nobody who connects can hold anything up: each has a
// few seconds and a few kilobytes, and there are not many at once.

public import Core
internal import JSON
public import Platform

/// Answers commands on a socket.
public struct ControlServer: Sendable {
  private let listener: UnixListener
  private let home: Location
  private let daemon: DaemonIdentity
  private let audience: Audience
  private let time: any TimeSource
  /// How the receivers of notices stand, for the status.
  public var receivers: @Sendable () -> [ReceiverStatus] = { [] }

  /// Hands a notice to the loop.
  public typealias Post = @Sendable (Loop.Notice) -> Void

  /// A server on this socket, for the daemon whose records `audience` sees. `home` is where a name is looked for that says nothing else.
  public init(
    _ listener: UnixListener, home: Location, daemon: DaemonIdentity, audience: Audience,
    time: any TimeSource
  ) {
    self.listener = listener
    self.home = home
    self.daemon = daemon
    self.audience = audience
    self.time = time
  }

  /// Answers whoever connects, until the task is cancelled.
  public func serve(_ post: @escaping Post) async {
    let open = Locked(0)
    await withDiscardingTaskGroup { group in
      while let connection = await listener.accept() {
        let hasRoom = open.withLock { open in
          guard open < Limits.commands else { return false }
          open += 1
          return true
        }
        group.addTask {
          if hasRoom {
            await answer(connection, post)
            open.withLock { $0 -= 1 }
          } else {
            // Fits into the socket's own buffer, so that it waits for nobody.
            _ = await write(
              .refused("the daemon is busy with \(Limits.commands) commands; try again"), connection)
          }
        }
      }
    }
  }

  private func answer(_ connection: UnixConnection, _ post: @escaping Post) async {
    let line = await within(Limits.commandTime) { await connection.line(atMost: Limits.requestBytes) }
    guard let line else { return }
    do throws(ControlFailure) {
      try await answer(try ControlRequest(line: line), connection, post)
    } catch {
      _ = await write(.refused(error.reason), connection)
    }
  }

  private func answer(
    _ request: ControlRequest, _ connection: UnixConnection, _ post: @escaping Post
  ) async throws(ControlFailure) {
    guard let action = request.action(home) else {
      guard let report = await reply(to: Loop.Notice.report, post) else { return }
      _ = await write(.status(JSONValue(report, daemon: daemon).adding(receivers())), connection)
      return
    }
    guard let peer = connection.peer else { throw ControlFailure("the kernel does not say who you are") }
    let name = await peer.name(within: .seconds(1), on: time)
    let actor = "uid \(peer.number)" + (name.map { " (\($0))" } ?? "")
    let order = Order(action: action, reason: request.reason, actor: actor, home: home)
    // Seated before the order is given: its first records may be there before its answer is.
    let view = request.follows ? try seat(for: request) : nil
    guard let answer = await reply(to: { .order(order, tell: $0) }, post) else { return }
    guard await write(ControlReply(answer), connection), case .done = answer, let view else { return }
    await follow(view, connection)
  }

  /// Asks the loop and waits for what it tells; nil where it has ended, or the task is cancelled.
  private func reply<Value: Sendable>(
    to notice: (@escaping @Sendable (Value) -> Void) -> Loop.Notice, _ post: Post
  ) async -> Value? {
    let (replies, continuation) = AsyncStream<Value>.makeStream()
    post(
      notice { value in
        continuation.yield(value)
        continuation.finish()
      })
    return await within(Limits.commandTime) {
      for await reply in replies { return reply }
      return nil
    }
  }

  private func write(_ reply: ControlReply, _ connection: UnixConnection) async -> Bool {
    await within(Limits.commandTime) { await connection.write(reply.line) } ?? false
  }

  private func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async -> Value?
  ) async -> Value? {
    let time = time
    return await withTaskGroup(of: Value?.self) { group in
      group.addTask { await work() }
      group.addTask {
        try? await time.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  // MARK: Following

  private func seat(for request: ControlRequest) throws(ControlFailure) -> AsyncStream<Record> {
    let name = request.target ?? ""
    let view = audience.seat { record in
      guard let target = record.target else { return false }
      return target.description == name || target.description == "ecs:\(name)"
    }
    guard let view else {
      throw ControlFailure(
        "\(Limits.followingCommands) commands follow a restart already; use --no-wait and rollwatch status")
    }
    return view
  }

  /// Tells how the restart goes on until it has ended, or nobody listens any more.
  private func follow(_ view: AsyncStream<Record>, _ connection: UnixConnection) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await record in view {
          let reply = ControlReply(record)
          guard await write(reply, connection) else { return }
          if case .end = reply { return }
        }
      }
      // Nothing more is asked on a connection: what comes is its end.
      group.addTask { _ = await connection.line(atMost: Limits.requestBytes) }
      await group.next()
      group.cancelAll()
    }
  }
}

extension Record {
  /// The one target that the record concerns; nil where it concerns none, or several.
  fileprivate var target: Target? {
    switch entry {
    case .planned(let plan): plan.target
    case .held(_, let target, _), .released(_, let target, _), .issued(_, let target, _, _),
      .refused(_, let target, _, _), .skipped(_, let target, _):
      target
    case .ended(let ending): ending.target
    case .started, .stopped, .rulesLoaded, .baseline, .changed, .disappeared, .returned, .quarantined,
      .unquarantined, .ordered, .sourceFailing, .sourceRecovered:
      nil
    }
  }
}

extension ControlReply {
  fileprivate init(_ record: Record) {
    switch record.entry {
    case .refused, .skipped: self = .end(record.message, isGood: false)
    case .ended(let ending):
      switch ending.outcome {
      case .completed, .superseded: self = .end(record.message, isGood: true)
      case .failed, .rolledBack, .late: self = .end(record.message, isGood: false)
      }
    case .planned, .held, .released, .issued, .started, .stopped, .rulesLoaded, .baseline, .changed,
      .disappeared, .returned, .quarantined, .unquarantined, .ordered, .sourceFailing, .sourceRecovered:
      self = .progress(record.message)
    }
  }
}
