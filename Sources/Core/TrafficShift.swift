// SPDX-License-Identifier: Apache-2.0
// Services whose strategy is BLUE_GREEN, LINEAR or CANARY do not replace tasks one by one: ECS starts all new tasks beside
// the old ones and moves the traffic. Such a deployment has end states of its own, may stand still for hours to bake, and
// may wait at a pause hook for a person.

/// How far a deployment has moved the traffic from the old tasks to the new ones.
public struct TrafficShift: Hashable, Sendable {
  /// ECS's own word for the state of a service deployment.
  public enum Status: String, Hashable, Sendable {
    /// Not begun.
    case pending = "PENDING"
    /// Under way, baking and pauses included.
    case inProgress = "IN_PROGRESS"
    /// All traffic goes to the new tasks, and the old ones are gone.
    case successful = "SUCCESSFUL"
    /// Somebody stopped it.
    case stopped = "STOPPED"
    /// Somebody has said that it is to stop.
    case stopRequested = "STOP_REQUESTED"
    /// Somebody has said that it is to be rolled back.
    case rollbackRequested = "ROLLBACK_REQUESTED"
    /// The traffic goes back.
    case rollbackInProgress = "ROLLBACK_IN_PROGRESS"
    /// All traffic goes to the old tasks again.
    case rollbackSuccessful = "ROLLBACK_SUCCESSFUL"
    /// Neither the new tasks nor the old ones could be had.
    case rollbackFailed = "ROLLBACK_FAILED"

    /// True where it goes on by itself, or once somebody lets it.
    public var isUnderWay: Bool {
      switch self {
      case .pending, .inProgress, .stopRequested, .rollbackRequested, .rollbackInProgress: true
      case .successful, .stopped, .rollbackSuccessful, .rollbackFailed: false
      }
    }
  }

  /// A hook of the type PAUSE that has been reached.
  public struct Pause: Hashable, Sendable {
    /// Its id, which `ContinueServiceDeployment` takes.
    public var hook: String
    /// The life cycle's stage at which it is, in ECS's word; nil where ECS does not say.
    public var stage: String?
    /// When ECS goes on by itself; nil where it does not say.
    public var expiresAt: Timestamp?
    /// What ECS then does: `CONTINUE` or `ROLLBACK`; nil where it does not say.
    public var timeoutAction: String?

    /// A pause with all its parts.
    public init(hook: String, stage: String?, expiresAt: Timestamp?, timeoutAction: String?) {
      self.hook = hook
      self.stage = stage
      self.expiresAt = expiresAt
      self.timeoutAction = timeoutAction
    }
  }

  /// How far it is.
  public var status: Status
  /// What it waits at.
  public var pause: Pause?
  /// How long it stands still by its own configuration, all steps together.
  public var bakeTime: Duration

  /// A shift with all its parts.
  public init(status: Status, pause: Pause?, bakeTime: Duration) {
    self.status = status
    self.pause = pause
    self.bakeTime = bakeTime
  }
}

extension TrafficShift.Pause {
  /// For the record of the hold.
  func reason(of deployment: String) -> String {
    let place = stage.map { " in the stage \($0)" } ?? ""
    let end = expiresAt.map { "; at \($0) ECS does \(timeoutAction ?? "what the hook says") by itself" } ?? ""
    return
      "deployment \(deployment) waits at the pause hook \(hook)\(place) until ContinueServiceDeployment is called"
      + end
  }
}

extension Deployment {
  /// A deployment that shifts traffic. Its state is told in the words of rolling ones, so that what is decided before a restart is
  /// decided alike.
  public init(
    shifting id: String, isPrimary: Bool, createdAt: Timestamp, reason: String?, desiredCount: Int,
    runningCount: Int, pendingCount: Int, failedTasks: Int, _ shift: TrafficShift
  ) {
    self.init(
      id: id, isPrimary: isPrimary, createdAt: createdAt,
      state: shift.status.isUnderWay ? .inProgress : shift.status == .successful ? .completed : .failed,
      stateReason: reason, desiredCount: desiredCount, runningCount: runningCount, pendingCount: pendingCount,
      failedTasks: failedTasks)
    self.shift = shift
  }
}
