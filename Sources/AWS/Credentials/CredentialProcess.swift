// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform
import Subprocess
import SystemPackage

/// `credential_process`: a program that prints credentials as JSON. No shell is involved, and it gets the environment of
/// rollwatch, which is what such programs are written for, without the secrets in it and what would let it speak to the service
/// manager in our name.
struct CredentialProcess: CredentialsSource {
  let words: [String]
  let profile: String
  let environment: [String: String]
  let time: any TimeSource

  /// Some of these programs ask a slow sign-in server; none that a service can use asks a person.
  static let timeLimit = Duration.seconds(60)
  private static let outputLimit = 64 << 10
  private static let errorLimit = 1 << 20

  private enum Ending: Sendable {
    case exited(output: [UInt8], errors: [UInt8], TerminationStatus)
    case late
    case failed(CredentialsFailure)
  }

  func fetch() async throws(CredentialsFailure) -> Credentials {
    switch await firstEnding() {
    case .late: throw failure("ran longer than \(Self.timeLimit) and was ended; see why it hangs")
    case .failed(let failure): throw failure
    case .exited(let output, let errors, let status):
      guard status.isSuccess else {
        throw failure("ended with \(Self.words(status))\(Self.lastLine(errors))")
      }
      return try CredentialsDocument.credentials(in: output, from: place, requiresVersion: true)
    }
  }

  private var place: String { "credential_process of the profile \"\(profile)\" (\(words[0]))" }

  private func failure(_ text: String, isTransient: Bool = true) -> CredentialsFailure {
    CredentialsFailure(message: "\(place) \(text)", isTransient: isTransient)
  }

  /// Whichever comes first, the program's end or the limit's; the program is killed when its task is cancelled.
  private func firstEnding() async -> Ending {
    await withTaskGroup(of: Ending.self) { group in
      group.addTask { await run() }
      group.addTask {
        do {
          try await time.sleep(for: Self.timeLimit)
          return .late
        } catch {
          return .failed(.cancelled)
        }
      }
      defer { group.cancelAll() }
      return await group.next() ?? .late
    }
  }

  private func run() async -> Ending {
    let program: Executable = words[0].contains("/") ? .path(FilePath(words[0])) : .name(words[0])
    do {
      let result = try await Subprocess.run(
        program, arguments: Arguments(Array(words.dropFirst())), environment: .custom(inherited),
        platformOptions: Self.ownSession, output: .bytes(limit: Self.outputLimit),
        error: .bytes(limit: Self.errorLimit))
      return .exited(
        output: result.standardOutput, errors: result.standardError, result.terminationStatus)
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      return .failed(failure("printed more than \(Self.outputLimit) bytes; it must print one JSON document"))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      return .failed(failure("was not found; write its full path", isTransient: false))
    } catch {
      return .failed(failure("could not be run; see that it is executable by rollwatch's user"))
    }
  }

  /// A session of its own, so that what the program itself started ends with it: a grandchild that lives on
  /// would keep the pipe open, and us waiting.
  private static var ownSession: PlatformOptions {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
    ]
    return options
  }

  private static let withheld: Set<String> = [
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
  ]

  private var inherited: [Environment.Key: String] {
    let passed = environment.filter { !Self.withheld.contains($0.key) }
    let pairs = passed.compactMap { name, value in Environment.Key(rawValue: name).map { ($0, value) } }
    return Dictionary(pairs) { $1 }
  }

  private static func words(_ status: TerminationStatus) -> String {
    switch status {
    case .exited(let code): "exit status \(code)"
    case .signaled(let signal): "signal \(signal)"
    }
  }

  /// The last line of what it wrote to standard error, with everything left out that could be a key or a token.
  private static func lastLine(_ errors: [UInt8]) -> String {
    let lines = String(decoding: errors.suffix(4_096), as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let line = lines.last(where: { !trimmed($0).isEmpty }) else { return "" }
    return ": "
      + printable(line.split(separator: " ").map { couldBeSecret($0) ? "…" : $0 }.joined(separator: " "))
  }

  private static func couldBeSecret(_ word: Substring) -> Bool {
    word.utf8.count >= 16 && word.contains(where: \.isNumber) && word.contains(where: \.isLetter)
  }
}
