// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html

import JSON

/// A service that was asked for and is not among the answers.
public struct ServiceFailure: Sendable, Hashable {
  /// The service's ARN, made by AWS from what was asked for.
  public let arn: String
  /// `MISSING` where there is no such service.
  public let reason: String
}

extension AWSClient {
  /// Reads at most 10 services, by name or ARN, of one cluster. A cluster that does not exist is a failure
  /// of kind `notFound`; a service that does not is in `failures`.
  public func describeServices(
    cluster: String, services: [String]
  ) async throws(AWSFailure) -> (services: [ServiceDescription], failures: [ServiceFailure]) {
    precondition((1...10).contains(services.count), "one call takes 1 to 10 services")
    let request: JSONValue = ["cluster": .string(cluster), "services": .strings(services)]
    return try await list(.ecs, "DescribeServices", request, limiter: servicesLimiter) {
      (json) throws(JSONFailure) in
      var services: [ServiceDescription]?
      var failures: [ServiceFailure] = []
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "services": services = try json.list { (json) throws(JSONFailure) in try json.service() }
        case "failures":
          failures = try json.optionalList { (json) throws(JSONFailure) in try json.failure() }
        default: try json.skip()
        }
      }
      return (try required(services, "services"), failures)
    }.page
  }
}

extension JSONReader {
  fileprivate mutating func failure() throws(JSONFailure) -> ServiceFailure {
    var (arn, reason): (String?, String?)
    try object { (key, json) throws(JSONFailure) in
      switch key {
      case "arn": arn = try json.optionalString()
      case "reason": reason = try json.optionalString()
      default: try json.skip()
      }
    }
    return ServiceFailure(arn: arn ?? "", reason: reason ?? "")
  }
}
