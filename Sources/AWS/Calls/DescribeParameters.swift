// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html

public import Core
import JSON

/// What narrows a listing of parameters. Filters of one call must all hold; of the values of one, any.
public enum ParameterFilter: Sendable, Hashable {
  /// These names.
  case names([String])
  /// Names that begin so.
  case namePrefixes([String])
  /// Everything below these paths, each with a slash in front.
  case paths([String])
}

/// A parameter, without its value.
public struct ParameterMetadata: Sendable, Hashable {
  /// The full name.
  public let name: String
  /// Starts at 1, and again at 1 for a parameter that was deleted and made anew.
  public let version: Int64
  /// When this version was made, by AWS's clock.
  public let lastModified: Timestamp
  /// Who made it: an ARN.
  public let lastModifiedUser: String?
}

/// One page of a listing of parameters. It may be empty and yet not the last.
public struct ParameterPage: Sendable {
  /// What the page holds, in AWS's order.
  public let parameters: [ParameterMetadata]
  /// The next page's; nil on the last.
  public let nextToken: String?
  /// AWS's clock when it answered.
  public let serverTime: Timestamp?
}

extension AWSClient {
  /// One page of at most 50 parameters. A filter takes at most 50 values, and may be given once.
  public func describeParameters(
    filters: [ParameterFilter], nextToken: String?
  ) async throws(AWSFailure) -> ParameterPage {
    let request: JSONValue = [
      "MaxResults": 50, "NextToken": nextToken.map(JSONValue.string),
      "ParameterFilters": filters.isEmpty ? nil : .array(filters.map(\.request)),
    ]
    let (page, answer) = try await list(.ssm, "DescribeParameters", request, limiter: parametersLimiter) {
      (json) throws(JSONFailure) in try json.parameterListing()
    }
    return ParameterPage(
      parameters: page.parameters, nextToken: page.nextToken, serverTime: answer.serverTime)
  }
}

extension ParameterFilter {
  fileprivate var request: JSONValue {
    let (key, option, values) =
      switch self {
      case .names(let names): ("Name", "Equals", names)
      case .namePrefixes(let prefixes): ("Name", "BeginsWith", prefixes)
      case .paths(let paths): ("Path", "Recursive", paths)
      }
    precondition((1...50).contains(values.count), "a filter takes 1 to 50 values")
    return ["Key": .string(key), "Option": .string(option), "Values": .strings(values)]
  }
}

extension JSONReader {
  fileprivate mutating func parameterListing() throws(JSONFailure) -> (
    parameters: [ParameterMetadata], nextToken: String?
  ) {
    var parameters: [ParameterMetadata]?
    var nextToken: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "Parameters": parameters = try json.list { (json) throws(JSONFailure) in try json.parameter() }
      case "NextToken": nextToken = try json.optionalString()
      default: try json.skip()
      }
    }
    return (try required(parameters, "Parameters"), nonEmpty(nextToken))
  }

  private mutating func parameter() throws(JSONFailure) -> ParameterMetadata {
    var name: String?
    var version: Int64?
    var lastModified: WireTime?
    var lastModifiedUser: String?
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "Name": name = try json.string()
      case "Version": version = try json.integer()
      case "LastModifiedDate": lastModified = try json.time()
      case "LastModifiedUser": lastModifiedUser = try json.optionalString()
      default: try json.skip()
      }
    }
    return ParameterMetadata(
      name: try required(name, "Name"), version: try required(version, "Version"),
      lastModified: try required(lastModified, "LastModifiedDate").timestamp,
      lastModifiedUser: lastModifiedUser)
  }
}
