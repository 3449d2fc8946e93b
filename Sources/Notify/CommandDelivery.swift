// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Platform

/// A program with the message on its standard input. No shell is involved; status 0 means that it was taken.
struct CommandDelivery: Delivery {
  let words: [String]
  let environment: [String: String]
  let time: any TimeSource

  /// Until it is killed, with all that it has started.
  static let timeLimit = Duration.seconds(30)
  private static let grace = Duration.seconds(1)

  func deliver(_ message: Message) async throws(DeliveryFailure) {
    let program = Program(
      words: words, environment: ProgramEnvironment.plain(of: environment), directory: "/",
      input: message.json,
      outputBytes: 0, errorBytes: 1 << 10)
    let ending: ProgramEnding
    do throws(ProgramFailure) {
      ending = try await program.run(within: Self.timeLimit, grace: Self.grace, on: time)
    } catch {
      throw DeliveryFailure(reason: error.description.printable, remedy: Self.remedy(error), retryAfter: nil)
    }
    guard !ending.isSuccess else { return }
    guard ending.wasEnded == nil else {
      throw DeliveryFailure(
        reason: "\(words[0]) ran longer than 30 s and was killed", remedy: nil, retryAfter: nil)
    }
    let last = ending.lastLine.map { ": \($0.prefix(200))" } ?? ""
    throw DeliveryFailure(
      reason: "\(words[0]) ended with \(ending.words)\(last)".printable, remedy: nil, retryAfter: nil)
  }

  private static func remedy(_ failure: ProgramFailure) -> String? {
    switch failure.kind {
    case .notFound: "put the program there, or name another in the settings"
    case .notExecutable: "see that rollwatch's user may execute it"
    case .unfit: "mend the program, or name another in the settings"
    case .exhausted: nil
    }
  }
}
