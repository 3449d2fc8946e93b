// SPDX-License-Identifier: Apache-2.0

import Core
import GitHub
import LocalGitHub
import Platform

/// A GitHub with a repository for every application that a workflow restarts.
final class SimulatedGitHub: HTTPTransport {
  private let repositories: [String: LocalGitHub]
  private let isAway = Locked(false)
  private let refused: @Sendable (Target) -> Void

  /// Every run is told of, and every dispatch that was refused.
  init(
    _ applications: [RandomEstate.Application], time: any TimeSource,
    began: @escaping @Sendable (LocalGitHub.Beginning) -> Void,
    refused: @escaping @Sendable (Target) -> Void
  ) {
    var repositories: [String: LocalGitHub] = [:]
    for (number, application) in applications.enumerated() where application.kind == .flow {
      repositories[application.name] = LocalGitHub(
        time: time, repository: "acme/\(application.name)", firstRun: Int64(number + 1) * 1_000_000,
        began: began)
    }
    self.repositories = repositories
    self.refused = refused
  }

  func repository(_ name: String) -> LocalGitHub? { repositories[name] }

  /// Nobody gets an answer.
  func setAway(_ isSo: Bool) { isAway.withLock { $0 = isSo } }

  /// The next dispatches meet some of these.
  func disturb(_ fault: LocalGitHub.Fault) { for gitHub in repositories.values { gitHub.inject(fault) } }

  func calm() {
    setAway(false)
    for gitHub in repositories.values { gitHub.clearFaults() }
  }

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
    guard !isAway.withLock({ $0 }) else {
      throw TransportFailure(kind: .unreachable, message: "no route to host", mayHaveArrived: false)
    }
    let name =
      request.url.split(separator: "/").drop { $0 != "repos" }.dropFirst(2).first.map(String.init) ?? ""
    guard let gitHub = repositories[name] else {
      return HTTPResponse(status: 404, headers: [], body: Array(#"{"message":"Not Found"}"#.utf8))
    }
    let response = try await gitHub.send(request)
    if request.url.restarts, response.status >= 400 { refused(.of(name, RandomEstate.home)) }
    return response
  }
}
