// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// The SHA-1 digest, 20 bytes. For names only, such as those of AWS's cache files; it protects nothing.
public func sha1(_ bytes: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 20)
  var length = digest.count
  let isDone = unsafe EVP_Q_digest(nil, "SHA1", nil, bytes, bytes.count, &digest, &length) == 1
  precondition(isDone && length == 20, "OpenSSL has no SHA-1")
  return digest
}
