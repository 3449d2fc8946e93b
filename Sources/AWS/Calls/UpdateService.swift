// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html

extension AWSClient {
  /// Starts a new deployment of what the service runs already, and changes nothing else.
  ///
  /// AWS gives this call no token to tell a repetition by, so it is sent again only after an attempt that did
  /// nothing. After a failure that `mayHaveTakenEffect`, look for a new deployment.
  ///
  /// - Parameter restart: the restart's id, which the user agent carries so that CloudTrail ties the call
  ///   to its record.
  public func updateService(
    cluster: String, service: String, restart: String
  ) async throws(AWSFailure) -> ServiceDescription {
    precondition(
      restart.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a restart's id is to be part of a header")
    let request = UpdateServiceRequest(cluster: cluster, service: service)
    let updated = try await change(
      .ecs, "UpdateService", request, as: UpdateServiceResponse.self, comment: "restart/\(restart)")
    return ServiceDescription(updated.service)
  }
}

private struct UpdateServiceRequest: Encodable {
  let cluster: String
  let service: String
  let forceNewDeployment = true
}

private struct UpdateServiceResponse: Decodable {
  let service: WireService
}
