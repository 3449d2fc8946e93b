// SPDX-License-Identifier: Apache-2.0
// What is restarted by starting something that comes to an end by itself: a deployment of CodeDeploy, a task, a workflow's run,
// a program, a unit's invocation.

/// Such a target at one moment.
public struct RunSnapshot: Hashable, Sendable {
  /// Whether a run can begin.
  public enum Readiness: Hashable, Sendable {
    /// At once.
    case ready
    /// Not while another one goes on, which is told in a sentence without a subject: "deployment d-1 is in progress".
    case busy(reason: String)
    /// It need not.
    case needless(reason: String)
    /// It cannot until somebody changes something.
    case impossible(reason: String, remedy: String)
  }

  /// How a run is known to be of a restart, where the answer that told its id may be lost.
  public enum Recognition: Hashable, Sendable {
    /// Every run bears the id of the restart that began it.
    case name
    /// Any run but the one that was the newest before the call is as good as the restart's.
    case succession
    /// Only the process that began it knows of it: what another life of the daemon began is lost, and never begun twice.
    case memory
  }

  /// Whether a run can begin now.
  public var readiness: Readiness
  /// How a run is known to be of a restart.
  public var recognition: Recognition
  /// True where a run that somebody else began after the change has read the new values too, and takes the restart's place.
  public var anyRunCounts: Bool
  /// The runs that are known, newest first; at least the one that is followed, and the newest, where there are such.
  public var runs: [Run]

  /// A snapshot with all its parts.
  public init(readiness: Readiness, recognition: Recognition, anyRunCounts: Bool, runs: [Run]) {
    self.readiness = readiness
    self.recognition = recognition
    self.anyRunCounts = anyRunCounts
    self.runs = runs
  }
}

/// One run.
public struct Run: Hashable, Sendable {
  /// How far it is.
  public enum State: Hashable, Sendable {
    /// It goes on; how far it is, where that is known, in a sentence without a subject: "1 of 2 tasks runs".
    case running(progress: String?)
    /// It came to its end; the reason is there for every outcome but `completed`.
    case ended(Outcome, reason: String?)
  }

  /// Names it among the target's runs; records call it the deployment.
  public var id: String
  /// The restart whose id it bears; nil where it bears none.
  public var restart: RestartID?
  /// When it began, by the clock of whoever runs it.
  public var startedAt: Timestamp
  /// How far it is.
  public var state: State

  /// A run with all its parts.
  public init(id: String, restart: RestartID?, startedAt: Timestamp, state: State) {
    self.id = id
    self.restart = restart
    self.startedAt = startedAt
    self.state = state
  }
}
