// SPDX-License-Identifier: Apache-2.0

import Core
import Platform
import Testing

@testable import AWS

/// Gives an hour's credentials, numbered, unless told to fail; a gate can hold it.
private final class Numbered: CredentialsSource {
  let time: StillTime
  let lifetime: Duration?
  let count = Locked(0)
  let isFailing = Locked(false)
  let gate = Locked<AsyncStream<Void>?>(nil)

  init(_ time: StillTime, lifetime: Duration? = .seconds(3_600)) {
    self.time = time
    self.lifetime = lifetime
  }

  func fetch() async throws(CredentialsFailure) -> Credentials {
    let number = count.withLock {
      $0 += 1
      return $0
    }
    if let gate = gate.withLock({ $0 }) {
      for await _ in gate {}
      if Task.isCancelled { throw .cancelled }
    }
    if isFailing.withLock({ $0 }) { throw CredentialsFailure(message: "out of order", isTransient: true) }
    return Credentials(
      accessKeyID: "K\(number)", secretAccessKey: "s", sessionToken: nil,
      expiration: lifetime.map { time.now() + $0 })
  }

  func close() -> AsyncStream<Void>.Continuation {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    gate.withLock { $0 = stream }
    return continuation
  }
}

private func keyID(_ provider: some CredentialsProvider) async -> String {
  (try? await provider.credentials().accessKeyID) ?? "none"
}

struct CredentialsCacheTests {
  private let time = StillTime()

  @Test(
    arguments: [
      (0, Renewal.notNeeded), (2_699, .notNeeded), (2_700, .notNeeded), (2_701, .wanted), (3_000, .wanted),
      (3_001, .due), (3_600, .due), (9_000, .due),
    ] as [(Int64, Renewal)])
  func `an hour's credentials are renewed at 15 and insisted on at 10 minutes left`(
    _ age: Int64, _ renewal: Renewal
  ) {
    let start = time.now()
    let hour = Credentials(
      accessKeyID: "K", secretAccessKey: "s", sessionToken: nil, expiration: start + .seconds(3_600))
    let now = start + .seconds(age)
    #expect(Renewal(hour, attempted: .zero, now: now, elapsed: .seconds(age)) == renewal)
  }

  @Test func `one fetch serves until 15 minutes are left`() async throws {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    for _ in 0..<3 { #expect(try await cached.credentials().accessKeyID == "K1") }
    time.advance(.seconds(45 * 60))
    #expect(try await cached.credentials().accessKeyID == "K1")
    time.advance(.seconds(1))
    #expect(try await cached.credentials().accessKeyID == "K2")
    #expect(source.count.withLock { $0 } == 2)
  }

  @Test func `keys without an end are fetched once`() async throws {
    let cached = CachedCredentials(Numbered(time, lifetime: nil), time: time)
    _ = try await cached.credentials()
    time.advance(.seconds(1_000_000))
    #expect(try await cached.credentials().accessKeyID == "K1")
  }

  @Test func `a failed early renewal is tolerated, and tried again a minute later`() async throws {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    _ = try await cached.credentials()
    time.advance(.seconds(46 * 60))
    source.isFailing.withLock { $0 = true }
    for _ in 0..<5 { #expect(try await cached.credentials().accessKeyID == "K1") }
    #expect(source.count.withLock { $0 } == 2)
    time.advance(.seconds(60))
    source.isFailing.withLock { $0 = false }
    #expect(try await cached.credentials().accessKeyID == "K3")
  }

  @Test func `below 10 minutes a failure is the caller's`() async throws {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    _ = try await cached.credentials()
    time.advance(.seconds(51 * 60))
    source.isFailing.withLock { $0 = true }
    #expect(await message { try await cached.credentials() } == "out of order")
    source.isFailing.withLock { $0 = false }
    #expect(try await cached.credentials().accessKeyID == "K3")
  }

  @Test func `invalidated credentials are fetched anew`() async throws {
    let cached = CachedCredentials(Numbered(time), time: time)
    _ = try await cached.credentials()
    await cached.invalidate()
    #expect(try await cached.credentials().accessKeyID == "K2")
  }

  @Test
  func `where the clock is wrong, fresh credentials that look expired are used, and renewed each minute`()
    async throws
  {
    let cached = CachedCredentials(Numbered(time, lifetime: .seconds(-3_600)), time: time)
    #expect(try await cached.credentials().accessKeyID == "K1")
    #expect(try await cached.credentials().accessKeyID == "K1")
    time.advance(.seconds(60))
    #expect(try await cached.credentials().accessKeyID == "K2")
  }

  @Test func `many callers share one fetch`() async throws {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    let gate = source.close()
    let ids = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<50 { group.addTask { try await cached.credentials().accessKeyID } }
      while cached.waitingCount < 49 { await Task.yield() }
      gate.finish()
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(ids == Array(repeating: "K1", count: 50))
    #expect(source.count.withLock { $0 } == 1)
  }

  @Test func `many callers share one failure`() async {
    let source = Numbered(time)
    source.isFailing.withLock { $0 = true }
    let cached = CachedCredentials(source, time: time)
    let gate = source.close()
    let messages = await withTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask { await message { try await cached.credentials() } } }
      while cached.waitingCount < 19 { await Task.yield() }
      gate.finish()
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(messages == Array(repeating: "out of order", count: 20))
    #expect(source.count.withLock { $0 } == 1)
  }

  @Test func `during an early renewal the others go on with what there is`() async throws {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    _ = try await cached.credentials()
    time.advance(.seconds(46 * 60))
    let gate = source.close()
    await withTaskGroup(of: String.self) { group in
      group.addTask { await keyID(cached) }
      while source.count.withLock({ $0 }) < 2 { await Task.yield() }
      #expect(await keyID(cached) == "K1")
      gate.finish()
      #expect(await group.next() == "K2")
    }
  }

  @Test func `credentials that are invalidated during a renewal that fails are not used again`() async throws
  {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    _ = try await cached.credentials()
    time.advance(.seconds(46 * 60))
    let gate = source.close()
    source.isFailing.withLock { $0 = true }
    await withTaskGroup(of: String.self) { group in
      group.addTask { await message { try await cached.credentials() } }
      while source.count.withLock({ $0 }) < 2 { await Task.yield() }
      await cached.invalidate()
      gate.finish()
      #expect(await group.next() == "out of order")
    }
  }

  @Test func `a caller who is cancelled hands the fetch on`() async {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    let gate = source.close()
    await withTaskGroup(of: String.self) { outer in
      let (leads, leading) = AsyncStream<Void>.makeStream()
      outer.addTask {
        await withTaskGroup(of: String.self) { inner in
          inner.addTask { await message { try await cached.credentials() } }
          for await _ in leads {}
          inner.cancelAll()
          return await inner.next() ?? ""
        }
      }
      while source.count.withLock({ $0 }) < 1 { await Task.yield() }
      outer.addTask { await keyID(cached) }
      while cached.waitingCount < 1 { await Task.yield() }
      source.gate.withLock { $0 = nil }
      leading.finish()
      var results: Set<String> = []
      for await result in outer { results.insert(result) }
      #expect(results == ["K2", "cancelled while waiting for credentials"])
    }
    gate.finish()
  }

  @Test func `a caller who is cancelled while waiting returns at once`() async {
    let source = Numbered(time)
    let cached = CachedCredentials(source, time: time)
    let gate = source.close()
    await withTaskGroup(of: String.self) { outer in
      outer.addTask { await message { try await cached.credentials() } }
      while source.count.withLock({ $0 }) < 1 { await Task.yield() }
      let waiting = await withTaskGroup(of: String.self) { inner in
        inner.addTask { await message { try await cached.credentials() } }
        while cached.waitingCount < 1 { await Task.yield() }
        inner.cancelAll()
        return await inner.next() ?? ""
      }
      #expect(waiting == "cancelled while waiting for credentials")
      gate.finish()
      #expect(await outer.next() == "")
    }
  }

  @Test(arguments: [("K\n", "t"), ("K", "t\r\nX-Other: 1"), ("", "t"), ("é", "t"), ("K", "")])
  func `what cannot be sent in a header is refused and not kept`(_ id: String, _ token: String) async throws {
    let cache = CachedCredentials(Fixed(id: id, token: token), time: time)
    for _ in 1...2 {
      await #expect {
        try await cache.credentials()
      } throws: { error in
        "\(error)".contains("no header may have") && (error as? CredentialsFailure)?.isTransient == false
      }
    }
  }
}

private struct Fixed: CredentialsSource {
  let id: String
  let token: String

  func fetch() async throws(CredentialsFailure) -> Credentials {
    Credentials(accessKeyID: id, secretAccessKey: "s", sessionToken: token, expiration: nil)
  }
}
