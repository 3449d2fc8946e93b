// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import GitHub
import Platform
import Rules

extension GitHubClient {
  /// The one that the settings name.
  init(_ settings: Settings.GitHub, token: String?) {
    self.init(
      api: settings.api, token: token, transport: CurlTransport(caBundle: nil, on: eventLoop),
      userAgent: "rollwatch/\(version)",
      limits: HTTPLimits(
        connect: .seconds(5), silence: .seconds(15), total: .seconds(30), responseBytes: 4 << 20))
  }
}

extension Settings {
  /// The token for GitHub, or an end that says why there is none where one was named. Like the receivers' secrets it is to be read
  /// before anything reads the environment or starts a program.
  func gitHubToken(isNeeded: Bool) throws -> String? {
    let owner = "github"
    do throws(SecretFailure) {
      let places = gitHub.token.map { [$0] } ?? [.credential("github-token"), .environment("GITHUB_TOKEN")]
      for place in places where gitHub.token != nil || place.isThere {
        let token = String(decoding: try place.secret(of: owner), as: UTF8.self)
        guard token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
          throw place.failure(
            owner, "holds characters that no token has; put the token there and nothing else")
        }
        return token
      }
      return nil
    } catch {
      guard isNeeded else { return nil }
      throw fail("\(error)", .wrongConfiguration)
    }
  }
}
