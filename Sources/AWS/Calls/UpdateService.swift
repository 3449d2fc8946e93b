// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html

import JSON

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
    let request: JSONValue = [
      "cluster": .string(cluster), "service": .string(service), "forceNewDeployment": true,
    ]
    return try await change(.ecs, "UpdateService", request, comment: "restart/\(restart)") {
      (json) throws(JSONFailure) in
      var service: ServiceDescription?
      try json.object { (key, json) throws(JSONFailure) in
        switch key {
        case "service": service = try json.service()
        default: try json.skip()
        }
      }
      return try required(service, "service")
    }
  }
}
