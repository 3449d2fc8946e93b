// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import JSON
import Journal
import Testing

struct FilterTests {
  private let folder = StateFolder()

  init() throws {
    let store = try folder.open()
    try store.append(Sample.step(.changed(Sample.change(Sample.parameter), targets: [Sample.target])))
    try store.append(Sample.step(.planned(Sample.plan(causes: [Sample.change(Sample.parameter)]))))
    try store.append(Sample.step(.disappeared(Sample.secret)))
    try store.append(.stopped("later", at: Sample.time.milliseconds + 60_000))
  }

  @Test(arguments: [
    (nil, nil, [1, 2, 3, 4]), ("ecs:shop/web", nil, [1, 2]), ("shop/web", nil, [1, 2]), ("shop/we", nil, []),
    ("ecs:shop/other", nil, []), (nil, "/staging/shop/URL", [1, 2]),
    (nil, "parameter:/staging/shop/URL", [1, 2]),
    (nil, "staging/shop/db", [3]), (nil, "secret:/staging/shop/URL", []), ("shop/web", "staging/shop/db", []),
  ])
  func `records are found by target and by resource`(target: String?, resource: String?, seqs: [Int64]) throws
  {
    let found = try folder.reader().records(.init(target: target, resource: resource, since: nil, limit: nil))
    #expect(found.map { $0.value["seq"]?.integer } == seqs)
  }

  @Test func `records are found by time, to the millisecond`() throws {
    let at = Timestamp(milliseconds: Sample.time.milliseconds + 60_000)
    #expect(try folder.reader().lines(since: at).count == 1)
    #expect(try folder.reader().lines(since: Timestamp(milliseconds: at.milliseconds + 1)).isEmpty)
    #expect(try folder.reader().lines(since: Sample.time).count == 4)
  }

  @Test func `a limit leaves the last ones, oldest first`() throws {
    #expect(try folder.reader().lines(limit: 2) == Array(try folder.lines().suffix(2)))
    #expect(try folder.reader().lines(target: "shop/web", limit: 1) == [try folder.lines()[1]])
    #expect(try folder.reader().lines(limit: 0).isEmpty)
  }

  @Test func `a journal can be read where nothing may be written`() throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o550], ofItemAtPath: folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: folder.path) }
    #expect(try folder.reader().lines().count == 4)
  }
}
