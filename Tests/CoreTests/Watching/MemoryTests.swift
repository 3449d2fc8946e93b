// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Core

struct MemoryTests {
  private static func seen(_ id: String) -> Seen {
    Seen(version: .secret(id: id), modifiedAt: nil, presence: .present)
  }

  @Test(arguments: [UInt64](1...20)) func `it holds what a dictionary would, in order`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (memory, expected) = (Memory([]), [String: Seen]())
    for number in 0..<200 {
      let name = "/app/\(Int.random(in: 0..<40, using: &random))"
      let value: Seen? = Bool.random(using: &random) ? Self.seen("\(number)") : nil
      memory[name] = value
      expected[name] = value
    }
    #expect(memory.entries.map(\.name) == expected.keys.sorted())
    #expect(expected.allSatisfy { memory[$0] == $1 })
    #expect((0..<40).allSatisfy { memory["/app/\($0)"] == expected["/app/\($0)"] })
  }

  @Test func `entries in any order are the same memory`() {
    let entries = ["b", "c", "a"].map { Memory.Entry(name: $0, seen: Self.seen($0)) }
    #expect(Memory(entries) == Memory(entries.reversed()))
    #expect(Memory(entries).entries.map(\.name) == ["a", "b", "c"])
  }
}
