// SPDX-License-Identifier: Apache-2.0
// Programs of this machine: started without a shell, in a session of their own, fed from a file in memory, so that whether they read
// all of it, or any, is their own affair, and killed with all that they have started when their time is over.

internal import CProcess
internal import Core
internal import Glibc

/// A program with its arguments, and what it is given.
public struct Program: Sendable {
  /// Its full path, or a bare name that is looked for in its `PATH`; then its arguments. Never empty.
  public var words: [String]
  /// All of its environment.
  public var environment: [String: String]
  /// Where it runs; nil for where this process does.
  public var directory: String?
  /// What it can read from its standard input.
  public var input: [UInt8]
  /// How many bytes of its standard output are kept, from the first; what is beyond is read and dropped.
  public var outputBytes: Int
  /// How many bytes of its standard error are kept, from the last; what was before is dropped.
  public var errorBytes: Int

  /// A program with all its parts.
  public init(
    words: [String], environment: [String: String], directory: String?, input: [UInt8], outputBytes: Int,
    errorBytes: Int
  ) {
    precondition(!words.isEmpty, "a program has a name")
    self.words = words
    self.environment = environment
    self.directory = directory
    self.input = input
    self.outputBytes = outputBytes
    self.errorBytes = errorBytes
  }

  /// Where it is.
  ///
  /// Looking is a matter of microseconds; whether it can really be executed, only starting it can tell.
  public func path() throws(ProgramFailure) -> String {
    let name = words[0]
    guard !name.utf8.contains(0), !name.isEmpty else {
      throw ProgramFailure(.notFound, "no name is no program's")
    }
    guard !name.contains("/") else {
      if let failure = Self.failure(of: name) { throw failure }
      return name
    }
    var failure = ProgramFailure(.notFound, "\(name) is in no directory of PATH")
    for folder in (environment["PATH"] ?? "").split(separator: ":") where folder.hasPrefix("/") {
      let path = "\(folder)/\(name)"
      guard let found = Self.failure(of: path) else { return path }
      if found.kind != .notFound { failure = found }
    }
    throw failure
  }

  /// Why the file at a path cannot be executed; nil where it seems that it can.
  private static func failure(of path: String) -> ProgramFailure? {
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    if !isThere, errno != EACCES { return ProgramFailure(.notFound, "\(path) is not there") }
    let isFile = isThere && status.st_mode & S_IFMT == S_IFREG
    let mayBeExecuted = unsafe access(path, X_OK) == 0
    guard isFile, mayBeExecuted else {
      return ProgramFailure(.notExecutable, ProgramFailure.notExecutable(path))
    }
    return nil
  }

  /// Starts it. Executing a file may take its time, so that is done on a thread of its own, which then waits for its end.
  public func start() async throws(ProgramFailure) -> RunningProgram {
    let path = try path()
    // Handed over under a lock, of which the thread sanitizer knows; of a continuation that is resumed early it does not.
    let started = Locked<Result<RunningProgram, ProgramFailure>>(.failure(.exhausted))
    await withCheckedContinuation { continuation in
      let hasThread = startThreadIfPossible {
        do throws(ProgramFailure) {
          let watch = try ProgramWatch(starting: self, at: path)
          started.withLock { $0 = .success(watch.program) }
          continuation.resume()
          watch.run()
        } catch {
          started.withLock { $0 = .failure(error) }
          continuation.resume()
        }
      }
      if !hasThread { continuation.resume() }
    }
    return try started.withLock { $0 }.get()
  }

  /// Runs it to its end. Where the limit passes, or the task is cancelled, it is ended.
  public func run(
    within limit: Duration, grace: Duration, on time: any TimeSource
  ) async throws(ProgramFailure) -> ProgramEnding {
    try await start().end(within: limit, grace: grace, on: time)
  }
}

/// Why a program was not started.
public struct ProgramFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What can be done about it.
  public enum Kind: Hashable, Sendable {
    /// There is no such file.
    case notFound
    /// It is no file that may be executed: a directory, without permission, on a file system without.
    case notExecutable
    /// It is there, and the system would not start it for a reason that stays.
    case unfit
    /// The system is short of something for now.
    case exhausted
  }

  /// What can be done about it.
  public let kind: Kind
  /// What is wrong, with the program's name.
  public let description: String

  /// A failure with both its parts.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The system's error when the file at `path` was to be executed.
  init(executing path: String, error: Int32) {
    switch error {
    // The file is there: what is missing is what its first line names.
    case ENOENT: self.init(.unfit, "\(path) names an interpreter in its first line that is not there")
    case ENOEXEC: self.init(.unfit, "\(path) is neither a program nor a script whose first line names one")
    case EACCES, EPERM: self.init(.notExecutable, Self.notExecutable(path))
    default:
      let isPassing = [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY].contains(error)
      self.init(isPassing ? .exhausted : .unfit, "\(path) could not be started: \(systemError(error))")
    }
  }

  /// What `errno` says.
  static var exhausted: Self {
    ProgramFailure(.exhausted, "a program cannot be started now: \(systemError())")
  }

  static func notExecutable(_ name: String) -> String {
    "\(name) is not a program that rollwatch's user may execute"
  }
}

/// How a program ended.
public struct ProgramEnding: Hashable, Sendable {
  /// How its process ended.
  public enum Cause: Hashable, Sendable {
    /// By itself, with this exit status.
    case exited(Int32)
    /// By this signal.
    case signaled(Int32)
    /// Not yet: it was to be killed and cannot be, being another user's or stuck in the kernel.
    case notYet
  }

  /// Why it was ended.
  public enum Reason: Hashable, Sendable {
    /// Its time was over.
    case late
    /// Whoever waited for it did not want it any more.
    case cancelled
  }

  /// How its process ended.
  public var cause: Cause
  /// Why it was ended; nil where it came to its end by itself.
  public var wasEnded: Reason?
  /// The beginning of its standard output.
  public var output: [UInt8]
  /// True where there was more of it.
  public var outputIsCut: Bool
  /// The end of its standard error.
  public var errors: [UInt8]

  /// An end with all its parts.
  public init(cause: Cause, wasEnded: Reason?, output: [UInt8], outputIsCut: Bool, errors: [UInt8]) {
    self.cause = cause
    self.wasEnded = wasEnded
    self.output = output
    self.outputIsCut = outputIsCut
    self.errors = errors
  }

  /// True where it came to its end by itself, with status 0.
  public var isSuccess: Bool { cause == .exited(0) && wasEnded == nil }

  /// How it ended, for sentences: "exit status 2".
  public var words: String {
    switch cause {
    case .exited(let status): "exit status \(status)"
    case .signaled(let signal): "signal \(signal)"
    case .notYet: "nothing: it cannot be killed"
    }
  }

  /// The last line with anything in it that it wrote to standard error.
  public var lastLine: String? {
    let lines = String(decoding: errors, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.last { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
  }
}
