// SPDX-License-Identifier: Apache-2.0

public import Core
public import Platform

/// A simulated AWS on a clock, shared by the transports and servers in front of it and by the test that steers it.
public final class RunningAWS: Sendable {
  private struct Shared {
    var aws: SimulatedAWS
    var clockOffset: Duration
  }

  /// What AWS's clock is derived from.
  public let time: any TimeSource
  private let shared: Locked<Shared>

  /// An AWS at the beginning of its life.
  public init(_ aws: SimulatedAWS, time: any TimeSource) {
    self.time = time
    shared = Locked(Shared(aws: aws, clockOffset: .zero))
  }

  /// How far AWS's clock is ahead of the time source. A client whose clock is wrong sees just this.
  public var clockOffset: Duration {
    get { shared.withLock { $0.clockOffset } }
    set { shared.withLock { $0.clockOffset = newValue } }
  }

  /// Looks at AWS or changes it, at AWS's present time. Every call waits meanwhile.
  public func steer<Result>(_ body: (inout SimulatedAWS, Timestamp) throws -> Result) rethrows -> Result {
    try shared.withLock { state in
      let now = time.now() + state.clockOffset
      return try body(&state.aws, now)
    }
  }

  /// The calls that arrived so far.
  public var log: CallLog { steer { aws, _ in aws.log } }

  /// How often an operation, `ecs:UpdateService`, was called.
  public func count(of operation: String) -> Int { steer { aws, _ in aws.log.counts[operation] ?? 0 } }
}
