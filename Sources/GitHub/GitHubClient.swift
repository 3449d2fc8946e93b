// SPDX-License-Identifier: Apache-2.0
// GitHub's REST API, as far as starting and following workflows takes it: https://docs.github.com/rest

internal import Core
internal import JSON
public import Platform

/// Talks to one GitHub with one token. Nothing is repeated here: the engine looks again, and a dispatch must not come twice.
public struct GitHubClient: Sendable {
  /// The version of the API that is spoken; GitHub Enterprise Server knows it too.
  private static let apiVersion = "2022-11-28"

  private let api: String
  private let token: String?
  private let transport: any HTTPTransport
  private let userAgent: String
  private let limits: HTTPLimits

  /// A client.
  ///
  /// - Parameters:
  ///   - api: `https://api.github.com`, or `https://HOST/api/v3` of a GitHub Enterprise Server.
  ///   - token: goes into a header and nowhere else; nil where none was given, and every call is refused.
  public init(
    api: String, token: String?, transport: any HTTPTransport, userAgent: String, limits: HTTPLimits
  ) {
    self.api = api.hasSuffix("/") ? String(api.dropLast()) : api
    self.token = token
    self.transport = transport
    self.userAgent = userAgent
    self.limits = limits
  }

  // MARK: Calls

  /// Reads what is at a path.
  func get<Value>(
    _ path: String, _ read: (inout JSONReader) throws(JSONFailure) -> Value
  ) async throws(Failure) -> Value {
    let response = try await send("GET", path, body: nil, restart: nil)
    do throws(JSONFailure) { return try JSONReader.read(response.body, read) } catch {
      throw Failure(
        kind: .transient, reason: "GitHub's answer to GET \(path) is not what it should be: \(error)",
        mayHaveTakenEffect: false)
    }
  }

  /// Changes something, once.
  func post(_ path: String, _ body: JSONValue, restart: String) async throws(Failure) -> HTTPResponse {
    try await send("POST", path, body: body, restart: restart)
  }

  private func send(
    _ method: String, _ path: String, body: JSONValue?, restart: String?
  ) async throws(Failure) -> HTTPResponse {
    guard let token else {
      throw Failure(
        kind: .denied,
        reason: "there is no token for GitHub; give one as deploy/README.md shows, and restart rollwatch",
        mayHaveTakenEffect: false)
    }
    var headers = [
      (name: "Accept", value: "application/vnd.github+json"), ("X-GitHub-Api-Version", Self.apiVersion),
      ("Authorization", "Bearer \(token)"),
      ("User-Agent", restart.map { "\(userAgent) restart/\($0)" } ?? userAgent),
    ]
    if body != nil { headers.append((name: "Content-Type", value: "application/json")) }
    let authority = api.split(separator: "://", maxSplits: 1).last?.prefix { $0 != "/" } ?? ""
    let request = HTTPRequest(
      method: method, url: api + path, headers: headers, body: body.map { Array($0.line.utf8) } ?? [],
      mustNotRepeat: body != nil, bypassesProxy: isThisMachine(authority), limits: limits)
    let response: HTTPResponse
    do throws(TransportFailure) { response = try await transport.send(request) } catch {
      throw Failure(
        kind: .transient, reason: "GitHub, \(method) \(path): \(clean(error.message))",
        mayHaveTakenEffect: body != nil && error.mayHaveArrived)
    }
    guard (200..<300).contains(response.status) else {
      throw failure(response, "\(method) \(path)", isChange: body != nil)
    }
    return response
  }

  private func isThisMachine(_ authority: Substring) -> Bool {
    ["127.0.0.1", "localhost"].contains(String(authority.prefix { $0 != ":" }))
  }

  // MARK: Refusals

  private func failure(_ response: HTTPResponse, _ call: String, isChange: Bool) -> Failure {
    let words = (try? JSONValue(reading: response.body))?["message"]?.string
    let said = words.map { ": \(clean($0))" } ?? ""
    let reason = "GitHub, \(call): status \(response.status)\(said)"
    let isLimit =
      response.status == 429 || response.header("retry-after") != nil
      || response.header("x-ratelimit-remaining") == "0"
    return switch response.status {
    case 403 where isLimit, 429: Failure(kind: .transient, reason: reason, mayHaveTakenEffect: false)
    case 401, 403:
      Failure(
        kind: .denied, reason: "\(reason); the token needs the permission Actions: read and write",
        mayHaveTakenEffect: false)
    case 404, 410: Failure(kind: .notFound, reason: reason, mayHaveTakenEffect: false)
    case 408, 500...: Failure(kind: .transient, reason: reason, mayHaveTakenEffect: isChange)
    case 300..<400:
      Failure(
        kind: .permanent, reason: "\(reason): the repository has moved; name the new one in the rule",
        mayHaveTakenEffect: false)
    default: Failure(kind: .permanent, reason: reason, mayHaveTakenEffect: false)
    }
  }

  /// In one line, cut, and without the token, should the other side send it back.
  private func clean(_ words: String) -> String {
    let withheld = token.map { words.replacing($0, with: "[withheld]") } ?? words
    return String(withheld.printable.prefix(Limits.reasonCharacters))
  }
}
