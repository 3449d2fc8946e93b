// SPDX-License-Identifier: Apache-2.0
// Which files are read, in which order, and what is said where they cannot be.

import Core
import Folders
import Foundation
import Rules
import Testing

struct FileTests {
  private func names(_ paths: [String]) throws -> [String] {
    try RuleFiles(paths: paths).rules(defaultRegion: "eu-west-2", settings: Settings()).rules.map(\.name)
  }

  private func complaints(_ paths: [String]) -> [String] {
    do {
      _ = try names(paths)
      return []
    } catch {
      return (error as? Diagnostics)?.all.map(\.description) ?? ["\(error)"]
    }
  }

  @Test func `every yaml and yml of a directory is read in name order, and nothing else`() throws {
    let folder = TemporaryFolder()
    for (file, name) in [("b.yaml", "second"), ("a.yml", "first"), ("c.yaml", "third")] {
      try folder.write(rule(name), to: file)
    }
    for other in ["notes.txt", ".hidden.yaml", "old.yaml~", "rules.json"] {
      try folder.write("not rules", to: other)
    }
    #expect(try names([folder.path]) == ["first", "second", "third"])
    #expect(try names([folder.path + "/"]) == ["first", "second", "third"])
  }

  @Test func `a file may have any name where it is named itself, and several places are read in their order`()
    throws
  {
    let folder = TemporaryFolder()
    let one = try folder.write(rule("one"), to: "z.conf")
    let two = try folder.write(rule("two"), to: "a.yaml")
    #expect(try names([one, two]) == ["one", "two"])
  }

  @Test func `the same name in two files is a mistake that names both places`() throws {
    let folder = TemporaryFolder()
    let first = try folder.write(rule("app"), to: "a.yaml")
    let second = try folder.write("\n" + rule("app"), to: "b.yaml")
    #expect(
      complaints([folder.path]) == [
        "\(second):2:17: error: another rule is named 'app', at \(first):1:17; give this one another name"
      ])
  }

  @Test func `mistakes in all files are told, in the order of files and places`() throws {
    let folder = TemporaryFolder()
    let first = try folder.write("rules:\n  - name: a\n    cooldown: 5\n", to: "a.yaml")
    let second = try folder.write("rules: 7\n", to: "b.yaml")
    #expect(
      complaints([folder.path]) == [
        "\(first):2:5: error: this rule has no 'watch'; add it",
        "\(first):2:5: error: this rule has no 'restart'; add it",
        "\(first):3:15: error: cooldown: '5' has no unit; write 5s for seconds, or ms, m, h, d",
        "\(second):1:8: error: rules must be a list, not '7'",
      ])
  }

  @Test func `a place that is not there, or holds no rules, says what to do`() throws {
    let folder = TemporaryFolder()
    let missing = folder.path + "/missing"
    #expect(
      complaints([missing]) == [
        "\(missing):1:1: error: there is no such file or directory; put rules there, or name another place with --rules"
      ])
    #expect(
      complaints([folder.path]) == [
        "\(folder.path):1:1: error: no *.yaml or *.yml in this directory; put rules there"
      ])
  }

  @Test(.enabled(if: geteuid() != 0, "root reads everything"))
  func `a file that may not be read says what to do`() throws {
    let folder = TemporaryFolder()
    let file = try folder.write(rule("a"), to: "a.yaml")
    try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: file)
    #expect(
      complaints([file]) == [
        "\(file):1:1: error: the file cannot be read; give the user that runs rollwatch read access"
      ])
  }
}
