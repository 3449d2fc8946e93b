// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A body to be carried through a C pointer.
private final class Body {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs on a thread of its own, for what waits in a system call. Signals stay with the threads that were there before:
/// the mask is inherited, so there is no moment without it.
func startThread(_ run: @escaping @Sendable () -> Void) {
  var all = sigset_t()
  var before = sigset_t()
  var thread = pthread_t()
  unsafe sigfillset(&all)
  unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
  let error = unsafe pthread_create(&thread, nil, runBody, Unmanaged.passRetained(Body(run)).toOpaque())
  unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
  precondition(error == 0, "no thread: error \(error)")
  pthread_detach(thread)
}

/// A function and not a closure: it must belong to no actor.
private func runBody(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let body = unsafe body else { return nil }
  unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
  return nil
}
