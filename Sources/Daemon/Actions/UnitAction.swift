// SPDX-License-Identifier: Apache-2.0
// Units of this machine's systemd. A restart is a job of systemd's; what it starts is an invocation, whose id is the run's: as with ECS,
// an invocation other than the one that was there before the call began after it.

internal import Core
public import Platform

/// Whom units are asked of.
public protocol Units: Sendable {
  /// How a unit is, one that does not exist too.
  func state(of unit: String) async throws(BusFailure) -> UnitState
  /// Has a unit stopped, where it runs, and started, and watches that until an invocation begins that is not this one.
  func restart(
    _ unit: String, replacing invocation: String?, patience: Duration
  ) async throws(BusFailure) -> UnitRestart
}

extension SystemdBus: Units {}

/// Restarts units of systemd.
struct UnitAction: Sendable {
  /// How long a job is watched until it has started the unit. Stopping may take longer: the next look finds out.
  private static let patience = Duration.seconds(20)
  /// Before the number of a job that is over and whose invocation systemd has forgotten: it ended well.
  fileprivate static let job = "job "

  private let units: any Units

  /// An action over a systemd.
  init(_ units: any Units) { self.units = units }

  // MARK: Inspect

  /// How the unit is, and what became of the invocation that is followed.
  func inspect(_ unit: String, for look: Look) async throws(Failure) -> RunSnapshot {
    let state: UnitState
    do throws(BusFailure) { state = try await units.state(of: unit) } catch {
      switch error.kind {
      case .unreachable, .lost, .denied: throw Self.failure(error, "reading \(unit)")
      case .noUnit, .refused:
        return Self.snapshot(
          .impossible(reason: error.description.printable, remedy: "name a unit that there is in the rule"),
          [])
      }
    }
    return Self.snapshot(state.readiness(of: unit), state.runs(following: look.deployment))
  }

  private static func snapshot(_ readiness: RunSnapshot.Readiness, _ runs: [Run]) -> RunSnapshot {
    // Its time is by this machine's clock, that of a change by AWS's: the two are not compared.
    RunSnapshot(readiness: readiness, recognition: .succession, anyRunCounts: false, runs: runs)
  }

  // MARK: Issue

  /// Restarts the unit and returns the id of its new invocation.
  func issue(_ unit: String) async throws(Failure) -> String {
    let before: UnitState
    let restart: UnitRestart
    do throws(BusFailure) {
      before = try await units.state(of: unit)
      restart = try await units.restart(unit, replacing: before.invocation, patience: Self.patience)
    } catch {
      throw Self.failure(error, "restarting \(unit)")
    }
    switch restart {
    case .began(let invocation): return invocation
    // What runs once may be over, and forgotten, before anybody can look; had it failed, it would still be there.
    case .ended(let job, result: "done") where before.type == "oneshot" && !before.isForgotten:
      return "\(Self.job)\(job)"
    case .ended(_, let result):
      throw Failure(
        kind: .permanent,
        reason:
          "systemd has not started \(unit): its job ended with '\(result.printable)'\(Self.words(result))",
        mayHaveTakenEffect: false)
    case .open:
      throw Failure(
        kind: .transient, reason: "systemd's job has not started \(unit) yet", mayHaveTakenEffect: true)
    }
  }

  private static func words(_ result: String) -> String {
    switch result {
    case "done": ", so the conditions in its file are not met"
    case "dependency": ", so something that it requires has failed"
    case "canceled": ", so somebody has cancelled it"
    default: ""
    }
  }

  private static func failure(_ failure: BusFailure, _ what: String) -> Failure {
    let reason = "\(what): \(failure.description.printable.prefix(Limits.reasonCharacters))"
    switch failure.kind {
    case .unreachable: return Failure(kind: .transient, reason: reason, mayHaveTakenEffect: false)
    case .lost: return Failure(kind: .transient, reason: reason, mayHaveTakenEffect: true)
    case .denied:
      return Failure(
        kind: .denied, reason: "\(reason); deploy/README.md says how to allow it",
        mayHaveTakenEffect: false)
    case .noUnit, .refused: return Failure(kind: .permanent, reason: reason, mayHaveTakenEffect: false)
    }
  }
}

extension UnitState {
  fileprivate func readiness(of unit: String) -> RunSnapshot.Readiness {
    switch load {
    case "loaded", "merged": break
    case "not-found":
      return .impossible(
        reason: "there is no unit \(unit)", remedy: "install it, or name another in the rule")
    case "masked":
      return .impossible(
        reason: "\(unit) is masked, so that nobody can start it", remedy: "systemctl unmask \(unit)")
    default:
      return .impossible(
        reason: "the file of \(unit) cannot be used: \((loadError ?? load).printable)",
        remedy: "mend it; systemd-analyze verify \(unit) says where")
    }
    if refusesStart {
      return .impossible(
        reason: "\(unit) refuses to be started by name (RefuseManualStart=)",
        remedy: "name the unit that starts it in the rule")
    }
    if job != 0 { return .busy(reason: "a job of systemd is in progress (\(active), \(sub))") }
    switch active {
    case "deactivating": return .busy(reason: "it is being stopped (\(sub))")
    // What runs once is inactive whenever it does not run.
    case "inactive" where type != "oneshot":
      return .needless(reason: "\(unit) does not run, and reads the new values when it is started")
    default: return .ready
    }
  }

  /// The last invocation, and before it the one that is followed, where that is another.
  fileprivate func runs(following followed: String?) -> [Run] {
    let startedAt = Timestamp(milliseconds: Int64(clamping: startedAt / 1_000))
    var runs: [Run] = []
    if let invocation {
      runs.append(Run(id: invocation, restart: nil, startedAt: startedAt, state: runState))
    }
    if let followed, followed != invocation {
      runs.append(
        Run(id: followed, restart: nil, startedAt: startedAt, state: stateOfEarlier(followed)))
    }
    return runs
  }

  private var runState: Run.State {
    guard job == 0 else { return .running(progress: "systemd's job is in progress (\(active), \(sub))") }
    switch active {
    case "active", "reloading", "refreshing": return .ended(.completed, reason: nil)
    case "failed": return .ended(.failed, reason: "it failed (\(end))")
    case "activating" where sub.hasPrefix("auto-restart"):
      return .ended(.failed, reason: "it failed (\(end)); systemd starts it again by itself")
    case "inactive" where type == "oneshot" && result == "success": return .ended(.completed, reason: nil)
    case "inactive":
      return .ended(.failed, reason: "it does not run any more (\(end)): it ended by itself, or was stopped")
    default: return .running(progress: "it is \(active) (\(sub))")
    }
  }

  /// Of an invocation that is not the last one any more.
  private func stateOfEarlier(_ followed: String) -> Run.State {
    if followed.hasPrefix(UnitAction.job) { return .ended(.completed, reason: nil) }
    guard invocation != nil else {
      // Unloaded, as systemd does with what is over, and read anew just now.
      guard isForgotten else { return runState }
      return .ended(
        .failed, reason: "it is over, and systemd has forgotten how it ended (CollectMode=inactive-or-failed)"
      )
    }
    guard restarts > 0 else { return .ended(.superseded, reason: "somebody has restarted it since") }
    let times = restarts == 1 ? "once" : "\(restarts) times"
    return .ended(.failed, reason: "it ended, and systemd has started it again by itself \(times)")
  }

  /// As systemd says it, with what its main process left.
  private var end: String {
    let result = result ?? sub
    // CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2).
    return switch mainCode {
    case 1: "\(result), exit status \(mainStatus)"
    case 2, 3: "\(result), signal \(mainStatus)"
    default: result
    }
  }
}
