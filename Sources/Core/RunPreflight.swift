// SPDX-License-Identifier: Apache-2.0
// Just before starting what runs to an end, and while following it: the same questions as for a service, with other evidence.

extension Restart {
  /// Weighs what was found. `gone` is the first cause that what is started could not read, if there is one.
  func decision(on snapshot: RunSnapshot, gone: Resource?, isUrgent: Bool, at now: Timestamp) -> Decision {
    if let run = adoptable(snapshot) { return .adopt(deployment: run.id) }
    if intent != nil, snapshot.recognition == .memory {
      return .refuse(
        reason:
          "rollwatch ended while it was about to start it, or while it ran: whether it has run is not known",
        remedy: "see whether it has done its work; rollwatch restart starts it once more")
    }
    switch snapshot.readiness {
    case .ready: break
    case .needless(let reason): return .skip(reason: reason)
    case .impossible(let reason, let remedy): return .refuse(reason: reason, remedy: remedy)
    case .busy(let reason) where !isUrgent && newestChange != nil:
      let end = plannedAt + deadline
      if now < end { return .hold(.rollout, reason: "\(reason); waits for its end, at most until \(end)") }
    case .busy: break
    }
    if let gone { return Self.waiting(for: gone) }
    return .restart(Intent(replacing: snapshot.runs.first?.id))
  }

  private func adoptable(_ snapshot: RunSnapshot) -> Run? {
    if let own = snapshot.runs.first(where: { $0.restart == id }) { return own }
    guard let newest = snapshot.runs.first else { return nil }
    if let intent, snapshot.recognition == .succession, newest.id != intent.replacing { return newest }
    guard snapshot.anyRunCounts, let newestChange, newest.startedAt > newestChange else { return nil }
    switch newest.state {
    case .running, .ended(.completed, _): return newest
    // It has put the old tasks back, and they have the old value.
    case .ended: return nil
    }
  }
}

extension Verdict {
  /// The verdict over run `id`, followed since `since`.
  static func over(
    _ id: String, in snapshot: RunSnapshot, since: Timestamp, deadline: Duration, at now: Timestamp
  ) -> Verdict {
    var progress = "it is not listed any more"
    if let run = snapshot.runs.first(where: { $0.id == id }) {
      switch run.state {
      case .ended(let outcome, let reason): return .ended(outcome, reason: reason)
      case .running(let told): progress = told ?? "it goes on"
      }
    } else if snapshot.recognition == .memory {
      return .ended(
        .failed,
        reason: "rollwatch ended while it ran: how it came out is not known; see whether it has done its work"
      )
    }
    guard now >= since + deadline else { return .underWay }
    return .ended(
      .late,
      reason: "not at its end after \(deadline.milliseconds / 1_000) s: \(progress); "
        + "it is not started again for this change")
  }
}
