// SPDX-License-Identifier: Apache-2.0
// Every input that was kept, without the fuzzer: each took a way through a reader that no other did, or once broke it.

import Foundation
import FuzzTargets
import Testing

struct CorpusTests {
  private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fuzz/corpus")

  @Test(arguments: FuzzTarget.allCases)
  func `what was found once holds`(_ target: FuzzTarget) throws {
    let folder = Self.corpus.appendingPathComponent(target.rawValue)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files {
      let bytes = Array(try Data(contentsOf: file))
      #expect(throws: Never.self, "\(file.lastPathComponent)") { try target.check(bytes) }
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `nothing at all, and a long run of one byte, end in few words`(_ target: FuzzTarget) throws {
    for byte in [UInt8(ascii: "{"), UInt8(ascii: "<"), 0x0A, 0xFF, UInt8(ascii: "1")] {
      try target.check([UInt8](repeating: byte, count: 5_000))
    }
    try target.check([])
  }
}
