// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Platform

/// A role's credentials from IAM Identity Center, had with the sign-in that `aws sso login` left behind, which is
/// renewed when fewer than 15 minutes of it are left.
final class IdentityCenter: CredentialsSource {
  private let settings: IdentityCenterSettings
  private let cache: SignInCache
  private let endpoints: EndpointOptions
  private let transport: any HTTPTransport
  private let time: any TimeSource
  /// Renewed by us. Kept, because the file may be on a read-only system while the old refresh token is spent.
  private let renewed = Locked<SignIn?>(nil)

  init(
    _ settings: IdentityCenterSettings, cache: SignInCache, endpoints: EndpointOptions,
    transport: any HTTPTransport, time: any TimeSource
  ) {
    self.settings = settings
    self.cache = cache
    self.endpoints = endpoints
    self.transport = transport
    self.time = time
  }

  func fetch() async throws(CredentialsFailure) -> Credentials {
    let signIn = try await validSignIn()
    let query =
      "account_id=\(percentEncoded(settings.accountID))&role_name=\(percentEncoded(settings.roleName))"
    let response = try await send(
      "GET", endpoints.url(of: .sso, in: settings.region) + "/federation/credentials?" + query,
      headers: [("x-amz-sso_bearer_token", signIn.accessToken), ("Accept", "application/json")], body: [])
    switch response.status {
    case 200: return try credentials(in: response.body)
    case 401: throw signInNeeded("AWS no longer accepts the sign-in")
    case 400, 403, 404:
      throw CredentialsFailure(
        message:
          "IAM Identity Center refuses the role \(settings.roleName) in the account \(settings.accountID) "
          + "(status \(response.status)); see that it is assigned to whoever signed in", isTransient: false)
    default:
      throw CredentialsFailure(
        message: "IAM Identity Center answered with status \(response.status)", isTransient: true)
    }
  }

  /// In seconds, up to a year: a sign-in is for hours, and reckoning with a number that makes no sense could overflow.
  private static let lifetimes: ClosedRange<Int64> = 1...366 * 86_400
  /// In milliseconds, up to the year 9999, for the same reason.
  private static let expirations: Range<Int64> = 0..<253_402_300_800_000

  // MARK: The sign-in

  private func validSignIn() async throws(CredentialsFailure) -> SignIn {
    guard let signIn = newest() else { throw signInNeeded("there is no sign-in at \(cache.path)") }
    guard isHeaderValue(signIn.accessToken), let end = signIn.expiration else {
      throw signInNeeded("the sign-in at \(cache.path) makes no sense")
    }
    let left = end - time.now()
    guard left < .seconds(15 * 60) else { return signIn }
    if settings.session != nil, let renewed = try await renew(signIn, isExpired: left <= .zero) {
      return renewed
    }
    guard left > .zero else { throw signInNeeded("the sign-in ended at \(end)") }
    return signIn
  }

  /// The file's, unless ours is valid for longer.
  private func newest() -> SignIn? {
    let ours = renewed.withLock { $0 }
    guard let file = cache.load() else { return ours }
    guard let ours, let ourEnd = ours.expiration, let fileEnd = file.expiration else { return file }
    return ourEnd > fileEnd ? ours : file
  }

  /// A renewed sign-in, or nothing where it cannot be renewed and has to be used as it is while it lasts.
  private func renew(_ signIn: SignIn, isExpired: Bool) async throws(CredentialsFailure) -> SignIn? {
    guard let request = RenewalRequest(signIn),
      let registrationEnd = signIn.registrationExpiresAt.flatMap(timestamp(internetTime:)),
      registrationEnd > time.now(), let body = try? JSONEncoder().encode(request)
    else { return nil }
    do throws(CredentialsFailure) {
      let response = try await send(
        "POST", endpoints.url(of: .ssoOIDC, in: settings.region) + "/token",
        headers: [("Content-Type", "application/json")],
        body: Array(body))
      guard response.status == 200,
        let answer = try? JSONDecoder().decode(RenewalAnswer.self, from: Data(response.body)),
        Self.lifetimes.contains(answer.expiresIn)
      else {
        if response.status < 500, response.status != 429 { return nil }
        throw CredentialsFailure(
          message: "IAM Identity Center did not renew the sign-in (status \(response.status))",
          isTransient: true)
      }
      return keep(answer, after: signIn)
    } catch {
      if isExpired { throw error }
      return nil
    }
  }

  private func keep(_ answer: RenewalAnswer, after old: SignIn) -> SignIn {
    var signIn = old
    signIn.startUrl = settings.startURL
    signIn.region = settings.region
    signIn.accessToken = answer.accessToken
    signIn.refreshToken = answer.refreshToken
    let end = Timestamp(milliseconds: (time.now() + .seconds(answer.expiresIn)).milliseconds / 1_000 * 1_000)
    // As AWS's tools write it, without a fraction.
    signIn.expiresAt = String(end.description.prefix(19)) + "Z"
    renewed.withLock { [signIn] in $0 = signIn }
    // A home that cannot be written to is usual for a service; ours then lives in memory until the restart.
    try? cache.save(signIn)
    return signIn
  }

  private func signInNeeded(_ reason: String) -> CredentialsFailure {
    CredentialsFailure(
      message: "the profile \"\(settings.profile)\" uses IAM Identity Center, but \(reason); "
        + "run aws sso login --profile \(settings.profile)", isTransient: false)
  }

  // MARK: HTTP

  private func send(
    _ method: String, _ url: String, headers: [(name: String, value: String)], body: [UInt8]
  ) async throws(CredentialsFailure) -> HTTPResponse {
    let limits = HTTPLimits(
      connect: .seconds(5), silence: .seconds(10), total: .seconds(20), responseBytes: 256 << 10)
    do {
      return try await transport.send(
        HTTPRequest(
          method: method, url: url, headers: headers, body: body, mustNotRepeat: method == "POST",
          bypassesProxy: false, limits: limits))
    } catch {
      throw CredentialsFailure(
        message: "IAM Identity Center did not answer: \(error.message)", isTransient: true)
    }
  }

  private func credentials(in body: [UInt8]) throws(CredentialsFailure) -> Credentials {
    guard let answer = try? JSONDecoder().decode(RoleAnswer.self, from: Data(body)),
      Self.expirations.contains(answer.roleCredentials.expiration)
    else {
      throw CredentialsFailure(message: "IAM Identity Center answered without credentials", isTransient: true)
    }
    let role = answer.roleCredentials
    return Credentials(
      accessKeyID: role.accessKeyId, secretAccessKey: role.secretAccessKey, sessionToken: role.sessionToken,
      expiration: Timestamp(milliseconds: role.expiration))
  }
}

/// `POST /token` of the OpenID Connect service. The refresh token may be good for one use.
private struct RenewalRequest: Encodable {
  let grantType = "refresh_token"
  let clientId: String
  let clientSecret: String
  let refreshToken: String

  init?(_ signIn: SignIn) {
    guard let id = signIn.clientId, let secret = signIn.clientSecret, let token = signIn.refreshToken else {
      return nil
    }
    (clientId, clientSecret, refreshToken) = (id, secret, token)
  }
}

private struct RenewalAnswer: Decodable {
  let accessToken: String
  /// Seconds.
  let expiresIn: Int64
  let refreshToken: String?
}

private struct RoleAnswer: Decodable {
  struct RoleCredentials: Decodable {
    let accessKeyId: String
    let secretAccessKey: String
    let sessionToken: String
    /// Milliseconds since the epoch, unlike everywhere else.
    let expiration: Int64
  }

  let roleCredentials: RoleCredentials
}
