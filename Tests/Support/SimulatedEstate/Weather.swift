// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS

/// What goes wrong between rollwatch and AWS, in storms: a few faults at once that go on for a while.
enum Weather {
  /// The faults of one storm, and how long it lasts.
  static func storm(_ dice: inout Dice) -> (faults: [Fault], lasts: Duration) {
    if dice.chance(3) {
      let operation = dice.one(of: ["ssm:*", "secretsmanager:*"])
      return ([Fault(.unavailable, on: operation, .always)], dice.time(3_600...10_800))
    }
    let faults = (0..<dice.pick(1...3)).map { _ in fault(&dice) }
    return (faults, dice.time(5...240))
  }

  private static func fault(_ dice: inout Dice) -> Fault {
    let isRestart = dice.chance(45)
    let operation =
      isRestart
      ? dice.one(of: ["ecs:UpdateService", "ecs:UpdateService", "ecs:RunTask", "codedeploy:CreateDeployment"])
      : dice.one(of: [
        "ssm:*", "secretsmanager:*", "ecs:DescribeServices", "ecs:*", "*", "ecs:ListTasks", "codedeploy:*",
      ])
    let reachesRestarts = isRestart || operation.hasSuffix("*") && !operation.hasPrefix("s")
    let trigger: Fault.Trigger =
      switch dice.pick(1...3) {
      case 1: .always
      case 2: .probability(Double(dice.pick(1...9)) / 10)
      default: .next(dice.pick(1...5), after: dice.pick(0...2))
      }
    return Fault(effect(reachesRestarts: reachesRestarts, &dice), on: operation, trigger)
  }

  private static func effect(reachesRestarts: Bool, _ dice: inout Dice) -> Fault.Effect {
    switch dice.pick(1...16) {
    case 1, 2: .throttling
    case 3: .internalError
    case 4: .unavailable
    case 5: .accessDenied
    case 6, 7: .errorAfter(status: 500, code: "InternalServerError", message: "lost")
    case 8: .errorAfter(status: 503, code: "ServiceUnavailable", message: "lost")
    case 9: .cutBefore
    case 10, 11: .cutAfter
    case 12: dice.chance(50) ? .silenceBefore : .silenceAfter
    // A forced deployment that begins minutes after its caller has gone cannot be told from none: UpdateService has no token.
    case 13: .delayBefore(reachesRestarts ? .milliseconds(dice.pick(1...4_500)) : dice.time(0...30))
    case 14: .delayAfter(dice.time(0...30))
    case 15: .truncated(keeping: dice.pick(0...200))
    default: dice.one(of: [.html, .wrongShape, .endlessPages])
    }
  }

  /// How deployments go from now on.
  static func rollout(_ dice: inout Dice) -> Rollout {
    let failure = dice.chance(50) ? TaskFailure.secretMissing : .exits(code: 1)
    return switch dice.pick(1...12) {
    case 1: .fails(after: dice.time(5...60), failing: 2, failure)
    case 2, 3: .rollsBack(after: dice.time(1...60), failing: 2, failure, back: dice.time(1...30))
    case 4: .keepsFailing(every: dice.time(5...30), failure)
    case 5: .hangs
    case 6: .superseded(after: dice.time(1...40), completing: dice.time(1...40))
    default: .completes(after: dice.time(1...120))
    }
  }
}
