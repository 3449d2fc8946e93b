// SPDX-License-Identifier: Apache-2.0

import Core

/// The services that are simulated, named as in a credential scope.
enum AWSService: String, CaseIterable, Sendable {
  case ssm
  case secretsmanager
  case ecs
  case codedeploy
  case sts
  case sns

  /// What stands before the operation in `X-Amz-Target`; nil for the query protocol.
  var targetPrefix: String? {
    switch self {
    case .ssm: "AmazonSSM"
    case .secretsmanager: "secretsmanager"
    case .ecs: "AmazonEC2ContainerServiceV20141113"
    case .codedeploy: "CodeDeploy_20141006"
    case .sts, .sns: nil
    }
  }
}

extension AWSService {
  /// The version of its query protocol; nil for the others.
  var queryVersion: String? {
    switch self {
    case .sts: "2011-06-15"
    case .sns: "2010-03-31"
    case .ssm, .secretsmanager, .ecs, .codedeploy: nil
    }
  }
}

/// One call, read and attributed: which operation, where, by whom, with what.
struct Call: Sendable {
  var service: AWSService
  var operation: String
  var place: Place
  var caller: Identity
  var input: JSON

  /// `ssm:DescribeParameters`: the name that permissions, faults and the log use.
  var action: String { "\(service.rawValue):\(operation)" }
}

extension Call {
  /// A member that has to be there.
  func require(_ name: String) throws(APIError) -> String {
    guard let value = try text(name), !value.isEmpty else {
      throw .validation(
        "1 validation error detected: Value at '\(name)' failed to satisfy constraint: "
          + "Member must not be null")
    }
    return value
  }

  /// A member that may be there and then is a string.
  func text(_ name: String) throws(APIError) -> String? {
    switch input[name] {
    case nil, .null?: return nil
    case .string(let value)?: return value
    case .some: throw APIError("SerializationException", "\(name) is not a string.")
    }
  }

  /// A list of strings; empty where the member is absent.
  func list(_ name: String) throws(APIError) -> [String] {
    guard let value = input[name], value != .null else { return [] }
    guard let elements = value.array else {
      throw APIError("SerializationException", "\(name) is not a list.")
    }
    return elements.compactMap(\.string)
  }

  /// A flag; false where the member is absent.
  func flag(_ name: String) -> Bool { input[name]?.bool ?? false }

  /// The page size asked for, which has to lie in `range`.
  func pageSize(_ name: String, in range: ClosedRange<Int>, default size: Int) throws(APIError) -> Int {
    guard let value = input[name], value != .null else { return size }
    guard let asked = value.integer else {
      throw APIError("SerializationException", "\(name) is not a number.")
    }
    guard range.contains(asked) else {
      let bound =
        asked < range.lowerBound
        ? "greater than or equal to \(range.lowerBound)"
        : "less than or equal to \(range.upperBound)"
      throw .validation(
        "1 validation error detected: Value '\(asked)' at '\(name)' failed to satisfy "
          + "constraint: Member must have value \(bound)")
    }
    return asked
  }
}
