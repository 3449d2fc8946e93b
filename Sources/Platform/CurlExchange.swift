// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Glibc
internal import Synchronization

/// A handle of libcurl's for one transfer at a time.
@safe struct CurlEasy: Hashable {
  let pointer: UnsafeMutableRawPointer

  init(_ pointer: UnsafeMutableRawPointer) { unsafe self.pointer = unsafe pointer }

  static func == (left: Self, right: Self) -> Bool { unsafe left.pointer == right.pointer }

  func hash(into hasher: inout Hasher) { unsafe hasher.combine(pointer) }
}

/// One request on its way to its answer.
///
/// From `start` to `end` it belongs to the loop's thread; `isCancelled` alone may be touched from elsewhere.
@safe final class CurlExchange: @unchecked Sendable {
  typealias Outcome = Result<HTTPResponse, TransportFailure>
  typealias Continuation = CheckedContinuation<Outcome, Never>

  let request: HTTPRequest
  let caBundle: String?
  let host: String
  let isCancelled = Atomic(false)
  var continuation: Continuation?
  /// The handle that carries it, while it is under way.
  var easy: CurlEasy?
  /// Alive until the handle is reset.
  var headerList: UnsafeMutablePointer<curl_slist>?
  /// Where libcurl puts its own words about a failure.
  let errorText: UnsafeMutablePointer<CChar>

  private var headers: [(name: String, value: String)] = []
  private var headerBytes = 0
  /// The empty line has come. libcurl takes an answer that ends before it for a whole one.
  private var isHeaderWhole = false
  private var body: [UInt8] = []
  private var excess: String?
  /// How often libcurl was about to send the request; until then no byte of it has left.
  private var attempts = 0
  /// When the last byte came or went, in nanoseconds of `CLOCK_MONOTONIC`.
  private var lastByte = Int64.max
  private var uploaded: curl_off_t = 0

  /// An answer's header fields, all together: more than any server of AWS sends.
  private static let headerLimit = 64 << 10

  /// Throws where the request could not be sent as it is.
  init(_ request: HTTPRequest, caBundle: String?) throws(TransportFailure) {
    self.request = request
    self.caBundle = caBundle
    host = try request.checked()
    // Last: nothing is torn down where an initializer throws before all is there.
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { unsafe errorText.deallocate() }

  func end(_ outcome: Outcome) {
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  func freeHeaderList() {
    unsafe curl_slist_free_all(headerList)
    unsafe headerList = nil
  }

  // MARK: Silence

  var silence: Int64 { request.limits.silence.nanoseconds }

  /// When it will have been silent for too long if nothing comes; libcurl says of bytes sent only when asked.
  func silenceEnds(_ easy: CurlEasy, now: Int64) -> Int64 {
    guard attempts > 0 else { return now + silence }
    var sent: curl_off_t = 0
    unsafe rollwatch_get_size(easy.pointer, CURLINFO_SIZE_UPLOAD_T, &sent)
    if sent > uploaded {
      uploaded = sent
      lastByte = now
    }
    return lastByte + silence
  }

  // MARK: What libcurl calls

  /// False where the request must not be sent, since it may have arrived already.
  func willSend() -> Bool {
    attempts += 1
    lastByte = nanoseconds(CLOCK_MONOTONIC)
    return attempts == 1 || !request.mustNotRepeat
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    lastByte = nanoseconds(CLOCK_MONOTONIC)
    guard bytes.count <= request.limits.responseBytes - body.count else {
      excess = "a body of more than \(request.limits.responseBytes) bytes"
      return false
    }
    unsafe body.append(contentsOf: bytes)
    return true
  }

  /// One line, its end included. Interim answers (100, 103) come first, and every `HTTP/` starts anew.
  func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    lastByte = nanoseconds(CLOCK_MONOTONIC)
    headerBytes += bytes.count
    guard headerBytes <= Self.headerLimit else {
      excess = "header fields of more than \(Self.headerLimit) bytes"
      return false
    }
    let line = unsafe String(decoding: bytes, as: UTF8.self).trimmingWhitespace()
    if line.isEmpty {
      isHeaderWhole = true
    } else if line.hasPrefix("HTTP/") {
      headers = []
      isHeaderWhole = false
    } else if let first = unsafe bytes.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t"),
      !headers.isEmpty
    {
      headers[headers.count - 1].value += " " + line
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].trimmingWhitespace()
      headers.append((name: String(line[..<colon]), value: String(value)))
    }
    return true
  }

  // MARK: The end

  func result(_ code: CURLcode, _ easy: CurlEasy) -> Outcome {
    if let excess { return .failure(failure(.tooLarge, excess)) }
    guard code == CURLE_OK else {
      let words = unsafe String(cString: errorText)
      let text = unsafe words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
      let kind = kind(of: code, text, proxyStatus: status(easy, CURLINFO_HTTP_CONNECTCODE))
      return .failure(failure(kind, text))
    }
    guard isHeaderWhole else { return .failure(failure(.cut, "the connection ended in the header")) }
    let status = status(easy, CURLINFO_RESPONSE_CODE)
    return .success(HTTPResponse(status: status, headers: headers, body: body))
  }

  func failure(_ kind: TransportFailure.Kind, _ text: String) -> TransportFailure {
    TransportFailure(kind: kind, message: "\(host): \(text)", mayHaveArrived: attempts > 0)
  }

  private func status(_ easy: CurlEasy, _ info: CURLINFO) -> Int {
    var status = 0
    unsafe rollwatch_get_long(easy.pointer, info, &status)
    return status
  }

  private func kind(of code: CURLcode, _ text: String, proxyStatus: Int) -> TransportFailure.Kind {
    if attempts == 0, !(proxyStatus == 0 || (200..<300).contains(proxyStatus)) {
      return proxyStatus >= 500 ? .unreachable : .unusable
    }
    return code.kind(isSent: attempts > 0, text)
  }
}

extension Substring {
  func trimmingWhitespace() -> Substring {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
    let start = utf8.drop(while: isSpace).startIndex
    let end = utf8[start...].lastIndex { !isSpace($0) }.map { utf8.index(after: $0) } ?? start
    return self[start..<end]
  }
}

extension String {
  func trimmingWhitespace() -> String { String(self[...].trimmingWhitespace()) }
}
