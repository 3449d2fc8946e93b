// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Foundation
internal import Platform
internal import Subprocess
internal import SystemPackage

/// A program with the message on its standard input. No shell is involved; status 0 means that it was taken.
struct CommandDelivery: Delivery {
  let words: [String]
  let environment: [String: String]
  let time: any TimeSource

  /// Until it is killed, with all that it has started.
  static let timeLimit = Duration.seconds(30)
  private static let outputLimit = 64 << 10

  private enum Ending: Sendable {
    case exited(errors: [UInt8], TerminationStatus)
    case late
    case failed(DeliveryFailure)
  }

  func deliver(_ message: Message) async throws(DeliveryFailure) {
    switch await firstEnding(message.json) {
    case .late:
      throw DeliveryFailure(
        reason: "\(words[0]) ran longer than 30 s and was killed", remedy: nil, retryAfter: nil)
    case .failed(let failure): throw failure
    case .exited(let errors, let status):
      guard !status.isSuccess else { return }
      throw DeliveryFailure(
        reason: "\(words[0]) ended with \(Self.words(status))\(Self.lastLine(errors))".printable, remedy: nil,
        retryAfter: nil)
    }
  }

  /// Whichever comes first, the program's end or the limit's; the program is killed when its task is cancelled.
  private func firstEnding(_ input: [UInt8]) async -> Ending {
    await withTaskGroup(of: Ending.self) { group in
      group.addTask { await run(input) }
      group.addTask {
        try? await time.sleep(for: Self.timeLimit)
        return .late
      }
      defer { group.cancelAll() }
      return await group.next() ?? .late
    }
  }

  private func run(_ input: [UInt8]) async -> Ending {
    let file: FileDescriptor
    do { file = try Self.file(holding: input) } catch {
      return .failed(
        failure("was not started: its input could not be written to \(NSTemporaryDirectory())", remedy: nil))
    }
    do {
      let result = try await Subprocess.run(
        .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
        environment: .custom(inherited), workingDirectory: FilePath("/"), platformOptions: Self.ownSession,
        input: .fileDescriptor(file, closeAfterSpawningProcess: true), output: .discarded,
        error: .bytes(limit: Self.outputLimit))
      return .exited(errors: result.standardError, result.terminationStatus)
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      return .failed(failure("wrote more than \(Self.outputLimit) bytes to standard error", remedy: nil))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      return .failed(
        failure("is not there", remedy: "put the program there, or name another in the settings"))
    } catch {
      return .failed(failure("could not be run", remedy: "see that rollwatch's user may execute it"))
    }
  }

  /// A file without a name, to be read from its beginning. Not a pipe: a program need not read all of its input, and the
  /// library ends the process where a pipe's other end is closed while it writes.
  private static func file(holding bytes: [UInt8]) throws -> FileDescriptor {
    let path = NSTemporaryDirectory() + "/rollwatch-\(UUID().uuidString)"
    let file = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: .ownerReadWrite)
    do {
      try FileManager.default.removeItem(atPath: path)
      try file.writeAll(bytes)
      try file.seek(offset: 0, from: .start)
      return file
    } catch {
      try? file.close()
      throw error
    }
  }

  private func failure(_ text: String, remedy: String?) -> DeliveryFailure {
    DeliveryFailure(reason: "\(words[0]) \(text)".printable, remedy: remedy, retryAfter: nil)
  }

  /// A session of its own, so that what the program itself started ends with it.
  private static var ownSession: PlatformOptions {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
    ]
    return options
  }

  /// Of our own environment only what says who and where one is: nothing in these can be a secret.
  private static let passed: Set<String> = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR",
  ]

  private var inherited: [Environment.Key: String] {
    let pairs = environment.filter { Self.passed.contains($0.key) }
      .compactMap { name, value in Environment.Key(rawValue: name).map { ($0, value) } }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func words(_ status: TerminationStatus) -> String {
    switch status {
    case .exited(let code): "exit status \(code)"
    case .signaled(let signal): "signal \(signal)"
    }
  }

  /// The last line of what it wrote to standard error.
  private static func lastLine(_ errors: [UInt8]) -> String {
    let lines = String(decoding: errors.suffix(1_024), as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.last.map { ": \($0.prefix(200))" } ?? ""
  }
}
