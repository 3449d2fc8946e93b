// SPDX-License-Identifier: Apache-2.0

public import Core

/// Who may sign calls: a user's access key, or the temporary credentials of an assumed role.
public struct Identity: Sendable, Hashable {
  /// The public part of the key, as it stands in every `Authorization` header.
  public var accessKey: String
  /// The secret that signs.
  public var secretKey: String
  /// What must go along as `X-Amz-Security-Token`; nil for a long-term key.
  public var sessionToken: String?
  /// From when on the key is refused; nil for a long-term key.
  public var expires: Timestamp?
  /// The account that the caller acts in.
  public var account: String
  /// The caller's ARN, as AWS shows it in `LastModifiedUser` and in denials.
  public var arn: String
  /// What the caller may do.
  public var permissions: Permissions

  /// A user with a long-term key.
  public static func user(
    _ name: String, account: String, accessKey: String, secretKey: String, permissions: Permissions = .all
  ) -> Self {
    Self(
      accessKey: accessKey, secretKey: secretKey, sessionToken: nil, expires: nil, account: account,
      arn: "arn:aws:iam::\(account):user/\(name)", permissions: permissions)
  }
}

/// What a caller may do, by operation: `ssm:DescribeParameters`, with `*` at the end for all that begin so.
/// AWS's policies know resources and conditions besides; what is tested here needs neither.
public struct Permissions: Sendable, Hashable {
  /// Operations that are allowed unless they are denied.
  public var allow: [String]
  /// Operations that are refused whatever is allowed.
  public var deny: [String]

  /// Permissions with both lists.
  public init(allow: [String], deny: [String]) {
    self.allow = allow
    self.deny = deny
  }

  /// Everything.
  public static let all = Self(allow: ["*"], deny: [])

  /// Everything but some operations.
  public static func all(but denied: [String]) -> Self { Self(allow: ["*"], deny: denied) }

  /// True where the operation is allowed and not denied.
  public func permit(_ action: String) -> Bool {
    allow.contains { OperationPattern.matches($0, action) }
      && !deny.contains { OperationPattern.matches($0, action) }
  }
}

/// A role that callers may assume.
public struct Role: Sendable, Hashable {
  /// The role's ARN; its account is where those who assume it act.
  public var arn: String
  /// What a caller must send as `ExternalId`; nil for nothing.
  public var externalID: String?
  /// What the role may do.
  public var permissions: Permissions

  /// A role with all its parts.
  public init(arn: String, externalID: String?, permissions: Permissions) {
    self.arn = arn
    self.externalID = externalID
    self.permissions = permissions
  }

  /// The fifth field of the ARN.
  var account: String {
    let fields = arn.split(separator: ":", omittingEmptySubsequences: false)
    return fields.count > 5 ? String(fields[4]) : ""
  }

  /// What follows the last slash of the ARN.
  var name: String { arn.split(separator: "/").last.map(String.init) ?? arn }
}

/// `service:Operation`, or a beginning of one with `*` after it.
enum OperationPattern {
  static func matches(_ pattern: String, _ action: String) -> Bool {
    pattern.hasSuffix("*") ? action.hasPrefix(pattern.dropLast()) : pattern == action
  }
}
