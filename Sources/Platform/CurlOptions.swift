// SPDX-License-Identifier: Apache-2.0
// How a handle is set up for one request. Each option that is not obvious says why it is there.

internal import CCurl
internal import Glibc

extension CurlExchange {
  /// Sets the handle up, from its pristine state.
  func configure(_ easy: CurlEasy) -> CURLcode {
    var options = CurlOptions(easy: easy)
    options.setConnection(request, caBundle: caBundle)
    options.setLimits(request.limits)
    options.setMessage(request)
    unsafe headerList = headerLines.reduce(nil) { list, line in
      guard let list = unsafe curl_slist_append(list, line) else { preconditionFailure("out of memory") }
      return unsafe list
    }
    unsafe options.check(rollwatch_set_headers(easy.pointer, headerList))
    unsafe options.setCallbacks(of: Unmanaged.passUnretained(self).toOpaque(), errorText)
    return options.firstError
  }

  /// libcurl's way to write them: `Name;` is an empty field, `Name:` keeps libcurl from adding its own.
  private var headerLines: [String] {
    var lines = ["Expect:"]
    let names = Set(request.headers.map { $0.name.lowercased() })
    for own in ["Accept", "Content-Type"] where !names.contains(own.lowercased()) { lines.append("\(own):") }
    for (name, value) in request.headers where name.lowercased() != "content-length" {
      lines.append(value.trimmingWhitespace().isEmpty ? "\(name);" : "\(name): \(value)")
    }
    return lines
  }
}

/// A handle that is being set up.
private struct CurlOptions {
  let easy: CurlEasy
  private(set) var firstError = CURLE_OK

  init(easy: CurlEasy) { self.easy = easy }

  mutating func check(_ code: CURLcode) {
    if firstError == CURLE_OK { firstError = code }
  }

  mutating func set(_ option: CURLoption, _ value: Int) {
    unsafe check(rollwatch_set_long(easy.pointer, option, value))
  }

  mutating func set(_ option: CURLoption, _ value: String?) {
    unsafe check(rollwatch_set_string(easy.pointer, option, value))
  }

  mutating func setConnection(_ request: HTTPRequest, caBundle: String?) {
    set(CURLOPT_URL, request.url)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    // The signature covers the path as it is.
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_NOSIGNAL, 1)
    // Without it a name server that does not answer keeps the whole thread waiting when a transfer ends.
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    // A CA directory disables libcurl's cache of parsed authorities: 20 ms of CPU a connection.
    set(CURLOPT_CAPATH, nil)
    set(CURLOPT_PROXY_CAPATH, nil)
    if let caBundle {
      set(CURLOPT_CAINFO, caBundle)
      set(CURLOPT_PROXY_CAINFO, caBundle)
    }
    if request.bypassesProxy { set(CURLOPT_NOPROXY, "*") }
    if request.mustNotRepeat {
      set(CURLOPT_FRESH_CONNECT, 1)
      set(CURLOPT_FORBID_REUSE, 1)
    }
    // On HTTP/2 libcurl may send a request again that a server refused unseen; what must not repeat stays on 1.1.
    set(CURLOPT_HTTP_VERSION, request.mustNotRepeat ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
  }

  mutating func setLimits(_ limits: HTTPLimits) {
    set(CURLOPT_CONNECTTIMEOUT_MS, limits.connect.curlMilliseconds)
    set(CURLOPT_TIMEOUT_MS, limits.total.curlMilliseconds)
    // Refuses what is declared too large before it comes; what is not declared, or wrongly, is counted.
    unsafe check(
      rollwatch_set_size(easy.pointer, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(max(1, limits.responseBytes))))
  }

  mutating func setMessage(_ request: HTTPRequest) {
    let hasBody = !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method)
    if request.method == "HEAD" {
      set(CURLOPT_NOBODY, 1)
    } else if hasBody {
      set(CURLOPT_POST, 1)
      setBody(request.body)
    } else {
      set(CURLOPT_HTTPGET, 1)
    }
    if request.method != "HEAD" { set(CURLOPT_CUSTOMREQUEST, request.method) }
  }

  /// The size first: without it libcurl takes the body for a C string. No body still needs an address.
  private mutating func setBody(_ body: [UInt8]) {
    unsafe check(rollwatch_set_size(easy.pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
    var bytes = body.isEmpty ? [0] : body
    unsafe bytes.withUnsafeMutableBytes {
      unsafe check(rollwatch_set_pointer(easy.pointer, CURLOPT_COPYPOSTFIELDS, $0.baseAddress))
    }
  }

  mutating func setCallbacks(of exchange: UnsafeMutableRawPointer, _ errorText: UnsafeMutablePointer<CChar>) {
    unsafe check(rollwatch_set_pointer(easy.pointer, CURLOPT_ERRORBUFFER, errorText))
    unsafe check(rollwatch_set_receiver(easy.pointer, CURLOPT_WRITEFUNCTION, receiveBody))
    unsafe check(rollwatch_set_pointer(easy.pointer, CURLOPT_WRITEDATA, exchange))
    unsafe check(rollwatch_set_receiver(easy.pointer, CURLOPT_HEADERFUNCTION, receiveHeader))
    unsafe check(rollwatch_set_pointer(easy.pointer, CURLOPT_HEADERDATA, exchange))
    unsafe check(rollwatch_set_prerequest(easy.pointer, willSend))
    unsafe check(rollwatch_set_pointer(easy.pointer, CURLOPT_PREREQDATA, exchange))
    unsafe check(rollwatch_set_socket_opener(easy.pointer, openSocket))
  }
}

// MARK: Functions that libcurl calls, on the loop's thread

private func exchange(_ pointer: UnsafeMutableRawPointer?) -> CurlExchange {
  guard let pointer = unsafe pointer else { preconditionFailure("libcurl lost the exchange") }
  return unsafe Unmanaged<CurlExchange>.fromOpaque(pointer).takeUnretainedValue()
}

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?
) -> Int {
  let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe exchange(data).receiveBody(bytes) ? bytes.count : -1
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?
) -> Int {
  let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe exchange(data).receiveHeader(bytes) ? bytes.count : -1
}

private func willSend(
  _ data: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?,
  _: Int32, _: Int32
) -> Int32 {
  unsafe exchange(data).willSend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// As libcurl's own, but closed in the programs that we start (`credential_process`).
private func openSocket(
  _: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let address = unsafe address?.pointee else { return -1 }
  let closesOnExec = Int32(SOCK_CLOEXEC.rawValue)
  return socket(address.family, address.socktype | closesOnExec, address.protocol)
}

extension Duration {
  /// In libcurl 0 is no limit at all, and a `long` is what it takes: from 1 ms to 24 days.
  fileprivate var curlMilliseconds: Int { Int(max(1, min(nanoseconds / 1_000_000, Int64(Int32.max)))) }

  /// Nanoseconds, at most 146 years of them.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let limit = Int64.max / 2
    guard abs(seconds) < limit / 1_000_000_000 else { return seconds < 0 ? -limit : limit }
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
