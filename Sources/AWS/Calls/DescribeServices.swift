// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html

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
    let request = DescribeServicesRequest(cluster: cluster, services: services)
    let found = try await read(.ecs, "DescribeServices", request, as: DescribeServicesResponse.self)
    return (
      found.services.map(ServiceDescription.init),
      (found.failures ?? []).map { ServiceFailure(arn: $0.arn ?? "", reason: $0.reason ?? "") }
    )
  }
}

private struct DescribeServicesRequest: Encodable {
  let cluster: String
  let services: [String]
}

private struct DescribeServicesResponse: Decodable {
  let services: [WireService]
  let failures: [Failure]?

  struct Failure: Decodable {
    let arn: String?
    let reason: String?
  }
}
