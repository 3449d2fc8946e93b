// SPDX-License-Identifier: Apache-2.0
// Programs of this machine. Nobody but the process that has started one knows how it ends, so the table of runs is in memory, and what
// another life of the daemon has begun is never begun twice (`RunSnapshot.Recognition.memory`).

internal import Core
internal import JSON
internal import Platform
internal import Rules

/// Runs programs, and remembers how they ended.
final class CommandAction: Sendable {
  /// From asking a program to end to killing it. Short enough for a stop of the service.
  private static let grace = Duration.seconds(5)
  /// Ends that are remembered; each is asked for once, soon after it came.
  private static let endsKept = 1_000
  private static let errorsKept = 4 << 10

  private struct Entry: Sendable {
    var program: any ProgramRun
    var restart: RestartID
    var startedAt: Timestamp
    var timeout: Duration

    var id: String { "process \(program.processID)" }
  }

  private let programs: any Programs
  private let environment: [String: String]
  private let time: any TimeSource
  /// The last run of each command.
  private let entries = Locked<[Command: Entry]>([:])
  private let begun: AsyncStream<Entry>
  private let attend: AsyncStream<Entry>.Continuation

  /// An action whose programs get what is no secret of an environment.
  init(_ programs: any Programs, environment: [String: String], time: any TimeSource) {
    self.programs = programs
    self.environment = environment
    self.time = time
    (begun, attend) = AsyncStream.makeStream()
  }

  /// Attends to the programs that are started while `body` runs: what runs longer than it may is ended, and so is what is left when
  /// `body` is over.
  func during<Value, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withDiscardingTaskGroup { group in
      group.addTask { [begun, time] in
        await withDiscardingTaskGroup { group in
          for await entry in begun {
            group.addTask {
              _ = await entry.program.end(within: entry.timeout, grace: Self.grace, on: time)
            }
          }
        }
      }
      defer {
        attend.finish()
        group.cancelAll()
      }
      do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  // MARK: Inspect

  /// How its last run is, and whether there is a program to run.
  func inspect(_ command: Command) -> RunSnapshot {
    let entry = entries.withLock { $0[command] }
    return RunSnapshot(
      readiness: readiness(of: command, after: entry), recognition: .memory, anyRunCounts: false,
      runs: entry.map { entry in
        [Run(id: entry.id, restart: entry.restart, startedAt: entry.startedAt, state: Self.state(of: entry))]
      } ?? [])
  }

  private func readiness(of command: Command, after entry: Entry?) -> RunSnapshot.Readiness {
    if let entry, entry.program.ending == nil {
      return .busy(reason: "\(entry.id), which an earlier restart has started, still runs")
    }
    do throws(ProgramFailure) {
      _ = try programs.path(of: program(command))
      return .ready
    } catch {
      return .impossible(
        reason: error.description.printable,
        remedy: "put the program there and let rollwatch's user execute it, or name another in the rule")
    }
  }

  private static func state(of entry: Entry) -> Run.State {
    guard let ending = entry.program.ending else { return .running(progress: "\(entry.id) runs") }
    if ending.isSuccess { return .ended(.completed, reason: nil) }
    let words =
      switch ending.wasEnded {
      case .late: "it ran longer than \(entry.timeout.text) and was killed"
      case .cancelled: "it was ended because rollwatch stops"
      case nil: "it ended with \(ending.words)"
      }
    let last = ending.lastLine.map { ": \($0)" } ?? ""
    return .ended(.failed, reason: String((words + last).printable.prefix(Limits.reasonCharacters)))
  }

  // MARK: Issue

  /// Starts the program; what comes of it, `inspect` tells.
  func issue(_ command: Command, as assignment: Assignment) async throws(Failure) -> String {
    guard case .command(let options) = assignment.options else {
      preconditionFailure("a command has a command's options")
    }
    let entry: Entry
    do throws(ProgramFailure) {
      var program = program(command)
      program.words[0] = try programs.path(of: program)
      program.environment.merge(options.environment) { $1 }
      program.environment["ROLLWATCH_RESTART"] = assignment.restart.description
      program.environment["ROLLWATCH_TARGET"] = assignment.target.description
      program.input = Array(assignment.document.line.utf8)
      entry = Entry(
        program: try await programs.start(program), restart: assignment.restart, startedAt: time.now(),
        timeout: options.timeout)
    } catch {
      throw Failure(
        kind: error.kind == .exhausted ? .transient : .permanent, reason: error.description.printable,
        mayHaveTakenEffect: false)
    }
    entries.withLock { entries in
      Self.makeRoom(in: &entries)
      entries[command] = entry
    }
    attend.yield(entry)
    return entry.id
  }

  private func program(_ command: Command) -> Program {
    var plain = ProgramEnvironment.plain(of: environment)
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] { plain[name] = environment[name] }
    return Program(
      words: command.words, environment: plain, directory: "/", input: [], outputBytes: 0,
      errorBytes: Self.errorsKept)
  }

  private static func makeRoom(in entries: inout [Command: Entry]) {
    let ended = entries.filter { $0.value.program.ending != nil }
    guard ended.count >= endsKept, let oldest = ended.min(by: { $0.value.startedAt < $1.value.startedAt })
    else { return }
    entries[oldest.key] = nil
  }
}

extension Assignment {
  /// What a program is given on its standard input; `rules/README.md` describes it.
  fileprivate var document: JSONValue {
    [
      "restart": .string(restart.description), "target": .string(target.description),
      "rules": .strings(rules), "causes": .array(causes.map(\.document)),
    ]
  }
}

extension Change {
  fileprivate var document: JSONValue {
    let location = resource.scope.location
    return [
      "resource": .string(resource.description), "from": .string(from), "to": .string(to),
      "changedAt": .string(changedAt.description), "changedBy": changedBy.map(JSONValue.string),
      "region": .string(location.region), "account": location.account.map(JSONValue.string),
    ]
  }
}
