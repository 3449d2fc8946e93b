// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

/// Whom AWS takes us for.
public struct CallerIdentity: Sendable, Hashable {
  /// The account, 12 digits.
  public let account: String
  /// The user, or the role's session.
  public let arn: String
  /// The unique id of it.
  public let userID: String
}

extension AWSClient {
  /// Whom AWS takes us for. Needs no permission, so it tells bad credentials from missing permissions.
  public func getCallerIdentity() async throws(AWSFailure) -> CallerIdentity {
    let call = queryCall(.sts, "GetCallerIdentity", [])
    let answer = try await send(call)
    let result = try answer.queryResult(of: call)
    guard let account = nonEmpty(result.child("Account")?.text),
      let arn = nonEmpty(result.child("Arn")?.text),
      let userID = nonEmpty(result.child("UserId")?.text)
    else { throw answer.malformed(call, "the answer names no identity") }
    return CallerIdentity(account: account, arn: arn, userID: userID)
  }
}
