// SPDX-License-Identifier: Apache-2.0

#if TSAN
  internal import Glibc
#else
  internal import Synchronization
#endif

/// A value that one thread at a time may touch.
///
/// `Synchronization.Mutex`, except under the thread sanitizer, which cannot see into it on Linux and reports races that
/// are none; there it is a pthread mutex.
@safe public final class Locked<Value>: @unchecked Sendable {
  #if TSAN
    private var value: Value
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    /// A lock around a value.
    public init(_ value: Value) {
      self.value = value
      unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
      unsafe pthread_mutex_destroy(mutex)
      unsafe mutex.deallocate()
    }

    /// Runs `body` with the value while nobody else can.
    public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
      unsafe pthread_mutex_lock(mutex)
      defer { unsafe pthread_mutex_unlock(mutex) }
      return try body(&value)
    }
  #else
    private let mutex = Mutex<Void>(())
    private nonisolated(unsafe) var value: Value

    /// A lock around a value.
    public init(_ value: Value) { unsafe self.value = value }

    /// Runs `body` with the value while nobody else can.
    public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
      try mutex.withLock { _ in try unsafe body(&value) }
    }
  #endif
}
