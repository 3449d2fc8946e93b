// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html

import Core
public import Platform

/// The calls that make credentials. It holds none itself: a role is assumed with those of whoever asks.
public final class STSClient: SecurityTokens {
  private let sender: CallSender

  /// A client; it sends nothing yet. The parameters are those of `AWSClient`.
  public init(
    region: String, transport: any HTTPTransport, time: any TimeSource, endpoints: EndpointOptions,
    userAgent: String, seed: UInt64, maxAttempts: Int, limits: HTTPLimits
  ) throws(ConfigurationFailure) {
    sender = try CallSender(
      region: region, transport: transport, time: time, endpoints: endpoints, userAgent: userAgent,
      seed: seed,
      maxAttempts: maxAttempts, limits: limits)
  }

  /// `sts:AssumeRole`, signed with what `provider` has.
  public func assumeRole(
    _ role: RoleRequest, as provider: any CredentialsProvider
  ) async throws(CredentialsFailure) -> Credentials {
    let call = queryCall(.sts, "AssumeRole", role.fields)
    return try await credentials(from: call, as: provider)
  }

  /// `sts:AssumeRoleWithWebIdentity`, not signed.
  public func assumeRoleWithWebIdentity(
    _ role: RoleRequest, token: String
  ) async throws(CredentialsFailure) -> Credentials {
    var call = queryCall(.sts, "AssumeRoleWithWebIdentity", role.fields + [("WebIdentityToken", token)])
    call.secrets = [token]
    return try await credentials(from: call, as: nil)
  }

  private func credentials(
    from call: Call, as provider: (any CredentialsProvider)?
  ) async throws(CredentialsFailure) -> Credentials {
    do throws(AWSFailure) {
      let answer = try await sender.send(call, as: provider)
      let result = try answer.queryResult(of: call)
      guard let credentials = Credentials(result.child("Credentials")) else {
        throw answer.malformed(call, "the answer holds no credentials")
      }
      return credentials
    } catch {
      throw CredentialsFailure(message: error.description, isTransient: error.isTransient)
    }
  }
}

extension RoleRequest {
  fileprivate var fields: [(String, String)] {
    var fields = [("RoleArn", roleARN), ("RoleSessionName", sessionName)]
    if let durationSeconds { fields.append(("DurationSeconds", String(durationSeconds))) }
    if let externalID { fields.append(("ExternalId", externalID)) }
    return fields
  }
}

extension Credentials {
  /// The `Credentials` element; nil where a part is missing or makes no sense.
  fileprivate init?(_ element: XMLTree?) {
    guard let element, let id = nonEmpty(element.child("AccessKeyId")?.text),
      let secret = nonEmpty(element.child("SecretAccessKey")?.text),
      let token = nonEmpty(element.child("SessionToken")?.text),
      let expiration = element.child("Expiration").flatMap({ timestamp(internetTime: $0.text) }),
      [id, secret, token].allSatisfy(isHeaderValue)
    else { return nil }
    self.init(accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration)
  }
}
