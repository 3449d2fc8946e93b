// SPDX-License-Identifier: Apache-2.0

/// What may happen next on a day, each as often as its weight says.
enum Happening: CaseIterable, Sendable {
  case write
  case writeMuch
  case touch
  case beginRotation
  case endRotation
  case delete
  case restore
  case deploy
  case writeAndDeploy
  case scaleToNothing
  case scaleUp
  case remove
  case create
  case steerRollouts
  case storm
  case reload
  case changeRules
  case stepClock
  case stepClockOfAWS
  case terminate
  case order

  private var weight: Int {
    switch self {
    case .write: 32
    case .storm: 9
    case .touch, .deploy, .beginRotation, .restore: 6
    case .endRotation, .steerRollouts, .delete: 5
    case .writeMuch, .scaleUp, .reload, .create, .order: 3
    case .writeAndDeploy, .scaleToNothing, .remove, .changeRules, .stepClock, .terminate: 2
    case .stepClockOfAWS: 1
    }
  }

  private static let deck = allCases.flatMap { Array(repeating: $0, count: $0.weight) }

  static func next(_ dice: inout Dice) -> Self { dice.one(of: deck) }
}
