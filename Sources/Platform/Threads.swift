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

/// Runs on a thread of its own what waits in system calls and cannot be called back. Nil where it has not come to its end within the
/// limit, or the task is cancelled: it then goes on by itself, and nobody hears of it.
func onThread<Value: Sendable>(
  within limit: Duration, on time: any TimeSource, _ work: @escaping @Sendable () -> Value
) async -> Value? {
  let (values, continuation) = AsyncStream<Value>.makeStream()
  startThread { continuation.yield(work()) }
  return await withTaskGroup(of: Value?.self) { group in
    group.addTask {
      for await value in values { return value }
      return nil
    }
    group.addTask {
      try? await time.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    return await group.next() ?? nil
  }
}

/// A function and not a closure: it must belong to no actor.
private func runBody(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let body = unsafe body else { return nil }
  unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
  return nil
}
