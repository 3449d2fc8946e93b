// SPDX-License-Identifier: Apache-2.0

/// One Region of one account: everything but identities is kept apart by it.
public struct Place: Hashable, Sendable {
  /// The twelve digits of the account.
  public var account: String
  /// The Region's name, `eu-west-2`.
  public var region: String

  /// A place with both its parts.
  public init(account: String, region: String) {
    self.account = account
    self.region = region
  }

  /// `aws`, or the partition of its own that the Region lies in.
  var partition: String { Self.partition(ofRegion: region) }

  static func partition(ofRegion region: String) -> String {
    let prefixes = [
      ("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc"), ("us-iso-", "aws-iso"),
      ("us-isob-", "aws-iso-b"),
    ]
    return prefixes.first { region.hasPrefix($0.0) }?.1 ?? "aws"
  }

  /// The ARN of something in this place.
  func arn(_ service: String, _ resource: String) -> String {
    "arn:\(partition):\(service):\(region):\(account):\(resource)"
  }
}
