// SPDX-License-Identifier: Apache-2.0

import Core
import Platform

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
  private static let errorsKept = 4 << 10
  private static let grace = Duration.seconds(1)

  func fetch() async throws(CredentialsFailure) -> Credentials {
    let program = Program(
      words: words, environment: environment.filter { !Self.withheld.contains($0.key) }, directory: nil,
      input: [], outputBytes: Self.outputLimit, errorBytes: Self.errorsKept)
    let ending: ProgramEnding
    do throws(ProgramFailure) {
      ending = try await program.run(within: Self.timeLimit, grace: Self.grace, on: time)
    } catch {
      throw failure(error)
    }
    switch ending.wasEnded {
    case .late: throw failure("ran longer than \(Self.timeLimit) and was ended; see why it hangs")
    case .cancelled: throw .cancelled
    case nil: break
    }
    guard ending.isSuccess else { throw failure("ended with \(ending.words)\(Self.lastLine(ending))") }
    guard !ending.outputIsCut else {
      throw failure("printed more than \(Self.outputLimit) bytes; it must print one JSON document")
    }
    return try CredentialsDocument.credentials(in: ending.output, from: place, requiresVersion: true)
  }

  private var place: String { "credential_process of the profile \"\(profile)\" (\(words[0]))" }

  private func failure(_ text: String, isTransient: Bool = true) -> CredentialsFailure {
    CredentialsFailure(message: "\(place) \(text)", isTransient: isTransient)
  }

  private func failure(_ failure: ProgramFailure) -> CredentialsFailure {
    switch failure.kind {
    case .notFound: self.failure("was not found; write its full path", isTransient: false)
    case .notExecutable, .unfit, .exhausted:
      self.failure("could not be run; see that it is executable by rollwatch's user")
    }
  }

  private static let withheld: Set<String> = [
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
  ]

  /// The last line of what it wrote to standard error, with everything left out that could be a key or a token.
  private static func lastLine(_ ending: ProgramEnding) -> String {
    guard let line = ending.lastLine else { return "" }
    return ": "
      + printable(line.split(separator: " ").map { couldBeSecret($0) ? "…" : $0 }.joined(separator: " "))
  }

  private static func couldBeSecret(_ word: Substring) -> Bool {
    word.utf8.count >= 16 && word.contains(where: \.isNumber) && word.contains(where: \.isLetter)
  }
}
