// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What somebody outside asks of the process.
public enum Signal: Sendable, Hashable, CaseIterable {
  /// `SIGTERM`: stop.
  case terminate
  /// `SIGINT`, Ctrl-C: stop.
  case interrupt
  /// `SIGHUP`: read the configuration again.
  case hangUp

  fileprivate var number: Int32 {
    switch self {
    case .terminate: SIGTERM
    case .interrupt: SIGINT
    case .hangUp: SIGHUP
    }
  }
}

/// Signals as values, none of them lost.
///
/// A function that the kernel calls puts each into a pipe. Masks would do too, but are inherited by the programs that
/// are started and leave those deaf to `SIGTERM`; functions are not.
public enum Signals {
  /// From here on no signal ends the process: each is kept for `stream`. To be called first of all. Also makes a write
  /// to a closed pipe an error (`EPIPE`) instead of the end.
  public static func block() {
    _ = pipe
    for signal in Signal.allCases { handle(signal.number, keepSignal) }
    ignoreBrokenPipes()
    unblock()
  }

  /// A mask is inherited from whoever started the process, and a program that started it from a thread without signals, as
  /// libdispatch's are, would have made it deaf.
  private static func unblock() {
    var numbers = sigset_t()
    unsafe sigemptyset(&numbers)
    for signal in Signal.allCases { unsafe sigaddset(&numbers, signal.number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &numbers, nil)
  }

  /// What came since `block`, and what comes. For one caller; when that one has stopped listening, the next signal ends
  /// the process as it would have without all this.
  public static func stream() -> AsyncStream<Signal> {
    let (stream, continuation) = AsyncStream<Signal>.makeStream()
    startThread { deliver(to: continuation) }
    return stream
  }

  /// Broken pipes are errors and not the end, in this process; the programs that it starts see nothing of it.
  static func ignoreBrokenPipes() { handle(SIGPIPE) { _ in } }

  private static func deliver(to continuation: AsyncStream<Signal>.Continuation) {
    var number: UInt8 = 0
    while true {
      guard unsafe read(pipe.reading, &number, 1) == 1 else { continue }
      guard let signal = Signal.allCases.first(where: { $0.number == Int32(number) }) else { continue }
      if case .terminated = continuation.yield(signal) {
        handle(signal.number, SIG_DFL)
        kill(getpid(), signal.number)
      }
    }
  }

  private static func handle(_ number: Int32, _ function: __sighandler_t?) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = function
    action.sa_flags = SA_RESTART
    let error = unsafe sigaction(number, &action, nil)
    precondition(error == 0, "signal \(number) cannot be handled")
  }

  fileprivate static let pipe: (reading: Int32, writing: Int32) = {
    var ends: [Int32] = [0, 0]
    precondition(unsafe Glibc.pipe(&ends) == 0, "no pipe for signals")
    // A full pipe must not stop whatever the signal interrupted; it holds 65,536 of them.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }()
}

/// Called in the middle of anything: writes and does nothing else.
private func keepSignal(_ number: Int32) {
  let before = errno
  var byte = UInt8(truncatingIfNeeded: number)
  unsafe write(Signals.pipe.writing, &byte, 1)
  errno = before
}
