// SPDX-License-Identifier: Apache-2.0
// From files and environment to what the loop works with.

import AWS
import ArgumentParser
import Core
import Daemon
import Journal
import Platform
import Rules

/// The AWS side of one process: one transport, one chain of credentials, a client for every location.
struct AWSAccess {
  /// The Region of the process itself.
  let region: String
  let clients: AWSClients

  /// Finds Region and credentials where every AWS program finds them. `region` and `settings` come first.
  init(region: String?, settings: Settings) async throws {
    do {
      let environment = ProcessEnvironment.all
      let configuration = try AWSConfiguration.resolve(environment: environment, home: environment["HOME"])
      let transport = CurlTransport(caBundle: configuration.certificateBundle, on: eventLoop)
      self.region = try await Self.region(
        region ?? settings.region ?? configuration.region, configuration, transport)
      clients = try Self.clients(configuration, settings, self.region, transport)
    } catch let failure as ConfigurationFailure {
      throw fail("\(failure)", .wrongConfiguration)
    }
  }

  private static let exchange = HTTPLimits(
    connect: .seconds(5), silence: .seconds(20), total: .seconds(60), responseBytes: 16 << 20)

  private static func region(
    _ known: String?, _ configuration: AWSConfiguration, _ transport: CurlTransport
  ) async throws -> String {
    if let known { return known }
    let instance = InstanceMetadata(
      configuration.metadata, transport: transport, time: eventLoop, jitter: { Double.random(in: 0..<1) })
    do { return try await instance.region() } catch {
      throw fail(
        "no Region: set AWS_REGION, 'region' in the settings, or 'region' in the AWS profile (\(error))",
        .wrongConfiguration)
    }
  }

  private static func clients(
    _ configuration: AWSConfiguration, _ settings: Settings, _ region: String, _ transport: CurlTransport
  ) throws -> AWSClients {
    let time = eventLoop
    let userAgent = "rollwatch/\(version)"
    let attempts = configuration.maxAttempts ?? 3
    let tokens = try STSClient(
      region: region, transport: transport, time: time, endpoints: configuration.endpointOptions,
      userAgent: userAgent, seed: .random(in: 0 ... .max), maxAttempts: attempts, limits: exchange)
    let own = try CredentialsChain(
      configuration: configuration, transport: transport, time: time, tokens: tokens,
      jitter: { Double.random(in: 0..<1) })
    let others = settings.accounts.mapValues { account in
      CachedCredentials(
        AssumedRole(roleARN: account.role, externalID: account.externalID, source: own, tokens: tokens),
        time: time)
    }
    let limits = ClientLimits(
      exchange: exchange, parametersPerSecond: settings.parameters.rate,
      secretsPerSecond: settings.secrets.rate)
    return AWSClients { location throws(Failure) in
      do throws(ConfigurationFailure) {
        return try AWSClient(
          region: location.region, credentials: location.account.flatMap { others[$0] } ?? own,
          transport: transport, time: time, endpoints: configuration.endpointOptions, userAgent: userAgent,
          seed: .random(in: 0 ... .max), maxAttempts: attempts, limits: limits)
      } catch {
        throw Failure(kind: .permanent, reason: "\(error)", mayHaveTakenEffect: false)
      }
    }
  }
}

extension AuditKey {
  /// The one that systemd hands over, where it does.
  static func ofCredential() throws(JournalFailure) -> AuditKey? {
    guard let directory = ProcessEnvironment["CREDENTIALS_DIRECTORY"] else { return nil }
    let path = "\(directory)/\(credential)"
    return fileExists(path) ? try AuditKey(contentsOf: path) : nil
  }
}

extension ConfigurationOptions {
  /// The settings, or an end with every mistake in them.
  func checkedSettings() throws -> Settings {
    do throws(Diagnostics) { return try settings() } catch {
      report(error)
      throw ExitCode.wrongConfiguration
    }
  }

  /// The rules as they are now, or nothing and every mistake on standard error.
  func readRules(_ settings: Settings, region: String) -> RuleSet? {
    do throws(Diagnostics) {
      return try RuleFiles(paths: rulePaths).rules(defaultRegion: region, settings: settings)
    } catch {
      report(error)
      return nil
    }
  }
}

extension Loop.Notice {
  /// A signal as the loop understands it.
  init(_ signal: Signal) {
    switch signal {
    case .terminate: self = .stop(reason: "SIGTERM")
    case .interrupt: self = .stop(reason: "SIGINT")
    case .hangUp: self = .reload
    }
  }
}
