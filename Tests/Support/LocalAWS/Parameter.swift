// SPDX-License-Identifier: Apache-2.0

import Core

/// A parameter without its value: nothing here ever needs one.
struct Parameter: Sendable {
  var name: String
  var arn: String
  var type: String
  var keyID: String?
  var lastModified: Timestamp
  var lastModifiedBy: String
  var description: String?
  var allowedPattern: String?
  var version: Int
  var tier: String
  var dataType: String
  var tags: [String: String]
  /// Which version each label sits on.
  var labels: [String: Int]

  /// The element of `Parameters` in the answer of `DescribeParameters`.
  var described: JSON {
    .present([
      "Name": .string(name), "ARN": .string(arn), "Type": .string(type), "KeyId": keyID.map(JSON.string),
      "LastModifiedDate": .time(lastModified), "LastModifiedUser": .string(lastModifiedBy),
      "Description": description.map(JSON.string), "AllowedPattern": allowedPattern.map(JSON.string),
      "Version": .integer(Int64(version)), "Tier": .string(tier), "Policies": [],
      "DataType": .string(dataType),
    ])
  }
}
