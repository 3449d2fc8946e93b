// SPDX-License-Identifier: Apache-2.0

/// How a deployment of a service will go.
public enum Rollout: Sendable, Hashable {
  /// Its tasks start one after the other, the last one after so long, and replace the old ones.
  case completes(after: Duration)
  /// So many tasks fail; then the circuit breaker gives up, and leaves it at that.
  case fails(after: Duration, failing: Int, TaskFailure)
  /// The same, and the circuit breaker makes a deployment that puts the old state back, which takes so long.
  case rollsBack(after: Duration, failing: Int, TaskFailure, back: Duration)
  /// One task after another fails, and no circuit breaker ends it.
  case keepsFailing(every: Duration, TaskFailure)
  /// Its tasks stay pending for ever, and none fails.
  case hangs
  /// Somebody forces another deployment in the middle of it, which takes so long.
  case superseded(after: Duration, completing: Duration)
}

/// Why a task stopped by itself.
public enum TaskFailure: Sendable, Hashable {
  /// It never ran, for this reason.
  case neverStarts(reason: String)
  /// Its essential container ended with this exit code.
  case exits(code: Int)
  /// ECS stopped it while it ran, with this stop code and reason: unhealthy, interrupted.
  case stopped(code: String, reason: String)

  /// What Fargate reports when a task's secret is missing or forbidden.
  public static let secretMissing = Self.neverStarts(
    reason:
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
      + "failed: unable to retrieve secret from asm: service call has been retried 1 time(s): "
      + "ResourceNotFoundException: Secrets Manager can't find the specified secret.")

  var stopCode: String {
    switch self {
    case .neverStarts: "TaskFailedToStart"
    case .exits: "EssentialContainerExited"
    case .stopped(let code, _): code
    }
  }

  var stoppedReason: String {
    switch self {
    case .neverStarts(let reason): reason
    case .exits: "Essential container in task exited"
    case .stopped(_, let reason): reason
    }
  }

  var exitCode: Int? {
    switch self {
    case .neverStarts: nil
    case .exits(let code): code
    case .stopped: 143
    }
  }
}
