// SPDX-License-Identifier: Apache-2.0

/// Where the configuration says that credentials come from. Deciding is pure; only `CredentialsSource`s act.
///
/// Everything but the instance metadata service is there because somebody configured it, so that exactly one
/// origin is ever asked and its failure is final.
indirect enum CredentialsOrigin: Sendable, Hashable {
  /// `AWS_ACCESS_KEY_ID` and its companions.
  case environment
  /// A role, assumed with the credentials of another origin.
  case role(RoleRequest, from: CredentialsOrigin)
  /// A role, assumed with the token in a file.
  case webIdentity(RoleRequest, tokenFile: String)
  /// A sign-in of IAM Identity Center.
  case identityCenter(IdentityCenterSettings)
  /// Keys that stand in one of the shared files.
  case profileKeys(profile: String)
  /// The output of a program.
  case process(words: [String], profile: String)
  /// The endpoint that a container platform offers.
  case container(ContainerSettings)
  /// The role of the EC2 instance.
  case instance
}
