// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Testing

struct ParameterTests {
  @Test func `every write makes a version, and a deleted parameter starts again at 1`() {
    var call = Caller()
    let put: JSON = ["Name": "/a", "Value": "1", "Type": "String", "Overwrite": true]
    #expect(call("ssm:PutParameter", put)?["Version"] == 1)
    #expect(call("ssm:PutParameter", put)?["Version"] == 2)
    _ = call("ssm:DeleteParameter", ["Name": "/a"])
    #expect(call("ssm:PutParameter", put)?["Version"] == 1)
  }

  @Test func `a description says when and by whom, and has no value`() {
    var call = Caller()
    call.now = noon + .milliseconds(123)
    _ = call("ssm:PutParameter", ["Name": "/a", "Value": "hush", "Type": "SecureString"])
    let answer = call("ssm:DescribeParameters")
    let parameter = answer?["Parameters"]?[0]
    #expect(parameter?["LastModifiedDate"] == 1_795_435_200.123)
    #expect(parameter?["LastModifiedUser"] == "arn:aws:iam::123456789012:user/tester")
    #expect(parameter?["ARN"] == "arn:aws:ssm:eu-west-2:123456789012:parameter/a")
    #expect(answer?.text.contains("hush") == false)
  }

  @Test func `labels and tags are no versions`() {
    var call = Caller()
    _ = call("ssm:PutParameter", ["Name": "/a", "Value": "1", "Type": "String"])
    let before = call("ssm:DescribeParameters")
    call.now = noon + .seconds(60)
    _ = call("ssm:LabelParameterVersion", ["Name": "/a", "Labels": ["prod"]])
    _ = call(
      "ssm:AddTagsToResource",
      ["ResourceType": "Parameter", "ResourceId": "/a", "Tags": [["Key": "k", "Value": "v"]]])
    #expect(call("ssm:DescribeParameters") == before)
  }

  @Test func `pages have at most 50 and together show each parameter once`() {
    var call = Caller()
    call.aws.seedParameters(Estate.parameters(120), in: london, at: noon)
    let pages = call.pages(
      "ssm:DescribeParameters", ["MaxResults": 50], list: "Parameters", token: "NextToken")
    #expect(pages.map(\.count) == [50, 50, 20])
    #expect(Set(pages.joined().compactMap { $0["Name"]?.string }).count == 120)
  }

  @Test func `a parameter deleted between two pages moves no other one out of sight`() {
    var call = Caller()
    call.aws.seedParameters(Estate.parameters(100), in: london, at: noon)
    let first = call("ssm:DescribeParameters", ["MaxResults": 50])
    _ = call("ssm:DeleteParameter", ["Name": first?["Parameters"]?[0]?["Name"] ?? ""])
    let second = call("ssm:DescribeParameters", ["MaxResults": 50, "NextToken": first?["NextToken"] ?? ""])
    #expect(second?["Parameters"]?.array?.count == 50)
  }

  @Test func `thin pages may be empty and still have a next one`() {
    var call = Caller()
    call.aws.seedParameters(Estate.parameters(150), in: london, at: noon)
    call.aws.setThinPages(true, in: london, at: noon)
    let filter: JSON = [["Key": "Name", "Option": "BeginsWith", "Values": ["/staging/app-0014/"]]]
    let pages = call.pages(
      "ssm:DescribeParameters", ["ParameterFilters": filter], list: "Parameters", token: "NextToken")
    #expect(pages.map(\.count) == [0, 0, 10])
  }

  @Test(arguments: [
    ("Name", "Equals", ["/a/b/one", "flat"], ["/a/b/one", "flat"]),
    ("Name", "BeginsWith", ["/a/b"], ["/a/b/one", "/a/bc"]),
    ("Name", "Contains", ["one"], ["/a/b/one"]),
    ("Path", "OneLevel", ["/a"], ["/a/bc"]),
    ("Path", "Recursive", ["/a/"], ["/a/b/one", "/a/bc"]),
    ("Path", "OneLevel", ["/"], ["flat"]),
    ("Path", "Recursive", ["/"], ["/a/b/one", "/a/bc", "flat"]),
    ("Type", "Equals", ["SecureString"], ["/a/bc"]),
    ("tag:team", "Equals", ["x"], ["flat"]),
  ])
  func `filters select as AWS documents them`(
    key: String, option: String, values: [String], names: [String]
  ) {
    var call = Caller()
    _ = call("ssm:PutParameter", ["Name": "/a/b/one", "Value": "1", "Type": "String"])
    _ = call("ssm:PutParameter", ["Name": "/a/bc", "Value": "1", "Type": "SecureString"])
    _ = call(
      "ssm:PutParameter",
      ["Name": "flat", "Value": "1", "Type": "String", "Tags": [["Key": "team", "Value": "x"]]])
    let filter: JSON = [
      ["Key": .string(key), "Option": .string(option), "Values": .array(values.map { .string($0) })]
    ]
    let answer = call("ssm:DescribeParameters", ["ParameterFilters": filter])
    #expect(answer?["Parameters"]?.array?.compactMap { $0["Name"]?.string }.sorted() == names)
  }

  static let refusals: [(action: String, input: JSON, code: String)] = [
    ("PutParameter", ["Name": "/a", "Value": "1", "Type": "String"], "ParameterAlreadyExists"),
    ("PutParameter", ["Name": "/new", "Value": "1"], "ValidationException"),
    ("PutParameter", ["Name": "/aws/x", "Value": "1", "Type": "String"], "ValidationException"),
    ("DeleteParameter", ["Name": "/b"], "ParameterNotFound"),
    (
      "LabelParameterVersion", ["Name": "/a", "ParameterVersion": 9, "Labels": ["x"]],
      "ParameterVersionNotFound"
    ),
    ("DescribeParameters", ["MaxResults": 51], "ValidationException"),
    ("DescribeParameters", ["NextToken": "10"], "InvalidNextToken"),
    ("DescribeParameters", ["ParameterFilters": [["Key": "Label", "Values": ["x"]]]], "InvalidFilterKey"),
    (
      "DescribeParameters", ["ParameterFilters": [["Key": "Type", "Option": "Contains", "Values": ["x"]]]],
      "InvalidFilterOption"
    ),
    ("NoSuchOperation", [:], "UnknownOperationException"),
  ]

  @Test(arguments: refusals.indices)
  func `what AWS refuses is refused by the same name`(index: Int) {
    var call = Caller()
    _ = call("ssm:PutParameter", ["Name": "/a", "Value": "1", "Type": "String"])
    let refusal = Self.refusals[index]
    #expect(call.error("ssm:\(refusal.action)", refusal.input) == refusal.code)
  }

  @Test func `Regions and accounts are apart`() {
    var call = Caller()
    _ = call("ssm:PutParameter", ["Name": "/a", "Value": "1", "Type": "String"])
    call.region = "us-east-1"
    #expect(call("ssm:DescribeParameters")?["Parameters"] == [])
    call.region = "eu-west-2"
    call.aws.add(.user("else", account: "222222222222", accessKey: "AKIAELSE", secretKey: "s"))
    (call.accessKey, call.secretKey) = ("AKIAELSE", "s")
    #expect(call("ssm:DescribeParameters")?["Parameters"] == [])
  }
}

extension Caller {
  /// All pages of a listing.
  mutating func pages(_ action: String, _ input: JSON, list: String, token: String) -> [[JSON]] {
    var pages: [[JSON]] = []
    var members = input.object ?? []
    while pages.count < 1_000 {
      let answer = self(action, .object(members))
      pages.append(answer?[list]?.array ?? [])
      guard let next = answer?[token] else { return pages }
      members = (input.object ?? []) + [JSON.Member(token, next)]
    }
    return pages
  }
}
