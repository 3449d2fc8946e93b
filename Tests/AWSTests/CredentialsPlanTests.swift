// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AWS

/// Which origin a configuration leads to: a pure decision, so that it can be a table.
struct CredentialsPlanTests {
  static let keys = ["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"]
  static let relative = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"]
  static let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn:r"]

  static let config = """
    [profile config-keys]
    aws_access_key_id = A
    aws_secret_access_key = s
    [profile process]
    credential_process = /bin/get 'a b'
    aws_access_key_id = A
    aws_secret_access_key = s
    [profile both]
    credential_process = /bin/get
    [profile role]
    role_arn = arn:aws:iam::1:role/r
    source_profile = keys
    external_id = x
    role_session_name = me
    duration_seconds = 900
    [profile chain]
    role_arn = arn:aws:iam::1:role/c
    source_profile = role
    [profile self]
    role_arn = arn:aws:iam::1:role/s
    source_profile = self
    aws_access_key_id = A
    aws_secret_access_key = s
    [profile instance]
    role_arn = arn:i
    credential_source = Ec2InstanceMetadata
    [profile container]
    role_arn = arn:k
    credential_source = EcsContainer
    [profile environment]
    role_arn = arn:e
    credential_source = Environment
    [profile web]
    role_arn = arn:w
    web_identity_token_file = /w
    source_profile = keys
    [profile of-web]
    role_arn = arn:o
    source_profile = web
    [profile sso]
    sso_session = corp
    sso_account_id = 1
    sso_role_name = dev
    [profile sso-old]
    sso_start_url = https://old
    sso_region = us-east-1
    sso_account_id = 1
    sso_role_name = dev
    credential_process = /bin/get
    [sso-session corp]
    sso_start_url = https://corp
    sso_region = eu-west-1
    """
  static let credentials = """
    [keys]
    aws_access_key_id = A
    aws_secret_access_key = s
    [both]
    aws_access_key_id = A
    aws_secret_access_key = s
    [default]
    """

  static let role = RoleRequest(
    roleARN: "arn:aws:iam::1:role/r", sessionName: "me", externalID: "x", durationSeconds: 900)
  static let keysRole = CredentialsOrigin.role(role, from: .profileKeys(profile: "keys"))

  private static func plain(_ arn: String) -> RoleRequest {
    RoleRequest(roleARN: arn, sessionName: "rollwatch", externalID: nil, durationSeconds: nil)
  }

  private static func container() throws -> CredentialsOrigin {
    .container(try #require(try ContainerSettings(relative)))
  }

  private func origin(_ profile: String?, _ environment: [String: String] = [:]) throws -> CredentialsOrigin {
    let home = Home()
    try home.write(".aws/config", Self.config)
    try home.write(".aws/credentials", Self.credentials)
    let named = profile.map { ["AWS_PROFILE": $0] } ?? [:]
    return try CredentialsPlan(home.configuration(environment.merging(named) { $1 })).origin
  }

  @Test(
    arguments: [
      ("keys", .profileKeys(profile: "keys")), ("config-keys", .profileKeys(profile: "config-keys")),
      ("process", .process(words: ["/bin/get", "a b"], profile: "process")),
      ("both", .profileKeys(profile: "both")),
      ("role", keysRole), ("chain", .role(plain("arn:aws:iam::1:role/c"), from: keysRole)),
      ("self", .role(plain("arn:aws:iam::1:role/s"), from: .profileKeys(profile: "self"))),
      ("instance", .role(plain("arn:i"), from: .instance)),
      ("web", .webIdentity(plain("arn:w"), tokenFile: "/w")),
      ("of-web", .role(plain("arn:o"), from: .webIdentity(plain("arn:w"), tokenFile: "/w"))),
    ] as [(String, CredentialsOrigin)])
  func `a profile leads to its origin`(_ profile: String, _ expected: CredentialsOrigin) throws {
    #expect(try origin(profile) == expected)
  }

  @Test func `an Identity Center profile takes what it lacks from its session`() throws {
    guard case .identityCenter(let new) = try origin("sso"),
      case .identityCenter(let old) = try origin("sso-old")
    else {
      Issue.record("no Identity Center")
      return
    }
    #expect(new.startURL == "https://corp" && new.region == "eu-west-1" && new.session == "corp")
    #expect(new.cacheName == "corp" && old.cacheName == "https://old" && old.session == nil)
  }

  @Test func `without a profile of use, the environment, the container, the instance in this order`() throws {
    #expect(try origin(nil) == .instance)
    #expect(try origin(nil, Self.relative) == Self.container())
    #expect(try origin(nil, Self.web) == .webIdentity(Self.plain("arn:r"), tokenFile: "/t"))
    let all = Self.keys.merging(Self.web) { $1 }.merging(Self.relative) { $1 }
    #expect(try origin(nil, all) == .environment)
    #expect(try origin("role", Self.keys) == .environment)
  }

  @Test func `a profile comes before the container, its role before the environment's web identity`() throws {
    #expect(try origin("keys", Self.relative) == .profileKeys(profile: "keys"))
    #expect(try origin("keys", Self.web) == .webIdentity(Self.plain("arn:r"), tokenFile: "/t"))
    #expect(try origin("role", Self.web) == Self.keysRole)
    #expect(try origin("of-web", ["AWS_ROLE_SESSION_NAME": "z"]) == origin("of-web"))
  }

  @Test func `a role may name where its source is`() throws {
    #expect(try origin("container", Self.relative) == .role(Self.plain("arn:k"), from: Self.container()))
    let empty = ["AWS_ACCESS_KEY_ID": ""]
    #expect(throws: ConfigurationFailure.self) { try origin("environment", empty) }
    #expect(throws: ConfigurationFailure.self) { try origin("container") }
  }

  @Test(
    arguments: [
      ("role_arn = r", "config:2: role_arn without source_profile or credential_source"),
      ("role_arn = r\nsource_profile = a\ncredential_source = Environment", "config:3: both"),
      (
        "role_arn = r\nsource_profile = gone",
        "config:3: source_profile names the profile \"gone\", which is neither"
      ),
      (
        "role_arn = r\nsource_profile = default",
        "config:3: source_profile leads in a circle (default → default)"
      ),
      (
        "role_arn = r\nsource_profile = a\n[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\n"
          + "source_profile = a", "config:9: source_profile leads in a circle (default → a → b → a)"
      ),
      (
        "role_arn = r\nsource_profile = a\n[profile a]\noutput = x",
        "config:3: the profile \"a\" has no credentials"
      ),
      ("role_arn = r\ncredential_source = Moon", "config:3: unknown credential_source"),
      ("role_arn = r\nsource_profile = a\nmfa_serial = arn", "config:4: mfa_serial asks for a code"),
      (
        "role_arn = r\ncredential_source = Ec2InstanceMetadata\nduration_seconds = 60",
        "config:4: duration_seconds"
      ),
      ("web_identity_token_file = /t", "config:2: web_identity_token_file names a token, but no role"),
      ("sso_session = s\nsso_account_id = 1", "config:2: there is no section [sso-session s]"),
      ("sso_account_id = 1\nsso_start_url = u\nsso_region = r", "lacks sso_role_name"),
      (
        "sso_session = s\nsso_account_id = 1\nsso_role_name = n\nsso_region = a\n[sso-session s]\nsso_region = b\n"
          + "sso_start_url = u", "config:5: sso_region is not the one at"
      ),
      ("login_session = x", "config:2: rollwatch cannot use a session of \"aws login\""),
      ("credential_process = a 'b", "config:2: credential_process has an open quote"),
    ])
  func `a profile that is wrong is an error with its line, never skipped`(_ text: String, _ expected: String)
    async throws
  {
    let home = Home()
    try home.write(".aws/config", "[default]\n" + text + "\n")
    let message = await message { try CredentialsPlan(home.configuration(Self.relative)) }
    #expect(message.contains(expected))
  }

  @Test func `half a pair of keys in the environment is an error`() async throws {
    let half = try Home().configuration(["AWS_ACCESS_KEY_ID": "AKIA"])
    #expect(await message { try CredentialsPlan(half) }.contains("AWS_SECRET_ACCESS_KEY"))
  }

  @Test(
    arguments: [
      "http://127.0.0.1:80/x", "http://localhost/x", "http://[::1]:8/x", "http://169.254.170.23/v1",
      "https://any.example",
      "http://[fd00:ec2::23]/x", "http://127.9.9.9", "HTTP://LOCALHOST:1",
    ])
  func `container credentials may be had from here, or over TLS`(_ url: String) throws {
    let settings = try ContainerSettings(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
    #expect(settings?.url == url)
  }

  @Test(
    arguments: [
      "http://example.com/x", "http://localhost@example.com/", "http://127.0.0.1.example.com",
      "http://127.0.0.256",
      "http://169.254.170.2.evil", "ftp://localhost", "localhost", "http://127.1",
      "http://localhost\\@example.com",
      "http://[::2]/", "https://", "http://",
    ])
  func `container credentials are had from nowhere else`(_ url: String) {
    #expect(throws: ConfigurationFailure.self) {
      try ContainerSettings(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
    }
  }
}
