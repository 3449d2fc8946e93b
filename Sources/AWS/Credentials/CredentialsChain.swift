// SPDX-License-Identifier: Apache-2.0

import Core
public import Platform

/// The credentials of this process, from wherever its configuration says: the order of AWS's own tools, decided
/// once (`CredentialsPlan`), fetched when needed and kept (`CachedCredentials`).
public struct CredentialsChain: CredentialsProvider {
  private let cached: CachedCredentials

  /// Decides where credentials come from; fetches none yet. Throws where the configuration contradicts itself.
  /// `jitter` gives numbers from 0 up to 1.
  public init(
    configuration: AWSConfiguration, transport: any HTTPTransport, time: any TimeSource,
    tokens: any SecurityTokens, jitter: @escaping @Sendable () -> Double
  ) throws(ConfigurationFailure) {
    let plan = try CredentialsPlan(configuration)
    let sources = Sources(
      configuration: configuration, transport: transport, time: time, tokens: tokens, jitter: jitter)
    let source = sources.source(of: plan.origin)
    cached = CachedCredentials(
      plan.origin == .instance ? LastResort(source: source, absent: plan.absent) : source, time: time)
  }

  /// Credentials that are valid now.
  public func credentials() async throws(CredentialsFailure) -> Credentials { try await cached.credentials() }

  /// Makes the next call fetch.
  public func invalidate() async { await cached.invalidate() }
}

/// The instance's role when nothing else is configured. Most machines that get here are no EC2 instances, so
/// its failure says what else there could have been.
private struct LastResort: CredentialsSource {
  let source: any CredentialsSource
  let absent: [String]

  func fetch() async throws(CredentialsFailure) -> Credentials {
    do {
      return try await source.fetch()
    } catch {
      let tried = (absent + [error.message]).joined(separator: "; ")
      throw CredentialsFailure(
        message: "no AWS credentials: \(tried). Give the machine or container a role, name a profile in "
          + "AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", isTransient: error.isTransient)
    }
  }
}

/// Turns origins into sources.
private struct Sources {
  let configuration: AWSConfiguration
  let transport: any HTTPTransport
  let time: any TimeSource
  let tokens: any SecurityTokens
  let jitter: @Sendable () -> Double

  func source(of origin: CredentialsOrigin) -> any CredentialsSource {
    let environment = configuration.environment
    switch origin {
    case .environment: return EnvironmentKeys(environment: environment)
    case .profileKeys(let profile):
      return ProfileKeys(profile: profile, environment: environment, home: configuration.home)
    case .role(let request, let from):
      return AssumedRole(request, source: CachedCredentials(source(of: from), time: time), tokens: tokens)
    case .webIdentity(let request, let file):
      return WebIdentity(request: request, tokenFile: file, tokens: tokens)
    case .identityCenter(let settings):
      let cache = SignInCache(home: configuration.home ?? "", name: settings.cacheName)
      return IdentityCenter(
        settings, cache: cache, endpoints: configuration.endpointOptions, transport: transport, time: time)
    case .process(let words, let profile):
      return CredentialProcess(words: words, profile: profile, environment: environment, time: time)
    case .container(let settings):
      return ContainerCredentials(
        settings: settings, environment: environment, transport: transport, time: time)
    case .instance:
      return InstanceMetadata(configuration.metadata, transport: transport, time: time, jitter: jitter)
    }
  }
}
