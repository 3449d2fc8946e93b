// SPDX-License-Identifier: Apache-2.0

/// What a profile says on credentials: its keys, or another profile to begin with.
struct ProfileOrigins {
  let shared: SharedConfiguration
  let environment: [String: String]

  /// The origin of the profile in use. Only here may the environment give a web identity.
  func origin(of name: String) throws(ConfigurationFailure) -> CredentialsOrigin? {
    let profile = shared.profiles[name] ?? SharedConfiguration.Profile()
    if let arn = roleARN(profile) { return try role(arn, of: profile, visited: [name]) }
    return try direct(name, profile, environment: environment)
  }

  /// The role to assume from another origin. A profile that also names a token is a web identity instead.
  private func roleARN(_ profile: SharedConfiguration.Profile) -> Setting? {
    profile["web_identity_token_file"] == nil ? profile["role_arn"] : nil
  }

  private func direct(
    _ name: String, _ profile: SharedConfiguration.Profile, environment: [String: String]
  ) throws(ConfigurationFailure) -> CredentialsOrigin? {
    if let web = try webIdentity(profile, environment) { return web }
    if let settings = try IdentityCenterSettings(profile, name: name, sessions: shared.ssoSessions) {
      return .identityCenter(settings)
    }
    if profile.credentials?["aws_access_key_id"] != nil { return .profileKeys(profile: name) }
    if let login = profile["login_session"] {
      throw ConfigurationFailure(
        "\(login.origin): rollwatch cannot use a session of \"aws login\"; write credential_process = "
          + "aws configure export-credentials --profile \(name) into another profile and name that one")
    }
    if let process = profile["credential_process"] { return try command(process, name) }
    return profile.config?["aws_access_key_id"] == nil ? nil : .profileKeys(profile: name)
  }

  private func webIdentity(
    _ profile: SharedConfiguration.Profile, _ environment: [String: String]
  ) throws(ConfigurationFailure) -> CredentialsOrigin? {
    let lookup = SettingLookup(environment: environment, profile: profile)
    guard let file = lookup.text(["AWS_WEB_IDENTITY_TOKEN_FILE"], "web_identity_token_file") else {
      return nil
    }
    guard let role = lookup.text(["AWS_ROLE_ARN"], "role_arn") else {
      throw ConfigurationFailure("\(file.place) names a token, but no role; set AWS_ROLE_ARN or role_arn")
    }
    let session = lookup.text(["AWS_ROLE_SESSION_NAME"], "role_session_name")?.text ?? defaultSessionName
    let request = RoleRequest(
      roleARN: role.text, sessionName: session, externalID: nil, durationSeconds: try duration(profile))
    return .webIdentity(request, tokenFile: file.text)
  }

  /// `visited` are the profiles on the way here, the last of them this one.
  private func role(
    _ role: Setting, of profile: SharedConfiguration.Profile, visited: [String]
  ) throws(ConfigurationFailure) -> CredentialsOrigin {
    if let serial = profile["mfa_serial"] {
      throw ConfigurationFailure(
        "\(serial.origin): mfa_serial asks for a code that a service cannot type; use a role that needs none")
    }
    let request = RoleRequest(
      roleARN: role.text, sessionName: profile["role_session_name"]?.text ?? defaultSessionName,
      externalID: profile["external_id"]?.text, durationSeconds: try duration(profile))
    switch (profile["source_profile"], profile["credential_source"]) {
    case (let source?, nil): return .role(request, from: try self.source(source, visited: visited))
    case (nil, let source?): return .role(request, from: try named(source))
    case (let source?, _?):
      throw ConfigurationFailure("\(source.origin): both source_profile and credential_source; remove one")
    case (nil, nil):
      throw ConfigurationFailure(
        "\(role.origin): role_arn without source_profile or credential_source; add one of the two")
    }
  }

  /// Follows `source_profile`. A profile may be its own source where it has keys; any other way back is a loop.
  private func source(
    _ source: Setting, visited: [String]
  ) throws(ConfigurationFailure) -> CredentialsOrigin {
    let name = source.text
    guard let profile = shared.profiles[name] else {
      throw shared.missingProfile(name, at: "\(source.origin): source_profile")
    }
    let hasKeys = profile["aws_access_key_id"] != nil || profile["aws_secret_access_key"] != nil
    if visited.contains(name), name != visited.last || !hasKeys {
      throw ConfigurationFailure(
        "\(source.origin): source_profile leads in a circle (\((visited + [name]).joined(separator: " → "))); "
          + "end it at a profile with credentials of its own")
    }
    if !hasKeys, let arn = roleARN(profile) { return try role(arn, of: profile, visited: visited + [name]) }
    guard let origin = try direct(name, profile, environment: [:]) else {
      throw ConfigurationFailure(
        "\(source.origin): the profile \"\(name)\" has no credentials; add them to it")
    }
    return origin
  }

  private func named(_ source: Setting) throws(ConfigurationFailure) -> CredentialsOrigin {
    switch source.text.lowercased() {
    case "environment":
      guard nonEmpty(environment["AWS_ACCESS_KEY_ID"]) != nil else {
        throw ConfigurationFailure(
          "\(source.origin): AWS_ACCESS_KEY_ID is not set; set it, or change this line")
      }
      return .environment
    case "ec2instancemetadata":
      return .instance
    case "ecscontainer":
      guard let container = try ContainerSettings(environment) else {
        throw ConfigurationFailure(
          "\(source.origin): this process is offered no container credentials; change this line")
      }
      return .container(container)
    default:
      throw ConfigurationFailure(
        "\(source.origin): unknown credential_source; write Environment, Ec2InstanceMetadata or EcsContainer")
    }
  }

  private func command(_ process: Setting, _ name: String) throws(ConfigurationFailure) -> CredentialsOrigin {
    guard let words = shellWords(process.text), !words.isEmpty else {
      throw ConfigurationFailure("\(process.origin): credential_process has an open quote; close it")
    }
    return .process(words: words, profile: name)
  }

  private func duration(_ profile: SharedConfiguration.Profile) throws(ConfigurationFailure) -> Int? {
    guard let setting = profile["duration_seconds"] else { return nil }
    guard let seconds = Int(setting.text), (900...43_200).contains(seconds) else {
      throw ConfigurationFailure("\(setting.origin): duration_seconds is not a number from 900 to 43200")
    }
    return seconds
  }
}
