// SPDX-License-Identifier: Apache-2.0
// Digests, by OpenSSL. Algorithms are fetched once: looking one up costs more than hashing a short message.

internal import COpenSSL

/// The SHA-256 digest (FIPS 180-4).
public enum SHA256 {
  /// The length of a digest.
  public static let byteCount = 32

  /// The 32 bytes of a message's digest. Messages in one piece (`[UInt8]`, a slice, `String.utf8`) are not copied.
  public static func hash(_ message: some Sequence<UInt8>) -> [UInt8] {
    unsafe withBytes(message) { unsafe digest($0, algorithm, byteCount) }
  }

  /// The 32 bytes of a message's code under a key of any length: HMAC-SHA256 (RFC 2104).
  public static func authenticate(_ message: some Sequence<UInt8>, key: some Sequence<UInt8>) -> [UInt8] {
    unsafe withBytes(message) { message in
      unsafe withBytes(key) { key in unsafe code(message, key: key) }
    }
  }

  private static nonisolated(unsafe) let algorithm = unsafe fetch("SHA256")

  private static func code(_ message: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: byteCount)
    let bytes = unsafe message.bindMemory(to: UInt8.self).baseAddress
    // OpenSSL takes a null key for "the key of last time": an empty one needs an address all the same.
    let empty: [UInt8] = [0]
    let isDone = unsafe empty.withUnsafeBytes { empty in
      unsafe HMAC(
        algorithm, key.baseAddress ?? empty.baseAddress, Int32(key.count), bytes, message.count, &code, nil)
        != nil
    }
    precondition(isDone, "OpenSSL computes no HMAC-SHA256")
    return code
  }
}

/// The SHA-1 digest. For names only, such as those of the AWS command line's cache files; it protects nothing.
public enum SHA1 {
  /// The 20 bytes of a message's digest.
  public static func hash(_ message: some Sequence<UInt8>) -> [UInt8] {
    unsafe withBytes(message) { unsafe digest($0, algorithm, 20) }
  }

  private static nonisolated(unsafe) let algorithm = unsafe fetch("SHA1")
}

extension [UInt8] {
  /// Two lower-case hexadecimal digits a byte.
  public var hex: String {
    var digits: [UInt8] = []
    digits.reserveCapacity(count * 2)
    for byte in self {
      digits.append(hexDigit(byte >> 4))
      digits.append(hexDigit(byte & 15))
    }
    return String(decoding: digits, as: UTF8.self)
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// OpenSSL without the clean-up that it does when a process exits, since the thread that drives HTTP may still be using
/// it then. To be asked before anything else of OpenSSL.
enum OpenSSL {
  static let isReady = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}

private func fetch(_ name: String) -> OpaquePointer {
  guard OpenSSL.isReady, let algorithm = unsafe EVP_MD_fetch(nil, name, nil) else {
    preconditionFailure("OpenSSL has no \(name)")
  }
  return unsafe algorithm
}

private func digest(
  _ message: UnsafeRawBufferPointer, _ algorithm: OpaquePointer, _ byteCount: Int
) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: byteCount)
  let isDone = unsafe EVP_Digest(message.baseAddress, message.count, &digest, nil, algorithm, nil)
  precondition(isDone == 1, "OpenSSL computes no digest")
  return digest
}

private func withBytes<Result>(
  _ sequence: some Sequence<UInt8>, _ body: (UnsafeRawBufferPointer) -> Result
) -> Result {
  let direct = sequence.withContiguousStorageIfAvailable {
    unsafe body(UnsafeRawBufferPointer($0))
  }
  if let direct { return direct }
  return unsafe Array(sequence).withUnsafeBytes { unsafe body($0) }
}
