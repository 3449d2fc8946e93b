// SPDX-License-Identifier: Apache-2.0

/// What a profile says on IAM Identity Center ("SSO").
struct IdentityCenterSettings: Sendable, Hashable {
  let profile: String
  let startURL: String
  let region: String
  let accountID: String
  let roleName: String
  /// The `[sso-session]` whose sign-in is used and renewed; older profiles name none, and theirs cannot be renewed.
  let session: String?

  /// The settings of a profile; nothing where it has none of them. A profile and its session must not disagree.
  init?(
    _ profile: SharedConfiguration.Profile, name: String, sessions: [String: Section]
  ) throws(ConfigurationFailure) {
    guard let first = profile["sso_role_name"] ?? profile["sso_account_id"] else { return nil }
    let named = profile["sso_session"]
    let section = try named.map { named throws(ConfigurationFailure) in
      guard let section = sessions[named.text] else {
        throw ConfigurationFailure("\(named.origin): there is no section [sso-session \(named.text)]; add it")
      }
      return section
    }
    func value(_ key: String) throws(ConfigurationFailure) -> String {
      if let own = profile[key], let shared = section?[key], own.text != shared.text {
        throw ConfigurationFailure(
          "\(own.origin): \(key) is not the one at \(shared.origin); remove one of the two")
      }
      guard let setting = profile[key] ?? section?[key] else {
        throw ConfigurationFailure("\(first.origin): the profile \"\(name)\" lacks \(key); add it")
      }
      return setting.text
    }
    self.profile = name
    startURL = try value("sso_start_url")
    region = try value("sso_region")
    accountID = try value("sso_account_id")
    roleName = try value("sso_role_name")
    session = named?.text
    guard isRegion(region) else {
      throw ConfigurationFailure("\(first.origin): sso_region is not a Region's name")
    }
  }

  /// What AWS's tools name the cached sign-in by.
  var cacheName: String { session ?? startURL }
}
