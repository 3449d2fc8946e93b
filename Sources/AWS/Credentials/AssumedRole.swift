// SPDX-License-Identifier: Apache-2.0

import Platform

/// A role's credentials, had with those of another provider.
public struct AssumedRole: CredentialsSource {
  private let request: RoleRequest
  private let source: any CredentialsProvider
  private let tokens: any SecurityTokens

  /// Asks `tokens` for `request`, signed with what `source` has.
  public init(_ request: RoleRequest, source: any CredentialsProvider, tokens: any SecurityTokens) {
    self.request = request
    self.source = source
    self.tokens = tokens
  }

  /// The role of an account in rollwatch's own settings.
  public init(
    roleARN: String, externalID: String?, source: any CredentialsProvider, tokens: any SecurityTokens
  ) {
    let request = RoleRequest(
      roleARN: roleARN, sessionName: defaultSessionName, externalID: externalID, durationSeconds: nil)
    self.init(request, source: source, tokens: tokens)
  }

  /// Assumes the role anew.
  public func fetch() async throws(CredentialsFailure) -> Credentials {
    do {
      return try await tokens.assumeRole(request, as: source)
    } catch {
      throw CredentialsFailure(
        message: "cannot assume \(request.roleARN): \(error.message)", isTransient: error.isTransient)
    }
  }
}

/// A role's credentials, had with the token of an OpenID Connect provider, such as a Kubernetes cluster's.
struct WebIdentity: CredentialsSource {
  let request: RoleRequest
  /// Read at every fetch: whoever issues the tokens replaces them there.
  let tokenFile: String
  let tokens: any SecurityTokens

  /// What AWS accepts as a token is far smaller.
  private static let sizeLimit = 64 << 10

  func fetch() async throws(CredentialsFailure) -> Credentials {
    let token = try tokenText(tokenFile, limit: Self.sizeLimit)
    do {
      return try await tokens.assumeRoleWithWebIdentity(request, token: token)
    } catch {
      throw CredentialsFailure(
        message: "cannot assume \(request.roleARN) with the token in \(tokenFile): \(error.message)",
        isTransient: error.isTransient)
    }
  }
}

/// The text of a token file without the white space around it. A file that is not there is transient: it is
/// being replaced, or its volume is not mounted yet.
func tokenText(_ path: String, limit: Int) throws(CredentialsFailure) -> String {
  do {
    let bytes = try readSmallFile(path, limit: limit)
    guard let text = String(validating: bytes, as: UTF8.self).map({ String(trimmed($0[...])) }), !text.isEmpty
    else {
      throw CredentialsFailure(message: "\(path): holds no token; write it there", isTransient: true)
    }
    return text
  } catch let failure as SmallFileFailure {
    throw CredentialsFailure(message: "\(path): \(failure.words)", isTransient: true)
  } catch let failure as CredentialsFailure {
    throw failure
  } catch {
    throw CredentialsFailure(message: "\(path): \(error)", isTransient: true)
  }
}
