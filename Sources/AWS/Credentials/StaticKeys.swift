// SPDX-License-Identifier: Apache-2.0
// Keys that stand somewhere as they are: in the environment, or in a shared file.

import Core

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where set, the session's token and its end.
struct EnvironmentKeys: CredentialsSource {
  let environment: [String: String]

  func fetch() async throws(CredentialsFailure) -> Credentials {
    guard let id = nonEmpty(environment["AWS_ACCESS_KEY_ID"]),
      let secret = nonEmpty(environment["AWS_SECRET_ACCESS_KEY"])
    else {
      throw CredentialsFailure(
        message: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set; set both", isTransient: false)
    }
    let end = nonEmpty(environment["AWS_CREDENTIAL_EXPIRATION"])
    let expiration = end.flatMap(timestamp(internetTime:))
    guard end == nil || expiration != nil else {
      throw CredentialsFailure(
        message: "AWS_CREDENTIAL_EXPIRATION is not a time; write it as 2026-11-23T04:19:53Z",
        isTransient: false)
    }
    // The older name first, as the AWS command line does.
    let token = nonEmpty(environment["AWS_SECURITY_TOKEN"]) ?? nonEmpty(environment["AWS_SESSION_TOKEN"])
    return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration)
  }
}

/// The keys of a profile. The files are read at every fetch: after AWS has refused a key, the new one that
/// somebody has put there is found without a restart.
struct ProfileKeys: CredentialsSource {
  let profile: String
  let environment: [String: String]
  let home: String?

  func fetch() async throws(CredentialsFailure) -> Credentials {
    let shared: SharedConfiguration
    do {
      shared = try SharedConfiguration.load(environment: environment, home: home)
    } catch {
      throw CredentialsFailure(message: error.message, isTransient: false)
    }
    let found = shared.profiles[profile]
    let section = [found?.credentials, found?.config].compactMap(\.self).first {
      $0["aws_access_key_id"] != nil
    }
    guard let section, let id = section["aws_access_key_id"] else {
      throw CredentialsFailure(
        message: "the profile \"\(profile)\" has no aws_access_key_id any more; add it", isTransient: false)
    }
    guard let secret = section["aws_secret_access_key"] else {
      throw CredentialsFailure(
        message: "\(id.origin): aws_access_key_id without aws_secret_access_key; add it to the same section",
        isTransient: false)
    }
    return Credentials(
      accessKeyID: id.text, secretAccessKey: secret.text,
      sessionToken: (section["aws_security_token"] ?? section["aws_session_token"])?.text, expiration: nil)
  }
}
