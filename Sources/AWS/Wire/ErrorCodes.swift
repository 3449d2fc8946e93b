// SPDX-License-Identifier: Apache-2.0
// What AWS's error codes mean. The lists of throttling, transient and clock codes are those of AWS's own
// SDKs.

extension AWSFailure.Kind {
  /// The kind of an error answer. The code decides where it is known, else the status.
  init(code: String?, status: Int) {
    if let code, let known = Self.known[code] ?? Self.family(of: code) {
      self = known
      return
    }
    switch status {
    case 403: self = .denied
    case 429, 509: self = .throttled
    case 408, 500...: self = .transient
    case 400...: self = .invalid
    default: self = .malformedAnswer
    }
  }

  private static let known: [String: Self] = {
    var kinds: [String: Self] = [:]
    for (kind, codes) in lists { for code in codes { kinds[code] = kind } }
    return kinds
  }()

  /// ECS has a whole family of these.
  private static func family(of code: String) -> Self? {
    code.hasPrefix("Platform") && code.hasSuffix("Exception") ? .unsupported : nil
  }

  private static let lists: [(Self, [String])] = [
    (
      .throttled,
      [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled",
        "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
      ]
    ),
    (
      .transient,
      [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure",
        "InternalServerError", "InternalServiceError", "ServiceUnavailable", "ServiceUnavailableException",
        "ServerException", "IDPCommunicationError", "IDPCommunicationErrorException",
      ]
    ),
    (
      .denied,
      [
        "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation",
        "NotAuthorized", "OptInRequired", "BlockedException", "RegionDisabledException",
      ]
    ),
    (.credentials, Array(credentialsCodes.union(clockCodes)) + otherCredentialsCodes),
    (
      .notFound,
      [
        "ServiceNotFoundException", "ClusterNotFoundException", "ResourceNotFoundException",
        "ParameterNotFound", "TaskSetNotFoundException", "QueueDoesNotExist",
        "ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException",
        "DeploymentDoesNotExistException",
        "AWS.SimpleQueueService.NonExistentQueue",
      ]
    ),
    (
      .conflict,
      [
        "ServiceNotActiveException", "ConflictException", "UpdateInProgressException",
        "ResourceInUseException", "DeploymentLimitExceededException",
      ]
    ),
    (
      .unsupported,
      ["UnsupportedFeatureException", "UnsupportedOperation", "UnknownOperationException", "InvalidAction"]
    ),
  ]

  private static let otherCredentialsCodes = [
    "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "InvalidIdentityToken", "InvalidIdentityTokenException",
    "IDPRejectedClaim", "IDPRejectedClaimException", "InvalidAccessKeyId",
  ]
}

/// Other credentials of the same provider may be accepted: these have run out, or were replaced.
let credentialsCodes: Set<String> = [
  "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
]

/// The clock may be wrong; a signature that does not match may be a sign of it.
let clockCodes: Set<String> = [
  "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture",
  "RequestTimeTooSkewed", "SignatureDoesNotMatch",
]
