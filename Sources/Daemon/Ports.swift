// SPDX-License-Identifier: Apache-2.0
// The three ports between the loop and the outside. Adapters classify what goes wrong as a `Failure`; what is done about
// it, the engine decides.

public import Core

/// Where observations come from.
///
/// A crash before, during or after a sweep means nothing: the next sweep sees the same again.
public protocol Source: Sendable {
  /// Sweeps a scope page by page. Every page that arrived counts, even if a later one fails.
  ///
  /// - Parameters:
  ///   - prefixes: names that begin otherwise are of no interest; empty where all are.
  ///   - page: takes the observations of one page, with AWS's clock when it answered.
  func sweep(
    _ scope: Scope, prefixes: [String], page: (_ observations: [Observation], _ answeredAt: Timestamp) -> Void
  ) async throws(Failure)
}

/// What is done to targets.
public protocol Action: Sendable {
  /// Reads the targets that are due at one moment, with as few calls as they take. Changes nothing, so it may be repeated at
  /// any time.
  ///
  /// - Parameter found: takes what was found of each target, once, as soon as it is known. What fails for one
  ///   target is its own failure.
  func inspect(
    _ looks: [Look], found: @escaping @Sendable (Target, Result<Inspection, Failure>) -> Void
  ) async

  /// Restarts a target.
  ///
  /// A crash before the call leaves a planned restart; a crash after it leaves a deployment whose id nobody noted. The
  /// engine tells the two apart by `inspect`: the deployment it finds is another than the one it meant to replace.
  /// So an implementation never repeats the call by itself where it may have taken effect, and says so in the failure.
  func issue(_ assignment: Assignment) async throws(Failure) -> Receipt

  /// Finds out why a deployment ended badly. Changes nothing.
  func diagnose(_ target: Target, deployment: String) async throws(Failure) -> Evidence
}

/// What came of `Action.issue`.
public enum Receipt: Hashable, Sendable {
  /// A deployment with this id began.
  case began(deployment: String)
  /// Nothing was done, and nothing will be: a rehearsal.
  case withheld
}

/// Where steps become durable.
public protocol DurableLog {
  /// Makes a step durable before it returns. A crash before leaves nothing of the step, a crash after all of it.
  ///
  /// A failure means that nothing of the step is there; the process must end before it acts on it.
  func append(_ step: Step) throws(Failure)
}

/// Whom the loop tells what it does.
public protocol Reporter {
  /// These records are durable.
  func recorded(_ records: [Record])
  /// The loop has just gone round; it does so at least once a second. `isReady` once every scope was tried.
  ///
  /// Throws where the process must not go on.
  func alive(_ summary: Engine.Summary, isReady: Bool) throws(Failure)
  /// A reload begins.
  func reloading()
  /// The reload is over.
  func reloaded()
  /// The end begins.
  func stopping()
}
