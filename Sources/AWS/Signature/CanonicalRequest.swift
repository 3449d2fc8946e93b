// SPDX-License-Identifier: Apache-2.0

import Platform

/// A request in the one spelling that both sides hash.
struct CanonicalRequest {
  /// The six parts, a line each; the digest of this is what is signed.
  let text: String
  /// The names of the headers that are in it, lower-case, sorted, with semicolons.
  let signedHeaders: String

  /// Headers that a proxy or the transport may add or change.
  private static let unsigned: Set<String> = [
    "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
  ]

  init(_ request: HTTPRequest) {
    let url = URLParts(request.url)
    let headers = Self.canonicalHeaders([("host", url.authority)] + request.headers)
    signedHeaders = headers.map(\.name).joined(separator: ";")
    text = [
      request.method, Self.canonicalPath(url.path), Self.canonicalQuery(url.query),
      headers.map { "\($0.name):\($0.value)\n" }.joined(), signedHeaders,
      SHA256.hash(request.body).hex,
    ].joined(separator: "\n")
  }

  /// Sorted by name; the values of one name joined with commas, in the order in which they are sent.
  private static func canonicalHeaders(
    _ headers: [(name: String, value: String)]
  ) -> [(name: String, value: String)] {
    var canonical: [(name: String, value: String)] = []
    for header in headers {
      let name = header.name.lowercased()
      guard !unsigned.contains(name) else { continue }
      if let known = canonical.firstIndex(where: { $0.name == name }) {
        canonical[known].value += ",\(singleSpaced(header.value))"
      } else {
        canonical.append((name, singleSpaced(header.value)))
      }
    }
    return canonical.sorted { $0.name < $1.name }
  }

  /// Without white space at the ends, every other run of it one space: a folded header is one line.
  private static func singleSpaced(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 <= 0x20 }) else { return value }
    return value.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }.map { String(Substring($0)) }
      .joined(separator: " ")
  }

  /// Dot segments and empty segments resolved, then encoded once more than the URL is: AWS's rule for every
  /// service but S3.
  static func canonicalPath(_ path: String) -> String {
    var segments: [Substring] = []
    for segment in path.split(separator: "/") where segment != "." {
      if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
    }
    guard !segments.isEmpty else { return "/" }
    let isDirectory = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..")
    return "/" + segments.map(percentEncoded).joined(separator: "/") + (isDirectory ? "/" : "")
  }

  /// Sorted by encoded name and then by encoded value.
  private static func canonicalQuery(_ query: Substring) -> String {
    let pairs = query.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: encodedOnce(parts[0]), value: parts.count > 1 ? encodedOnce(parts[1]) : "")
    }
    return pairs.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map { "\($0.name)=\($0.value)" }
      .joined(separator: "&")
  }
}

/// The parts of a URL that are signed. It is one of ours: no user, no fragment.
private struct URLParts {
  /// The host, and the port unless it is the scheme's own, as the transport writes `Host`.
  let authority: String
  let path: String
  let query: Substring

  init(_ url: String) {
    let (slash, mark) = (UInt8(ascii: "/"), UInt8(ascii: "?"))
    let isSecure = url.hasPrefix("https:")
    let rest = url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst("://".utf8.count)
    let target = rest.drop { $0 != slash && $0 != mark }
    let host = Substring(rest[..<target.startIndex])
    let port = isSecure ? ":443" : ":80"
    authority = String(host.hasSuffix(port) ? host.dropLast(port.count) : host)
    path = String(Substring(target.prefix { $0 != mark }))
    query = Substring(target.drop { $0 != mark }.dropFirst())
  }
}
