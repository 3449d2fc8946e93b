// SPDX-License-Identifier: Apache-2.0
// Where each service is: the rule sets in AWS's own tools, for the services that rollwatch calls.

/// How to choose among the addresses of a service.
public struct EndpointOptions: Sendable, Hashable {
  /// Addresses to use as they are; the two flags below are for AWS's own names alone.
  public let overrides: EndpointOverrides
  /// True for hosts whose cryptography is validated under FIPS 140.
  public let usesFIPS: Bool
  /// True for hosts that can be reached over IPv6 too.
  public let usesDualStack: Bool

  /// Options with all their parts.
  public init(overrides: EndpointOverrides, usesFIPS: Bool, usesDualStack: Bool) {
    self.overrides = overrides
    self.usesFIPS = usesFIPS
    self.usesDualStack = usesDualStack
  }

  /// The URL of a service in a Region, without a slash at its end. The Region's name becomes part of a host
  /// name, so it must be one label of a host name.
  public func url(of service: AWSServiceName, in region: String) -> String {
    if let override = overrides[service] { return override }
    precondition(isRegion(region), "a Region that is no host label reached the endpoint table")
    let partition = Partition(region: region)
    let fips = usesFIPS && (usesDualStack || service.hasFIPSName(in: partition)) ? "-fips" : ""
    let isDual = usesDualStack && service.hasDualStackName(in: partition, isFIPS: usesFIPS)
    let suffix = isDual ? partition.dualStackSuffix : partition.suffix
    return "https://\(service.hostPrefix)\(fips).\(region).\(suffix)"
  }
}

extension AWSServiceName {
  /// In the partition of the United States' government most services' plain hosts are the validated ones.
  fileprivate func hasFIPSName(in partition: Partition) -> Bool {
    switch self {
    case .ecs, .secretsManager, .codeDeploy: true
    case .ssm, .sts, .sns, .sqs, .sso, .ssoOIDC: partition != .government
    }
  }

  /// Secrets Manager's plain names have IPv6 addresses already.
  fileprivate func hasDualStackName(in partition: Partition, isFIPS: Bool) -> Bool {
    guard self == .secretsManager else { return true }
    switch partition {
    case .aws, .government: return false
    case .china: return isFIPS
    case .europeanSovereign, .iso, .isoB, .isoE, .isoF: return true
    }
  }
}
