// SPDX-License-Identifier: Apache-2.0

import Core
import Dispatch
public import LoopbackSockets
import Platform

/// A simulated AWS on a real socket of 127.0.0.1: one thread per connection, connections are kept until the client
/// closes them or a fault cuts them. Under `/_local/` are the endpoints that steer it (`ControlEndpoints`).
public final class LocalAWSServer: Sendable {
  /// The AWS behind this server.
  public let aws: RunningAWS
  /// What clients are to be given as `AWS_ENDPOINT_URL`, without a slash at the end.
  public var url: String { "http://127.0.0.1:\(listener.port)" }
  /// The port it listens on.
  public var port: UInt16 { listener.port }

  private struct Connections {
    var open: [Int: LoopbackConnection] = [:]
    var count = 0
    var isStopped = false
  }

  private let listener: LoopbackListener
  private let connections = Locked(Connections())
  private let threads = DispatchGroup()

  /// Listens on this port, 0 for any, and serves until `stop`.
  public init(_ aws: RunningAWS, port: UInt16) throws(SocketError) {
    self.aws = aws
    listener = try LoopbackListener(port: port)
    threads.enter()
    startThread { [self] in
      while let connection = listener.accept() { serve(connection) }
      threads.leave()
    }
  }

  /// Closes all connections and returns when nothing is under way any more.
  public func stop() {
    connections.withLock { connections in
      connections.isStopped = true
      connections.open.values.forEach { $0.shutDown() }
    }
    listener.close()
    threads.wait()
  }

  private func serve(_ connection: LoopbackConnection) {
    let number: Int? = connections.withLock { connections in
      guard !connections.isStopped else { return nil }
      connections.count += 1
      connections.open[connections.count] = connection
      return connections.count
    }
    guard let number else { return }
    threads.enter()
    startThread { [self] in
      var wire = HTTPWire(connection)
      var isFirst = true
      while let request = wire.request(), answer(request, on: connection, number, isFirst: isFirst) {
        isFirst = false
      }
      connection.shutDown()
      _ = connections.withLock { $0.open.removeValue(forKey: number) }
      threads.leave()
    }
  }

  /// Answers one request. False where the connection is to end.
  private func answer(
    _ request: HTTPRequest, on connection: LoopbackConnection, _ number: Int, isFirst: Bool
  ) -> Bool {
    let closes = request.field("connection")?.lowercased() == "close"
    if request.target.hasPrefix("/_local/") {
      let response = ControlEndpoints(aws: aws).respond(to: request)
      return connection.write(HTTPWire.bytes(of: response, closes: closes)) && !closes
    }
    let (arrival, due) = aws.steer { aws, now in
      let arrival = aws.admit(request, connection: number, isFirst: isFirst, at: now)
      return (arrival, now + arrival.delay)
    }
    guard pass(arrival.delay, on: connection) else {
      aws.steer { aws, _ in aws.carryOut(arrival, notBefore: due) }
      return false
    }
    let reply = aws.steer { aws, now in aws.carryOut(arrival, at: now) }
    guard pass(reply.delay, on: connection) else { return false }
    switch reply.ending {
    case .answer(let response):
      return connection.write(HTTPWire.bytes(of: response, closes: closes)) && !closes
    case .truncated(let response, let count):
      _ = connection.write(HTTPWire.bytes(of: response, keeping: count, closes: closes))
      return false
    case .cut: return false
    case .silence:
      _ = connection.wait(milliseconds: .max)
      return false
    }
  }

  /// Lets time pass. False where the client has gone meanwhile.
  private func pass(_ delay: Duration, on connection: LoopbackConnection) -> Bool {
    delay <= .zero || connection.wait(milliseconds: delay.milliseconds)
  }
}
