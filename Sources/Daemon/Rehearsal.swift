// SPDX-License-Identifier: Apache-2.0
// A dry run is the same loop with these at its ports: it reads everything, and what it would do goes no further.

public import Core

/// Reads targets and restarts none.
public struct Rehearsal: Action {
  private let action: any Action

  /// Reads with `action`.
  public init(_ action: any Action) { self.action = action }

  /// Reads the targets.
  public func inspect(
    _ looks: [Look], found: @escaping @Sendable (Target, Result<Inspection, Failure>) -> Void
  ) async {
    await action.inspect(looks, found: found)
  }

  /// Does nothing.
  public func issue(_ assignment: Assignment) async throws(Failure) -> Receipt { .withheld }

  /// Reads why.
  public func diagnose(_ target: Target, deployment: String) async throws(Failure) -> Evidence {
    try await action.diagnose(target, deployment: deployment)
  }
}

/// Keeps nothing.
public struct NoLog: DurableLog {
  /// A log that keeps nothing.
  public init() {}

  /// Does nothing.
  public func append(_ step: Step) throws(Failure) {}
}
