// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Testing

@testable import Platform

struct WaitingThreadsTests {
  @Test func `more work than there are places waits for its turn`() async {
    let threads = WaitingThreads(atMost: 2)
    let running = Locked((now: 0, most: 0))
    let results = await withTaskGroup(of: Int?.self) { group in
      for number in 0..<20 {
        group.addTask {
          await threads.run(within: .seconds(60), on: SystemClock()) {
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            sched_yield()
            running.withLock { $0.now -= 1 }
            return number
          }
        }
      }
      return await group.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
    }
    #expect(results == Set(0..<20))
    #expect(running.withLock(\.most) <= 2)
  }

  @Test func `what nobody waits for any more keeps its place until it ends`() async throws {
    let threads = WaitingThreads(atMost: 1)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let reading = ends[0]
    let late = await threads.run(within: .milliseconds(20), on: SystemClock()) {
      var byte: UInt8 = 0
      return read(reading, &byte, 1)
    }
    #expect(late == nil)
    #expect(await threads.run(within: .milliseconds(20), on: SystemClock()) { 1 } == nil)
    close(ends[1])
    #expect(await threads.run(within: .seconds(60), on: SystemClock()) { 1 } == 1)
    close(ends[0])
  }
}
