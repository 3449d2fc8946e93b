// SPDX-License-Identifier: Apache-2.0
// Access keys and roles, and STS, which makes temporary keys out of roles:
// https://docs.aws.amazon.com/STS/latest/APIReference/

import Core

/// Everybody who may call.
struct IdentityStore: Sendable {
  private var identities: [String: Identity] = [:]
  private var roles: [String: Role] = [:]
  private var generator: SeededGenerator
  /// True where a role that nobody added may be assumed too, with all permissions.
  var assumesUnknownRoles = true

  init(generator: SeededGenerator) { self.generator = generator }

  mutating func add(_ identity: Identity) { identities[identity.accessKey] = identity }

  mutating func add(_ role: Role) { roles[role.arn] = role }

  mutating func remove(accessKey: String) { identities[accessKey] = nil }

  /// The identity of a key, whatever its state; for telling where a call goes before it is checked.
  func known(_ accessKey: String) -> Identity? { identities[accessKey] }

  /// The caller of a request that carries these credentials.
  func caller(accessKey: String, sessionToken: String?, at now: Timestamp) throws(APIError) -> Identity {
    guard let identity = identities[accessKey], identity.sessionToken == sessionToken else {
      throw APIError("UnrecognizedClientException", "The security token included in the request is invalid.")
    }
    if let expires = identity.expires, expires <= now {
      throw APIError("ExpiredTokenException", "The security token included in the request is expired")
    }
    return identity
  }

  /// Carries a call of STS out and returns the XML of its result. `caller` is nil for an unsigned call.
  mutating func perform(
    _ operation: String, _ form: [String: String], caller: Identity?, at now: Timestamp
  ) throws(APIError) -> String {
    switch operation {
    case "GetCallerIdentity":
      guard let caller else {
        throw APIError("MissingAuthenticationTokenException", "Missing Authentication Token")
      }
      return
        "<Arn>\(caller.arn)</Arn><UserId>AIDA\(caller.accessKey)</UserId><Account>\(caller.account)</Account>"
    case "AssumeRole", "AssumeRoleWithWebIdentity": return try assume(operation, form, at: now)
    default: throw APIError("InvalidAction", "Could not find operation \(operation) for version 2011-06-15")
    }
  }

  private mutating func assume(
    _ operation: String, _ form: [String: String], at now: Timestamp
  ) throws(APIError) -> String {
    guard let arn = form["RoleArn"], let session = form["RoleSessionName"], 2...64 ~= session.count else {
      throw APIError("ValidationError", "RoleArn and a RoleSessionName of 2 to 64 characters are required.")
    }
    let seconds = form["DurationSeconds"].flatMap(Int.init) ?? 3_600
    guard 900...43_200 ~= seconds else {
      throw APIError(
        "ValidationError",
        "1 validation error detected: Value '\(seconds)' at 'durationSeconds' failed "
          + "to satisfy constraint: Member must have value between 900 and 43200")
    }
    if operation == "AssumeRoleWithWebIdentity", form["WebIdentityToken"]?.isEmpty ?? true {
      throw APIError("InvalidIdentityToken", "No OpenIDConnect token was given.")
    }
    let unknown = assumesUnknownRoles ? Role(arn: arn, externalID: nil, permissions: .all) : nil
    guard let role = roles[arn] ?? unknown, role.externalID == nil || role.externalID == form["ExternalId"]
    else {
      throw APIError(
        "AccessDenied", "User is not authorized to perform: sts:\(operation) on resource: \(arn)",
        status: 403)
    }
    return describe(issue(role, session: session, expires: now + .seconds(seconds)), session, role)
  }

  private mutating func issue(_ role: Role, session: String, expires: Timestamp) -> Identity {
    let identity = Identity(
      accessKey: "ASIA" + generator.text(16, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
      secretKey: generator.text(40, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
      sessionToken: "IQoJ"
        + generator.text(120, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
      expires: expires, account: role.account,
      arn: "arn:aws:sts::\(role.account):assumed-role/\(role.name)/\(session)", permissions: role.permissions)
    add(identity)
    return identity
  }

  private func describe(_ identity: Identity, _ session: String, _ role: Role) -> String {
    let expires = identity.expires.map(DateText.seconds) ?? ""
    return
      "<AssumedRoleUser><AssumedRoleId>AROA\(role.name):\(session)</AssumedRoleId><Arn>\(identity.arn)</Arn>"
      + "</AssumedRoleUser><Credentials><AccessKeyId>\(identity.accessKey)</AccessKeyId>"
      + "<SecretAccessKey>\(identity.secretKey)</SecretAccessKey>"
      + "<SessionToken>\(identity.sessionToken ?? "")</SessionToken><Expiration>\(expires)</Expiration></Credentials>"
  }
}
