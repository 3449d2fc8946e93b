// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc

/// A body to be carried through a C pointer.
private final class Body {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Lets all threads share one heap. glibc gives each its own and grows it in small steps, which costs memory, and time, that a
/// program with one busy thread has no use for. To be called before there is a second thread.
public func useOneHeap() {
  mallopt(M_ARENA_MAX, 1)
  // Grown by a quarter of a megabyte at a time.
  mallopt(M_TOP_PAD, 1 << 18)
}

/// Ends the process, which did what it was to do. Forty libraries would give their memory back first, piece by piece; the kernel
/// takes all of it at once. Nothing waits in a buffer of the C library's: `StandardOutput` has none.
public func endWithSuccess() -> Never { _exit(EXIT_SUCCESS) }

/// Runs on a thread of its own, for what waits in a system call. Signals stay with the threads that were there before:
/// the mask is inherited, so there is no moment without it.
func startThread(_ run: @escaping @Sendable () -> Void) {
  let isStarted = startThreadIfPossible(run)
  precondition(isStarted, "no thread: \(systemError())")
}

/// The same, for threads of which there may be many; false where the system grants no more.
func startThreadIfPossible(_ run: @escaping @Sendable () -> Void) -> Bool {
  var all = sigset_t()
  var before = sigset_t()
  var thread = pthread_t()
  let body = unsafe Unmanaged.passRetained(Body(run))
  unsafe sigfillset(&all)
  unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
  let error = unsafe pthread_create(&thread, nil, runBody, body.toOpaque())
  unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
  guard error == 0 else {
    unsafe body.release()
    errno = error
    return false
  }
  pthread_detach(thread)
  return true
}

/// A function and not a closure: it must belong to no actor.
private func runBody(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let body = unsafe body else { return nil }
  unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
  return nil
}
