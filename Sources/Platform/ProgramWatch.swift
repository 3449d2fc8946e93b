// SPDX-License-Identifier: Apache-2.0

internal import CProcess
internal import Core
internal import Glibc

/// From a program's start to its end: takes what it writes, and ends it when it is told to. Belongs to one thread.
final class ProgramWatch {
  let program: RunningProgram
  private let session: Session
  private let process: Descriptor
  private let wakeUp: Descriptor
  private var output: Sink
  private var errors: Sink

  /// Starts the program that is at `path`.
  init(starting program: Program, at path: String) throws(ProgramFailure) {
    let input = try Self.file(holding: program.input)
    output = try Sink(keeping: .first, of: program.outputBytes)
    errors = try Sink(keeping: .last, of: program.errorBytes)
    wakeUp = try Self.opened(rollwatch_open_wake_up())
    guard let outputEnd = output.writing, let errorsEnd = errors.writing else {
      preconditionFailure("nothing has taken the pipes' ends yet")
    }
    let id = try Self.spawn(program, path, [input.number, outputEnd.number, errorsEnd.number])
    output.writing = nil
    errors.writing = nil
    session = Session(leader: id)
    // It is our child and has not been waited for, so there is one.
    process = Descriptor(number: rollwatch_open_process(id))
    precondition(process.number >= 0, "no descriptor of a child: \(systemError())")
    self.program = RunningProgram(processID: id, wakeUp: wakeUp.number)
  }

  private static func spawn(
    _ program: Program, _ path: String, _ descriptors: [Int32]
  ) throws(ProgramFailure) -> Int32 {
    var id: pid_t = 0
    var arguments = unsafe program.words.map { unsafe strdup($0) } + [nil]
    var environment = unsafe program.environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
    defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
    // Whoever has just written the file may be starting a program at this moment, which holds the descriptor until it is executed.
    for _ in 0..<50 {
      let error = unsafe rollwatch_spawn(
        &id, path, &arguments, &environment, program.directory, descriptors[0], descriptors[1], descriptors[2]
      )
      if error == 0 { return id }
      guard error == ETXTBSY else { throw ProgramFailure(executing: path, error: error) }
      poll(nil, 0, 10)
    }
    throw ProgramFailure(executing: path, error: ETXTBSY)
  }

  /// A file without a name, to be read from its beginning. Not a pipe: a program need not read all of its input.
  private static func file(holding bytes: [UInt8]) throws(ProgramFailure) -> Descriptor {
    let file = try opened(rollwatch_open_memory())
    guard writeFully(bytes, to: file.number), lseek(file.number, 0, SEEK_SET) == 0 else {
      throw .exhausted
    }
    return file
  }

  fileprivate static func opened(_ descriptor: Int32) throws(ProgramFailure) -> Descriptor {
    guard descriptor >= 0 else { throw .exhausted }
    return Descriptor(number: descriptor)
  }

  // MARK: To its end

  /// Returns when it has ended and everybody has been told.
  func run() {
    var awaited = process
    var order: RunningProgram.Order?
    var killedAt: Int64?
    while true {
      let hasEnded = wait(for: awaited, until: killedAt)
      if order == nil, let given = program.order {
        order = given
        killedAt = nanoseconds(CLOCK_MONOTONIC) + given.grace.nanoseconds
        session.signal(SIGTERM)
      }
      if let at = killedAt, nanoseconds(CLOCK_MONOTONIC) >= at { break }
      guard hasEnded else { continue }
      // What it leaves behind when it ends by itself is left alone, as a shell would.
      guard order != nil, let member = session.anyMember else { break }
      awaited = member
    }
    if order != nil { killAll() }
    let cause = cause(waits: order == nil)
    output.take()
    errors.take()
    program.hasEnded(
      ProgramEnding(
        cause: cause, wasEnded: order?.reason, output: output.kept, outputIsCut: output.isCut,
        errors: errors.kept))
    if cause == .notYet { _ = self.cause(waits: true) }
  }

  /// Takes what has been written, until the process has ended, the time has come, or somebody has woken us up; true where the process
  /// has ended.
  private func wait(for process: Descriptor, until due: Int64?) -> Bool {
    let isOrdered = due != nil
    var entries = [process.number, output.reading, errors.reading, isOrdered ? -1 : wakeUp.number].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let left = due.map { max(0, $0 - nanoseconds(CLOCK_MONOTONIC)) / 1_000_000 + 1 }
    unsafe poll(&entries, nfds_t(entries.count), Int32(clamping: left ?? -1))
    if entries[1].revents != 0 { output.take() }
    if entries[2].revents != 0 { errors.take() }
    return entries[0].revents != 0
  }

  /// One that is being forked the first time is met later. Some cannot be killed, being another user's or stuck in the kernel: they are
  /// not waited for longer than a second.
  private func killAll() {
    let end = nanoseconds(CLOCK_MONOTONIC) + 1_000_000_000
    repeat {
      session.signal(SIGKILL)
      _ = wait(for: session.anyMember ?? process, until: min(end, nanoseconds(CLOCK_MONOTONIC) + 100_000_000))
    } while nanoseconds(CLOCK_MONOTONIC) < end && (session.anyMember != nil || !hasEnded)
  }

  private var hasEnded: Bool {
    var entry = pollfd(fd: process.number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, 0) > 0
  }

  /// How its process has ended, which takes it off the system's list.
  private func cause(waits: Bool) -> ProgramEnding.Cause {
    var status: Int32 = 0
    while true {
      let found = unsafe waitpid(session.leader, &status, waits ? 0 : WNOHANG)
      if found == 0 { return .notYet }
      if found > 0 { break }
      precondition(errno == EINTR, "somebody else has waited for process \(session.leader)")
    }
    // WTERMSIG and WEXITSTATUS of wait(2).
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .signaled(signal)
  }
}

/// Our end of a pipe that a program writes to; as much as is wanted of that is kept, and it is never held up.
private struct Sink {
  enum End {
    case first, last
  }

  private(set) var kept: [UInt8] = []
  private(set) var isCut = false
  /// The program's end, until it has it.
  var writing: Descriptor?
  private var pipe: Descriptor?
  private let end: End
  private let limit: Int

  init(keeping end: End, of limit: Int) throws(ProgramFailure) {
    var ends: [Int32] = [0, 0]
    guard unsafe rollwatch_open_pipe(&ends) == 0 else { throw .exhausted }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    pipe = Descriptor(number: ends[0])
    writing = Descriptor(number: ends[1])
    self.end = end
    self.limit = limit
  }

  /// -1, which poll(2) passes over, once nobody can write any more.
  var reading: Int32 { pipe?.number ?? -1 }

  /// Takes what is there, but not for ever: one who writes without a pause must not keep us from ending it.
  mutating func take() {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    for _ in 0..<64 {
      guard let pipe else { return }
      let count = unsafe read(pipe.number, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      guard count > 0 else {
        self.pipe = nil
        return
      }
      keep(buffer[..<count])
    }
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    switch end {
    case .first:
      let room = limit - kept.count
      kept += bytes.prefix(room)
      isCut = isCut || bytes.count > room
    case .last:
      kept += bytes
      isCut = isCut || kept.count > limit
      if kept.count > limit { kept.removeFirst(kept.count - limit) }
    }
  }
}
