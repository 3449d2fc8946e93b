// SPDX-License-Identifier: Apache-2.0
// What libcurl's error codes (libcurl-errors(3)) mean for whoever asked.

internal import CCurl

extension CURLcode {
  /// The failure's kind, by the code, by whether the request was already being sent, and by libcurl's words.
  func kind(isSent: Bool, _ text: String) -> TransportFailure.Kind {
    switch self {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .unreachable
    case CURLE_OPERATION_TIMEDOUT: .timedOut
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    // A connection that ends in the middle of the handshake says nothing about certificates.
    case CURLE_SSL_CONNECT_ERROR where Self.endings.contains { text.contains($0) }: .cut
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE,
      CURLE_USE_SSL_FAILED,
      CURLE_SSL_CLIENTCERT:
      .tls
    case _ where isSent: .cut
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PROXY: .cut
    default: .unusable
    }
  }

  /// OpenSSL's words for a peer that went away.
  private static let endings = ["SSL_ERROR_SYSCALL", "unexpected eof", "Connection reset"]
}

extension HTTPRequest {
  /// The URL's host, where the request can be sent as it is: nothing in it may end a line and begin another.
  func checked() throws(TransportFailure) -> String {
    guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")), url[colon...].hasPrefix("://"),
      ["http", "https"].contains(url[..<colon].lowercased()), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { throw unusable("not an http or https URL, percent-encoded") }
    guard !method.isEmpty, method.utf8.allSatisfy(isTokenByte) else {
      throw unusable("not an HTTP method: \(method.debugDescription)")
    }
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
        throw unusable("not the name of a header field: \(name.debugDescription)")
      }
      guard value.utf8.allSatisfy({ $0 != 0x0d && $0 != 0x0a && $0 != 0 }) else {
        throw unusable("the header field \(name) holds a line break")
      }
    }
    let host = url[colon...].utf8.dropFirst(3).prefix { !"/?#\\".utf8.contains($0) }
    // What stands before an @ is a password, which would get into messages.
    guard !host.isEmpty, !host.contains(UInt8(ascii: "@")) else {
      throw unusable("the URL must hold a host and no password")
    }
    return String(Substring(host))
  }

  private func unusable(_ message: String) -> TransportFailure {
    TransportFailure(kind: .unusable, message: message, mayHaveArrived: false)
  }
}

/// RFC 9110, section 5.6.2.
private func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
