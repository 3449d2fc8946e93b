// SPDX-License-Identifier: Apache-2.0

import Platform

/// The credentials endpoint that ECS and EKS offer to a container.
struct ContainerSettings: Sendable, Hashable {
  /// Who asks: the contents of a header.
  enum Authorization: Sendable, Hashable {
    case none
    /// Of a variable with this name. The token itself stays in the environment.
    case variable(String)
    /// Of a file, read at every fetch.
    case file(String)
  }

  let url: String
  let authorization: Authorization

  /// From the variables that the platform sets; nothing where it sets none.
  init?(_ environment: [String: String]) throws(ConfigurationFailure) {
    if let path = nonEmpty(environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]) {
      guard path.hasPrefix("/") else {
        throw ConfigurationFailure("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash")
      }
      url = "http://169.254.170.2" + path
    } else if let full = nonEmpty(environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]) {
      guard Self.isAllowed(full) else {
        throw ConfigurationFailure(
          "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http to a loopback address, 169.254.170.2, "
            + "169.254.170.23 or fd00:ec2::23: credentials must not cross a network in clear")
      }
      url = full
    } else {
      return nil
    }
    if let file = nonEmpty(environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) {
      authorization = .file(file)
    } else {
      let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
      authorization = nonEmpty(environment[variable]) == nil ? .none : .variable(variable)
    }
  }

  private static func isAllowed(_ url: String) -> Bool {
    guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
      return false
    }
    let lowered = url.lowercased()
    if lowered.hasPrefix("https://") { return lowered.utf8.count > 8 }
    guard lowered.hasPrefix("http://") else { return false }
    let authority = lowered.dropFirst(7).prefix { !"/?#".contains($0) }
    guard !authority.contains("@") else { return false }
    let host =
      authority.first == "[" ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
    return isLoopback(host) || ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(host)
  }

  private static func isLoopback(_ host: Substring) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return numbers.count == 4 && numbers.allSatisfy { $0 != nil } && numbers.first == 127
  }
}

/// Asks the endpoint: three times, a second apart, as AWS's tools do.
struct ContainerCredentials: CredentialsSource {
  let settings: ContainerSettings
  let environment: [String: String]
  let transport: any HTTPTransport
  let time: any TimeSource

  private static let attempts = 3

  func fetch() async throws(CredentialsFailure) -> Credentials {
    let headers = try headers()
    for _ in 1..<Self.attempts {
      do {
        return try await attempt(headers)
      } catch {
        guard error.isTransient, (try? await time.sleep(for: .seconds(1))) != nil else { throw error }
      }
    }
    return try await attempt(headers)
  }

  private func headers() throws(CredentialsFailure) -> [(name: String, value: String)] {
    let token: String
    let place: String
    switch settings.authorization {
    case .none: return [("Accept", "application/json")]
    case .variable(let name): (token, place) = (environment[name] ?? "", name)
    case .file(let path): (token, place) = (try tokenText(path, limit: 16 << 10), path)
    }
    guard isHeaderValue(token) else {
      throw CredentialsFailure(
        message: "\(place) holds a line break or another character that no header may have",
        isTransient: false)
    }
    return [("Accept", "application/json"), ("Authorization", token)]
  }

  private func attempt(_ headers: [(name: String, value: String)]) async throws(CredentialsFailure)
    -> Credentials
  {
    let place = "the container credentials endpoint"
    let response: HTTPResponse
    do {
      response = try await transport.send(.local("GET", settings.url, headers: headers, timeout: .seconds(2)))
    } catch {
      throw CredentialsFailure(message: "\(place) did not answer: \(error.message)", isTransient: true)
    }
    guard response.status == 200 else {
      throw CredentialsFailure(message: "\(place) answered with status \(response.status)", isTransient: true)
    }
    return try CredentialsDocument.credentials(in: response.body, from: place, requiresVersion: false)
  }
}
