// SPDX-License-Identifier: Apache-2.0

internal import Core

extension SecretPlace {
  /// Reads `{ credential: NAME }` or `{ environment: NAME }`; nil where it is neither, which is then found.
  init?(_ node: YAMLNode, _ what: String, _ findings: inout Findings) {
    guard !node.isScalar else {
      // Not a word of it: it is most likely the secret.
      findings.add(
        "\(what) is a secret and does not belong here; write \(what): { credential: NAME }, or environment: NAME",
        at: node.mark)
      return nil
    }
    guard let fields = Fields(node, "'\(what)'", keys: ["credential", "environment"], &findings) else {
      return nil
    }
    let (credential, variable) = (fields["credential"], fields["environment"])
    guard let name = credential ?? variable, credential == nil || variable == nil else {
      findings.add(
        "'\(what)' needs either 'credential' or 'environment'; name where the secret is", at: node.mark)
      return nil
    }
    guard let text = name.text("the name", &findings) else { return nil }
    guard text.utf8.count <= 255, text.utf8.allSatisfy(Self.isNameByte), !text.hasPrefix(".") else {
      findings.add(
        "'\(text.prefix(8))…' cannot be the name of a secret; write the name here and the secret there",
        at: name.mark)
      return nil
    }
    self = credential == nil ? .environment(text) : .credential(text)
  }

  /// What the names of credentials, environment variables and receivers consist of.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
