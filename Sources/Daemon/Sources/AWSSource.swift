// SPDX-License-Identifier: Apache-2.0

internal import AWS
public import Core
public import Platform

/// Sweeps Parameter Store and Secrets Manager page by page, until there is no next token. A page may be empty and still
/// have a next one: emptiness means nothing.
public struct AWSSource: Source {
  private let clients: AWSClients
  private let time: any TimeSource

  /// A source over these clients; `time` stands in where AWS does not say what time it is.
  public init(_ clients: AWSClients, time: any TimeSource) {
    self.clients = clients
    self.time = time
  }

  /// Sweeps a scope.
  public func sweep(
    _ scope: Scope, prefixes: [String], page: (_ observations: [Observation], _ answeredAt: Timestamp) -> Void
  ) async throws(Failure) {
    let client = try clients.client(for: scope.location)
    do throws(AWSFailure) {
      switch scope.kind {
      case .parameter: try await sweepParameters(client, prefixes, page)
      case .secret: try await sweepSecrets(client, prefixes, page)
      }
    } catch {
      throw Failure(error)
    }
  }

  private func sweepParameters(
    _ client: AWSClient, _ prefixes: [String], _ take: ([Observation], Timestamp) -> Void
  ) async throws(AWSFailure) {
    var pages = PageGuard(operation: "ssm:DescribeParameters", pageLimit: Limits.pagesPerSweep)
    var token: String?
    repeat {
      let page = try await client.describeParameters(
        filters: prefixes.isEmpty ? [] : [.namePrefixes(prefixes)], nextToken: token)
      take(page.parameters.map(Observation.init), answeredAt(page.serverTime))
      token = try pages.follow(page.nextToken)
    } while token != nil
  }

  private func sweepSecrets(
    _ client: AWSClient, _ prefixes: [String], _ take: ([Observation], Timestamp) -> Void
  ) async throws(AWSFailure) {
    var pages = PageGuard(operation: "secretsmanager:ListSecrets", pageLimit: Limits.pagesPerSweep)
    var token: String?
    repeat {
      let page = try await client.listSecrets(namePrefixes: prefixes, nextToken: token)
      take(page.secrets.map(Observation.init), answeredAt(page.serverTime))
      token = try pages.follow(page.nextToken)
    } while token != nil
  }

  /// The `Date` header has whole seconds; a change's time must not be taken too early.
  private func answeredAt(_ serverTime: Timestamp?) -> Timestamp {
    serverTime.map { $0 + Self.restOfSecond } ?? time.now()
  }

  static let restOfSecond = Duration.milliseconds(999)
}

extension Observation {
  /// A parameter as one sweep saw it.
  init(_ parameter: ParameterMetadata) {
    self.init(
      name: parameter.name,
      version: .parameter(number: parameter.version, modifiedAt: parameter.lastModified),
      modifiedAt: parameter.lastModified, modifiedBy: parameter.lastModifiedUser,
      isScheduledForDeletion: false)
  }

  /// A secret as one sweep saw it. Its version is what holds AWSCURRENT; AWSPENDING and AWSPREVIOUS come and go
  /// without any task reading another value. Should AWS ever show several, all of them are the version.
  init(_ secret: SecretMetadata) {
    let current = secret.versionStages.filter { $0.value.contains("AWSCURRENT") }.keys.sorted()
    let fraction = secret.lastChangedHasFraction ? Duration.zero : AWSSource.restOfSecond
    self.init(
      name: secret.name, version: .secret(id: current.isEmpty ? "none" : current.joined(separator: "+")),
      modifiedAt: secret.lastChanged.map { $0 + fraction }, modifiedBy: nil,
      isScheduledForDeletion: secret.deleted != nil)
  }
}
