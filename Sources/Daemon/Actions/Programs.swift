// SPDX-License-Identifier: Apache-2.0

public import Platform

/// Whom programs are started by.
public protocol Programs: Sendable {
  /// Where a program is. Looking is cheap; whether it can really be executed, only starting it can tell.
  func path(of program: Program) throws(ProgramFailure) -> String
  /// Starts a program.
  func start(_ program: Program) async throws(ProgramFailure) -> any ProgramRun
}

/// A program that has been started.
public protocol ProgramRun: Sendable {
  /// The number of its process.
  var processID: Int32 { get }
  /// How it ended; nil while it runs.
  var ending: ProgramEnding? { get }
  /// Waits for its end. Where the limit passes, or the task is cancelled, it is ended: asked first, and killed after the grace.
  func end(within limit: Duration, grace: Duration, on time: any TimeSource) async -> ProgramEnding
}

extension RunningProgram: ProgramRun {}

/// This machine's programs.
public struct LocalPrograms: Programs {
  /// All of them.
  public init() {}

  /// Where a program is.
  public func path(of program: Program) throws(ProgramFailure) -> String { try program.path() }

  /// Starts a program.
  public func start(_ program: Program) async throws(ProgramFailure) -> any ProgramRun {
    try await program.start()
  }
}
