// SPDX-License-Identifier: Apache-2.0

import Core
public import Platform

/// The metadata service of an EC2 instance (IMDS), version 2, or version 1 where the instance has nothing else
/// and the settings allow it.
public struct InstanceMetadata: CredentialsSource {
  private let settings: MetadataSettings
  private let transport: any HTTPTransport
  private let time: any TimeSource
  /// From 0 up to 1.
  private let jitter: @Sendable () -> Double

  private static let rolePath = "/latest/meta-data/iam/security-credentials/"

  /// Sends nothing before it is asked. `jitter` gives numbers from 0 up to 1.
  public init(
    _ settings: MetadataSettings, transport: any HTTPTransport, time: any TimeSource,
    jitter: @escaping @Sendable () -> Double
  ) {
    self.settings = settings
    self.transport = transport
    self.time = time
    self.jitter = jitter
  }

  /// The credentials of the instance's role.
  public func fetch() async throws(CredentialsFailure) -> Credentials {
    let token = try await sessionToken()
    let listing = try await get(
      Self.rolePath, token, orElse: "the instance has no role; attach an instance profile")
    let role = listing.split(whereSeparator: \.isNewline).first.map { String(trimmed($0)) } ?? ""
    guard !role.isEmpty, role.utf8.allSatisfy(Self.isRoleCharacter) else {
      throw CredentialsFailure(
        message: "the instance metadata service named no role; attach an instance profile", isTransient: true)
    }
    let document = try await get(Self.rolePath + role, token, orElse: "the role \(role) has no credentials")
    let credentials = try CredentialsDocument.credentials(
      in: Array(document.utf8), from: "the instance metadata service", requiresVersion: false)
    return extended(credentials)
  }

  /// The Region that the instance runs in.
  public func region() async throws(CredentialsFailure) -> String {
    let token = try await sessionToken()
    let region = try await get("/latest/meta-data/placement/region", token, orElse: "it names no Region")
    guard isRegion(region) else {
      throw CredentialsFailure(message: "the instance metadata service named no Region", isTransient: true)
    }
    return region
  }

  /// When the service cannot renew its credentials it goes on handing out the old ones, which AWS then accepts
  /// for longer. As AWS's tools do, they count as valid for 15 minutes more, and are asked for again in 2 to 10.
  private func extended(_ credentials: Credentials) -> Credentials {
    let margin = Duration.seconds(15 * 60 + 120 + Int(480 * jitter()))
    guard let expiration = credentials.expiration, time.now() >= expiration - margin else {
      return credentials
    }
    return Credentials(
      accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
      sessionToken: credentials.sessionToken, expiration: time.now() + margin)
  }

  /// The token of a version 2 session; nothing where the service knows version 1 only.
  private func sessionToken() async throws(CredentialsFailure) -> String? {
    guard !settings.isDisabled else {
      throw CredentialsFailure(
        message: "the instance metadata service is switched off by AWS_EC2_METADATA_DISABLED",
        isTransient: false)
    }
    let request = HTTPRequest.local(
      "PUT", settings.endpoint + "/latest/api/token",
      headers: [("x-aws-ec2-metadata-token-ttl-seconds", "21600")],
      timeout: settings.timeout)
    switch await answer(to: request) {
    case .success(let response) where response.status == 200:
      let token = String(decoding: response.body, as: UTF8.self)
      guard isHeaderValue(token) else { throw refused("gave a session token that cannot be sent back") }
      return token
    case .success(let response) where [403, 404, 405].contains(response.status): break
    case .success(let response): throw refused("answered with status \(response.status)")
    // Connected, but no answer: a container a hop too far away for version 2. Version 1 has no such limit.
    case .failure(let failure) where failure.kind == .timedOut && failure.mayHaveArrived: break
    case .failure(let failure): throw refused("did not answer: \(failure.message)")
    }
    guard !settings.requiresToken else {
      throw refused(
        "gave no session token, and version 1 is switched off; raise the instance's hop limit to 2 or allow version 1"
      )
    }
    return nil
  }

  private func get(
    _ path: String, _ token: String?, orElse absence: String
  ) async throws(CredentialsFailure) -> String {
    let headers = token.map { [(name: "x-aws-ec2-metadata-token", value: $0)] } ?? []
    let request = HTTPRequest.local(
      "GET", settings.endpoint + path, headers: headers, timeout: settings.timeout)
    switch await answer(to: request) {
    case .success(let response) where response.status == 200:
      return String(trimmed(String(decoding: response.body, as: UTF8.self)[...]))
    case .success(let response) where response.status == 404: throw refused("answered: " + absence)
    case .success(let response): throw refused("answered with status \(response.status)")
    case .failure(let failure): throw refused("did not answer: \(failure.message)")
    }
  }

  private func answer(to request: HTTPRequest) async -> Result<HTTPResponse, TransportFailure> {
    var result = await once(request)
    for _ in 1..<max(1, settings.attempts) {
      if case .success(let response) = result, response.status < 500 { return result }
      if Task.isCancelled { return result }
      result = await once(request)
    }
    return result
  }

  private func once(_ request: HTTPRequest) async -> Result<HTTPResponse, TransportFailure> {
    do {
      return .success(try await transport.send(request))
    } catch {
      return .failure(error)
    }
  }

  private func refused(_ words: String) -> CredentialsFailure {
    CredentialsFailure(
      message: "the instance metadata service at \(settings.endpoint) \(words)", isTransient: true)
  }

  /// Of an IAM role's name, which becomes a part of a URL.
  private static func isRoleCharacter(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "_+=,.@-".utf8.contains(byte)
  }
}
