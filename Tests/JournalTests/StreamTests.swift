// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import JSON
import Journal
import Testing

struct StreamTests {
  @Test func `what a crash kept from the stream is there after the next start`() throws {
    let folder = try StateFolder.holding(3)
    let whole = try folder.streamedLines()
    // As if the process had ended between the transaction and the append.
    try folder.writeStream(whole[0] + "\n")
    try folder.tamper("UPDATE head SET streamed = 1")
    try folder.append(1)
    #expect(try folder.streamedLines().prefix(3) == whole[...])
    #expect(try folder.streamedLines().count == 4)
    #expect(try folder.reader().verify() == 4)
  }

  @Test func `a torn line is mended by the next start`() throws {
    let folder = try StateFolder.holding(3)
    let whole = try folder.streamedLines()
    try folder.writeStream(whole[0] + "\n" + whole[1] + "\n" + whole[2].prefix(20))
    try folder.tamper("UPDATE head SET streamed = 2")
    _ = try folder.open()
    #expect(try folder.streamedLines() == whole)
  }

  @Test func `a start with a whole stream appends nothing`() throws {
    let folder = try StateFolder.holding(3)
    let before = try folder.streamedLines()
    _ = try folder.open()
    #expect(try folder.streamedLines() == before)
  }

  @Test func `a stream that was rotated away begins anew, and doubles nothing`() throws {
    let folder = StateFolder()
    let store = try folder.open()
    try store.append(.stopped("a"))
    let rotated = folder.stream + ".1"
    try FileManager.default.moveItem(atPath: folder.stream, toPath: rotated)
    try store.append(.stopped("b"))
    try store.reopenStream()
    try store.append(.stopped("c"))
    let old = try String(contentsOfFile: rotated, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(old + (try folder.streamedLines()) == (try folder.lines()))
    #expect(old.count == 2)
  }

  @Test func `a stream that was rotated away while nothing ran begins anew`() throws {
    let folder = try StateFolder.holding(3)
    try FileManager.default.removeItem(atPath: folder.stream)
    try folder.append(1)
    // Only the last append may have been kept from it, and whoever rotated has all before.
    #expect(try folder.streamedLines() == Array(try folder.lines().suffix(2)))
    #expect(try folder.reader().verify() == 4)
  }

  @Test func `a stream that is ahead of the journal stops the start`() throws {
    let folder = try StateFolder.holding(3)
    for file in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.database + file) }
    let failure = #expect(throws: JournalFailure.self) { try folder.open() }
    #expect(
      failure?.description
        == "\(folder.stream): holds record 3, but the journal ends at 0: it was cut short or replaced; "
        + "restore journal.sqlite, or move the directory away to start afresh")
  }

  @Test(arguments: ["a\nb", "\u{1b}[2J", "\u{2028}", "\u{9b}31m", "\u{202e}gnp", "\u{7f}", "\r", "\0", "\"}"])
  func `no name can forge a line or steer a terminal`(_ text: String) throws {
    let folder = StateFolder()
    let name = "/shop/\(text){\"seq\":1}"
    let resource = Resource(scope: Sample.parameter.scope, name: name)
    try folder.open().append(Sample.step(.disappeared(resource), .stopped(reason: text)))
    let stream = try String(contentsOfFile: folder.stream, encoding: .utf8)
    #expect(stream.unicodeScalars.filter { $0 == "\n" }.count == 2)
    let steering = stream.unicodeScalars.filter { scalar in
      scalar != "\n" && [.control, .format, .lineSeparator].contains(scalar.properties.generalCategory)
    }
    #expect(steering.isEmpty)
    let found = try folder.reader().records(.init(target: nil, resource: name, since: nil, limit: nil))
    #expect(found.map { $0.value["resource"]?.string } == ["parameter:\(name)"])
    #expect(try folder.reader().verify() == 2)
  }
}
