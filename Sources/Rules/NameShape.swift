// SPDX-License-Identifier: Apache-2.0

/// Which characters a kind of name may have. What a pattern captured is not known here: whoever is given the name has to refuse it.
struct NameShape {
  /// Beside letters and digits.
  var others: String
  /// How many slashes it has; nil where that does not matter.
  var slashes: Int?
  /// For a message, after what it is a name of.
  var rule: String

  func allows(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || others.utf8.contains(byte)
  }

  static let ecs = NameShape(
    others: "-_", slashes: 0, rule: "has letters, digits, '-' and '_' only, and is no ARN")
  static let taskDefinition = NameShape(
    others: "-_:", slashes: 0, rule: "is written FAMILY or FAMILY:REVISION, and is no ARN")
  static let codeDeploy = NameShape(
    others: "._+=,@-", slashes: 0, rule: "has letters, digits and '._+=,@-' only")
  static let repository = NameShape(others: "._-/", slashes: 1, rule: "is written OWNER/REPOSITORY")
  static let workflowFile = NameShape(
    others: "._-", slashes: 0, rule: "is the name of a file in .github/workflows, without a folder")
  static let ref = NameShape(others: "._-/+@", slashes: nil, rule: "is the name of a branch or tag")
  static let unit = NameShape(
    others: ":-_.\\@", slashes: 0, rule: "has letters, digits and ':-_.\\@' only")
}
