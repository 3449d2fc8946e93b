// SPDX-License-Identifier: Apache-2.0
// What is watched: sweeps and the rules in force.

extension Engine {
  // MARK: Sweeps

  /// Takes in one page of a sweep.
  mutating func observed(
    _ observations: [Observation], in scope: Scope, sweep: Int, answeredAt: Timestamp, at now: Timestamp
  ) {
    // Taken out and put back, so that the entries are changed in place and not in a copy.
    guard var sighting = scopes.removeValue(forKey: scope) else { return }
    defer { scopes[scope] = sighting }
    guard sighting.sweep == sweep, sighting.isSweeping else { return }
    var isNews = false
    for observation in observations {
      let news = sighting.take(observation, answeredAt: answeredAt) { [rules] in
        rules.watches(observation.name, in: scope)
      }
      guard let news else { continue }
      isNews = true
      let resource = Resource(scope: scope, name: observation.name)
      step.changed(resource, sighting.seen(observation.name))
      switch news {
      case .first: continue
      case .touched: break
      case .returned:
        step.add(.returned(resource), at: now)
      case .changed(let from, let changedAt, let hadDisappeared):
        if hadDisappeared { step.add(.returned(resource), at: now) }
        let change = Change(
          resource: resource, from: from.description, to: observation.version.description,
          changedAt: changedAt,
          changedBy: observation.modifiedBy)
        changed(change, at: now)
      }
    }
    if isNews { lookAgain(.goneCause, at: now) }
  }

  private mutating func changed(_ change: Change, at now: Timestamp) {
    let leads = rules.leads(from: change.resource.name, in: change.resource.scope)
    step.add(.changed(change, targets: leads.map(\.target)), at: now)
    beginTrial(of: change, targets: leads.count, at: now)
    for lead in leads {
      // In place: a copy of the state would copy all its causes with each one that is added.
      if let isLedByMore = targets[lead.target]?.waiting?.add(change, by: lead, at: now) {
        step.changed(lead.target)
        standing = nil
        if isLedByMore { mayLiftBars = true }
      } else {
        var state = targets[lead.target] ?? .unknown
        state.waiting = Settle(
          change, rules: lead.rules, patience: lead.patience, position: lead.position, at: now)
        update(lead.target, state)
        // Its place among the others may be another one now.
        if state.open != nil { mayLiftBars = true }
      }
    }
  }

  /// Takes in the end of a sweep; `failure` is nil where it was whole.
  mutating func swept(_ scope: Scope, sweep: Int, _ failure: Failure?, at now: Timestamp) {
    guard var sighting = scopes[scope], sighting.sweep == sweep, sighting.isSweeping else { return }
    sighting.isSweeping = false
    sighting.hasBeenTried = true
    sighting.sweptAt = now
    let due = (sighting.sweepStartedAt ?? now) + schedule.interval(of: scope.kind)
    sighting.nextSweep = schedule.sweepsOnce ? nil : max(due, now)
    let before = sighting.source
    if sighting.firstSights > 0 || (before == nil && failure == nil) {
      step.add(.baseline(scope, resources: sighting.firstSights), at: now)
    }
    let failingSince = failure == nil ? nil : before?.failingSince ?? now
    sighting.source = SourceState(failingSince: failingSince, watchedBy: rules.fingerprint(of: scope))
    if sighting.source != before { step.changed(scope, sighting.source) }
    if let failure {
      if before?.failingSince == nil { step.add(.sourceFailing(scope, error: failure.reason), at: now) }
    } else {
      if let since = before?.failingSince {
        step.add(.sourceRecovered(scope, after: now - since), at: now)
      }
      for name in sighting.missingTwice() {
        let resource = Resource(scope: scope, name: name)
        step.add(.disappeared(resource), at: now)
        step.changed(resource, sighting.seen(name))
      }
    }
    scopes[scope] = sighting
  }

  // MARK: Rules

  /// Brings what is remembered in line with the rules in force. It never restarts anything: what is watched from now
  /// on begins with its baseline, and what waited for rules that are gone is let go, with a record.
  mutating func enforceRules(at now: Timestamp) {
    step.add(.rulesLoaded(rules: rules.rules.count, digest: rules.digest), at: now)
    let watched = rules.scopes
    for scope in scopes.keys.filter({ !watched.contains($0) }) {
      forget(scopes[scope].map { Array($0.names) } ?? [], in: scope, at: now)
      step.changed(scope, nil)
      scopes[scope] = nil
    }
    for scope in watched {
      var sighting =
        scopes.removeValue(forKey: scope) ?? Sighting(seen: Memory([]), source: nil, nextSweep: now)
      // Nearly always the rules are those of before, and an estate's names are many.
      if sighting.source?.watchedBy != rules.fingerprint(of: scope) {
        let unwatched = rules.unwatched(among: sighting.names, in: scope)
        sighting.forget(unwatched)
        forget(unwatched, in: scope, at: now)
        sighting.source?.watchedBy = rules.fingerprint(of: scope)
        if let source = sighting.source { step.changed(scope, source) }
      }
      sighting.isWhole = false
      if !sighting.isSweeping { sighting.nextSweep = now }
      scopes[scope] = sighting
    }
    for target in active { reconsider(target, at: now) }
    // The same restart may be due at another time under other rules.
    for target in active { agenda.set(target, wakeTime(of: target)) }
  }

  private mutating func forget(_ names: [String], in scope: Scope, at now: Timestamp) {
    for name in names.sorted() {
      let resource = Resource(scope: scope, name: name)
      step.changed(resource, nil)
      guard let trial = trials[resource] else { continue }
      if trial.quarantine != nil {
        let reason = "no rule watches it any more"
        step.add(.unquarantined(resource, version: trial.version, reason: reason), at: now)
      }
      setTrial(nil, of: resource)
    }
  }
}
