// SPDX-License-Identifier: Apache-2.0
// Every zone of this machine, as another program understands it: Python's zoneinfo.

import Folders
import Foundation
import Testing

@testable import Core
@testable import Rules

@Suite(.enabled(if: Oracle.isThere, "needs python3 (from 3.9 on) and the package tzdata"))
struct ZoneOracleTests {
  /// As they are installed, and compiled anew in both forms that there are.
  @Test(arguments: ["installed", "slim", "fat"])
  func `offsets and local times are what Python says they are`(_ form: String) throws {
    let scratch = TemporaryFolder()
    var directory = Oracle.installed
    if form != "installed" {
      guard Oracle.isCompilerThere else { return }
      directory = scratch.path + "/zones"
      try Oracle.run(["zic", "-b", form, "-d", directory, Oracle.installed + "/tzdata.zi"], scratch)
    }
    let zones = ZoneFiles(directory: directory)
    var dice = SeededGenerator(seed: 2_026)
    let questions = try Oracle.names().map { Question(try zones.zone(named: $0), &dice) }
    let answers = try Oracle.answers(questions.map(\.text), directory, scratch)
    #expect(questions.count > 400 && answers.count == questions.count)
    var wrong = 0
    for (question, answer) in zip(questions, answers) where wrong < 20 {
      for mistake in question.mistakes(answer) {
        Issue.record("\(form) \(question.zone.name): \(mistake)")
        wrong += 1
      }
    }
  }
}

/// Instants and local times of one zone, from 1970 to 2100, many of them where clocks are set.
private struct Question {
  let zone: TimeZoneRules
  let instants: [Int]
  let locals: [Int]

  init(_ zone: TimeZoneRules, _ dice: inout SeededGenerator) {
    self.zone = zone
    let span = 0..<4_102_444_800
    let anywhere = (0..<40).map { _ in Int.random(in: span, using: &dice) }
    let near = anywhere.compactMap { zone.stretch(at: $0).end }.filter(span.contains)
    instants = anywhere + near.flatMap { [$0 - 1, $0, $0 + Int.random(in: -90_000...90_000, using: &dice)] }
    locals =
      anywhere
      + near.flatMap { at in (0..<3).map { _ in at + Int.random(in: -50_000...57_000, using: &dice) } }
      + near.flatMap { at in
        [zone.stretch(at: at - 1).offset, zone.stretch(at: at).offset].flatMap {
          [at + $0 - 1, at + $0, at + $0 + 1]
        }
      }
  }

  var text: String {
    "\(zone.name) \(instants.count) " + (instants + locals).map(String.init).joined(separator: " ")
  }

  /// The answer has an offset for every instant, and two for every local time: with the clock's first and second showing.
  func mistakes(_ answer: [Int]) -> [String] {
    guard answer.count == instants.count + 2 * locals.count else { return ["\(answer.count) numbers"] }
    var mistakes: [String] = []
    for (instant, offset) in zip(instants, answer) where zone.stretch(at: instant).offset != offset {
      mistakes.append("\(zone.stretch(at: instant).offset), not \(offset) at \(Timestamp(second: instant))")
    }
    for (index, local) in locals.enumerated() {
      let offsets = answer[(instants.count + 2 * index)...].prefix(2)
      let (first, second) = (local - offsets[offsets.startIndex], local - offsets[offsets.startIndex + 1])
      let moment = zone.moment(localSecond: local)
      let isRight =
        switch moment {
        case .once(let time): first == second && time == Timestamp(second: first)
        case .twice(let one, let two): one == Timestamp(second: first) && two == Timestamp(second: second)
        // Python takes the offset before for the first showing of what is never shown, and the one after for the second.
        case .never(let at):
          first > second && zone.stretch(at: at.secondsSinceEpoch - 1).offset == local - first
            && zone.stretch(at: at.secondsSinceEpoch).offset == local - second
        }
      if !isRight {
        mistakes.append("local \(Timestamp(second: local)) is \(moment), not \(first) and \(second)")
      }
    }
    return mistakes
  }
}

private enum Oracle {
  static let installed = "/usr/share/zoneinfo"

  static let isThere =
    FileManager.default.fileExists(atPath: installed + "/tzdata.zi")
    && (try? run(["python3", "-c", "import zoneinfo"], TemporaryFolder())) != nil

  static let isCompilerThere = (try? run(["zic", "--version"], TemporaryFolder())) != nil

  static func names() throws -> [String] {
    try String(contentsOfFile: installed + "/tzdata.zi", encoding: .utf8).split(separator: "\n").compactMap {
      line in
      let words = line.split(separator: " ")
      return words[0] == "Z" ? String(words[1]) : words[0] == "L" ? String(words[2]) : nil
    }
  }

  static func answers(_ questions: [String], _ directory: String, _ scratch: TemporaryFolder) throws
    -> [[Int]]
  {
    let script = """
      import datetime, sys, zoneinfo
      utc, epoch = datetime.timezone.utc, datetime.datetime(1970, 1, 1)
      for line in sys.stdin:
          name, count, *numbers = line.split()
          zone, numbers = zoneinfo.ZoneInfo(name), [datetime.timedelta(seconds=int(n)) for n in numbers]
          times = [(epoch + n).replace(tzinfo=utc).astimezone(zone) for n in numbers[: int(count)]]
          for n in numbers[int(count):]:
              times += [(epoch + n).replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
          print(*(int(time.utcoffset().total_seconds()) for time in times))
      """
    try scratch.write(questions.joined(separator: "\n"), to: "questions")
    return try run(["python3", "-c", script], scratch, zones: directory).split(separator: "\n").map {
      $0.split(separator: " ").compactMap { Int($0) }
    }
  }

  /// What the command says, reading the folder's `questions`.
  @discardableResult
  static func run(_ command: [String], _ scratch: TemporaryFolder, zones: String = installed) throws -> String
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin", "PYTHONTZPATH": zones]
    let output = scratch.path + "/answers"
    try Data().write(to: URL(fileURLWithPath: output))
    process.standardInput = FileHandle(forReadingAtPath: scratch.path + "/questions") ?? FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return try String(contentsOfFile: output, encoding: .utf8)
  }
}
