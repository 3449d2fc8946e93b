// SPDX-License-Identifier: Apache-2.0

/// One of AWS's separate worlds; a Region's name says which one it is in.
enum Partition: String, Sendable, Hashable, CaseIterable {
  case aws
  case china = "aws-cn"
  case government = "aws-us-gov"
  case europeanSovereign = "aws-eusc"
  case iso = "aws-iso"
  case isoB = "aws-iso-b"
  case isoE = "aws-iso-e"
  case isoF = "aws-iso-f"

  /// Regions that no prefix claims are in the commercial partition, as new ones are.
  init(region: String) {
    self = Self.allCases.first { region.hasPrefix($0.regionPrefix) && $0 != .aws } ?? .aws
  }

  private var regionPrefix: String {
    switch self {
    case .aws: ""
    case .china: "cn-"
    case .government: "us-gov-"
    case .europeanSovereign: "eusc-"
    case .iso: "us-iso-"
    case .isoB: "us-isob-"
    case .isoE: "eu-isoe-"
    case .isoF: "us-isof-"
    }
  }

  /// What host names end in.
  var suffix: String {
    switch self {
    case .aws, .government: "amazonaws.com"
    case .china: "amazonaws.com.cn"
    case .europeanSovereign: "amazonaws.eu"
    case .iso: "c2s.ic.gov"
    case .isoB: "sc2s.sgov.gov"
    case .isoE: "cloud.adc-e.uk"
    case .isoF: "csp.hci.ic.gov"
    }
  }

  /// What the names of hosts that have IPv6 addresses too end in.
  var dualStackSuffix: String {
    switch self {
    case .aws, .government: "api.aws"
    case .china: "api.amazonwebservices.com.cn"
    case .europeanSovereign: "api.amazonwebservices.eu"
    case .iso: "api.aws.ic.gov"
    case .isoB: "api.aws.scloud"
    case .isoE: "api.cloud-aws.adc-e.uk"
    case .isoF: "api.aws.hci.ic.gov"
    }
  }
}
