// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

/// Vectors from FIPS 180-4's examples (NIST) and RFC 4231.
struct DigestTests {
  static let messages: [(String, sha256: String, sha1: String)] = [
    (
      "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    ),
    (
      "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "a9993e364706816aba3e25717850c26c9cd0d89d"
    ),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
  ]

  @Test(arguments: messages)
  func `the digests of NIST's examples`(_ message: String, sha256: String, sha1: String) {
    #expect(SHA256.hash(message.utf8).hex == sha256)
    #expect(SHA1.hash(message.utf8).hex == sha1)
  }

  @Test func `a message of a million bytes`() {
    let digest = SHA256.hash([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)).hex
    #expect(digest == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `a message that is not in one piece`() {
    let pieces = AnySequence(["ab", "c"].lazy.flatMap { Array($0.utf8) })
    #expect(SHA256.hash(pieces) == SHA256.hash("abc".utf8))
  }

  static let codes: [(key: [UInt8], message: [UInt8], code: String)] = [
    (
      [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      Array(1...25), [UInt8](repeating: 0xcd, count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    ([], [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
  ]

  @Test(arguments: codes)
  func `the codes of RFC 4231, and of nothing under no key`(key: [UInt8], message: [UInt8], code: String) {
    #expect(SHA256.authenticate(message, key: key).hex == code)
  }

  @Test func `hexadecimal digits are lower case and two a byte`() {
    #expect([0, 9, 10, 255].hex == "00090aff")
    #expect([UInt8]().hex == "")
  }
}
