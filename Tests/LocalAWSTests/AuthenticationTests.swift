// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Platform
import Testing

struct AuthenticationTests {
  @Test func `a request that is signed right is let in`() {
    var call = Caller()
    #expect(call("ssm:DescribeParameters")?["Parameters"] == [])
  }

  @Test func `another secret key does not sign`() {
    var call = Caller()
    call.secretKey = "wrong"
    #expect(call.error("ssm:DescribeParameters") == "com.amazon.coral.service#InvalidSignatureException")
  }

  @Test func `an unknown key is refused`() {
    var call = Caller()
    call.accessKey = "AKIANOBODY"
    #expect(call.error("ssm:DescribeParameters") == "com.amazon.coral.service#UnrecognizedClientException")
  }

  @Test func `a body that was changed after signing is refused`() {
    var call = Caller()
    var request = call.request("ssm:DescribeParameters", [:])
    request.body = Array(#"{"MaxResults":1}"#.utf8)
    #expect(status(call.aws.respond(to: request, at: noon)) == 400)
  }

  @Test func `a request without a signature is refused`() {
    var call = Caller()
    var request = call.request("ssm:DescribeParameters", [:])
    request.headers.removeAll { $0.name == "Authorization" }
    let reply = call.aws.respond(to: request, at: noon)
    #expect(error(reply)?.hasSuffix("MissingAuthenticationTokenException") == true)
  }

  @Test(arguments: [
    (
      -901,
      "Signature expired: 20261123T114459Z is now earlier than 20261123T114500Z (20261123T120000Z - 15 min.)"
    ),
    (
      901,
      "Signature not yet current: 20261123T121501Z is still later than 20261123T121500Z (20261123T120000Z + 15 min.)"
    ),
  ])
  func `a clock that is more than 15 minutes wrong is told so`(seconds: Int, message: String) {
    var call = Caller()
    call.now = noon + .seconds(seconds)
    let request = call.request("ssm:DescribeParameters", [:])
    let reply = call.aws.respond(to: request, at: noon)
    #expect(body(reply)?["message"]?.string == message)
  }

  @Test(arguments: [-900, 0, 900])
  func `a clock that is up to 15 minutes wrong is let pass`(seconds: Int) {
    var call = Caller()
    call.now = noon + .seconds(seconds)
    let request = call.request("ssm:DescribeParameters", [:])
    #expect(status(call.aws.respond(to: request, at: noon)) == 200)
  }

  @Test func `what is denied is refused by name, and nothing else`() {
    var call = Caller()
    call.aws.add(
      .user(
        "tester", account: london.account, accessKey: call.accessKey, secretKey: call.secretKey,
        permissions: .all(but: ["ssm:Put*"])))
    let refused = call("ssm:PutParameter", ["Name": "/a", "Value": "1", "Type": "String"])
    #expect(
      refused?["message"]?.string?.hasPrefix(
        "User: arn:aws:iam::123456789012:user/tester is not authorized to perform: ssm:PutParameter") == true)
    #expect(call.error("ssm:DescribeParameters") == nil)
  }

  @Test func `an assumed role acts in its own account until its keys expire`() {
    var call = Caller()
    let answer = call.text(
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fr&RoleSessionName=one"
        + "&DurationSeconds=900")
    #expect(element("Expiration", in: answer) == "2026-11-23T12:15:00Z")
    call.accessKey = element("AccessKeyId", in: answer)
    call.secretKey = element("SecretAccessKey", in: answer)
    call.sessionToken = element("SessionToken", in: answer)
    let identity = call.text("Action=GetCallerIdentity&Version=2011-06-15")
    #expect(element("Arn", in: identity) == "arn:aws:sts::222222222222:assumed-role/r/one")
    #expect(element("Account", in: identity) == "222222222222")
    call.now = noon + .seconds(900)
    #expect(call.error("ssm:DescribeParameters") == "com.amazon.coral.service#ExpiredTokenException")
  }

  @Test func `a temporary key without its token is unknown`() {
    var call = Caller()
    let answer = call.text(
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::222222222222:role/r&RoleSessionName=one")
    call.accessKey = element("AccessKeyId", in: answer)
    call.secretKey = element("SecretAccessKey", in: answer)
    #expect(call.error("ssm:DescribeParameters") == "com.amazon.coral.service#UnrecognizedClientException")
  }

  @Test(arguments: [("wrong", "AccessDenied"), ("right", "")])
  func `a role with an external id wants it`(id: String, code: String) {
    var call = Caller()
    call.aws.add(Role(arn: "arn:aws:iam::222222222222:role/r", externalID: "right", permissions: .all))
    let answer = call.text(
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::222222222222:role/r&RoleSessionName=one"
        + "&ExternalId=\(id)")
    #expect(element("Code", in: answer) == code)
  }

  @Test func `a web identity is exchanged without a signature`() {
    var call = Caller()
    var request = call.form(
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn:aws:iam::222222222222:role/r"
        + "&RoleSessionName=one&WebIdentityToken=token")
    request.headers.removeAll { $0.name == "Authorization" }
    #expect(status(call.aws.respond(to: request, at: noon)) == 200)
  }

  @Test func `STS refuses in XML with status 403`() {
    var call = Caller()
    call.secretKey = "wrong"
    let reply = call.aws.respond(to: call.form("Action=GetCallerIdentity&Version=2011-06-15"), at: noon)
    #expect(status(reply) == 403)
    #expect(error(reply) == "SignatureDoesNotMatch")
  }
}

func status(_ reply: Reply) -> Int? {
  guard case .answer(let answer) = reply.ending else { return nil }
  return answer.status
}

func error(_ reply: Reply) -> String? {
  guard case .answer(let answer) = reply.ending else { return nil }
  return answer.header("x-amzn-ErrorType")
}

func body(_ reply: Reply) -> JSON? {
  guard case .answer(let answer) = reply.ending else { return nil }
  return try? JSON(reading: answer.body)
}

/// The text of the first XML element of that name, empty for none.
func element(_ name: String, in xml: String) -> String {
  let rest = xml.split(separator: "<\(name)>", maxSplits: 1).dropFirst().first ?? ""
  return String(rest.prefix { $0 != "<" })
}
