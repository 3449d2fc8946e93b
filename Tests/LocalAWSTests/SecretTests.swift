// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Testing

struct SecretTests {
  @Test func `a new value takes AWSCURRENT, and AWSPREVIOUS stays behind`() {
    var call = Caller()
    let first =
      call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])?["VersionId"]?.string ?? ""
    let second = call("secretsmanager:PutSecretValue", ["SecretId": "a", "SecretString": "2"])?["VersionId"]?
      .string
    let stages = call("secretsmanager:DescribeSecret", ["SecretId": "a"])?["VersionIdsToStages"]
    #expect(stages?[first] == ["AWSPREVIOUS"])
    #expect(stages?[second ?? ""] == ["AWSCURRENT"])
  }

  @Test func `a version without stages is in no listing`() {
    var call = Caller()
    let first =
      call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])?["VersionId"]?.string ?? ""
    _ = call("secretsmanager:PutSecretValue", ["SecretId": "a", "SecretString": "2"])
    _ = call("secretsmanager:PutSecretValue", ["SecretId": "a", "SecretString": "3"])
    let listed = call("secretsmanager:ListSecrets")?["SecretList"]?[0]
    #expect(listed?["SecretVersionsToStages"]?.object?.count == 2)
    #expect(listed?["SecretVersionsToStages"]?[first] == nil)
  }

  @Test func `the same token with the same value changes nothing, with another value it is refused`() {
    var call = Caller()
    _ = call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])
    let put: JSON = ["SecretId": "a", "SecretString": "2", "ClientRequestToken": "token-1"]
    _ = call("secretsmanager:PutSecretValue", put)
    let before = call("secretsmanager:ListSecrets")
    call.now = noon + .seconds(5)
    _ = call("secretsmanager:PutSecretValue", put)
    #expect(call("secretsmanager:ListSecrets") == before)
    let other: JSON = ["SecretId": "a", "SecretString": "3", "ClientRequestToken": "token-1"]
    #expect(call.error("secretsmanager:PutSecretValue", other) == "ResourceExistsException")
  }

  @Test func `a rotation waits as AWSPENDING before it becomes current`() {
    var call = Caller()
    call.aws.setRotation(.finishes(after: .seconds(30)), in: london, at: noon)
    let old =
      call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])?["VersionId"]?.string ?? ""
    let new = call("secretsmanager:RotateSecret", ["SecretId": "a"])?["VersionId"]?.string ?? ""
    call.now = noon + .seconds(29)
    #expect(call.stages(of: "a") == [old: ["AWSCURRENT"], new: ["AWSPENDING"]])
    call.now = noon + .seconds(30)
    #expect(call.stages(of: "a") == [old: ["AWSPREVIOUS"], new: ["AWSCURRENT"]])
  }

  @Test func `a rotation that fails leaves AWSPENDING where it is`() {
    var call = Caller()
    call.aws.setRotation(.fails, in: london, at: noon)
    let old =
      call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])?["VersionId"]?.string ?? ""
    let new = call("secretsmanager:RotateSecret", ["SecretId": "a"])?["VersionId"]?.string ?? ""
    call.now = noon + .seconds(100_000)
    #expect(call.stages(of: "a") == [old: ["AWSCURRENT"], new: ["AWSPENDING"]])
  }

  @Test func `moving a stage needs to name where it sits`() {
    var call = Caller()
    let old = call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])?["VersionId"] ?? ""
    let new =
      call("secretsmanager:PutSecretValue", ["SecretId": "a", "SecretString": "2"])?["VersionId"] ?? ""
    let move: JSON = ["SecretId": "a", "VersionStage": "AWSCURRENT", "MoveToVersionId": old]
    #expect(call.error("secretsmanager:UpdateSecretVersionStage", move) == "InvalidParameterException")
    let named: JSON = .object((move.object ?? []) + [JSON.Member("RemoveFromVersionId", new)])
    #expect(call.error("secretsmanager:UpdateSecretVersionStage", named) == nil)
    #expect(call.stages(of: "a") == [old.string: ["AWSCURRENT"], new.string: ["AWSPREVIOUS"]])
  }

  @Test func `tags move LastChangedDate and no stage`() {
    var call = Caller()
    _ = call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])
    let before = call.stages(of: "a")
    call.now = noon + .seconds(9)
    _ = call("secretsmanager:TagResource", ["SecretId": "a", "Tags": [["Key": "k", "Value": "v"]]])
    #expect(call.stages(of: "a") == before)
    #expect(call("secretsmanager:DescribeSecret", ["SecretId": "a"])?["LastChangedDate"] == 1_795_435_209.0)
  }

  @Test func `a deleted secret is hidden, refuses changes, and can be restored`() {
    var call = Caller()
    _ = call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])
    _ = call("secretsmanager:DeleteSecret", ["SecretId": "a", "RecoveryWindowInDays": 7])
    #expect(call("secretsmanager:ListSecrets")?["SecretList"] == [])
    let planned = call("secretsmanager:ListSecrets", ["IncludePlannedDeletion": true])?["SecretList"]?[0]
    #expect(planned?["DeletedDate"] == 1_796_040_000.0)
    let put: JSON = ["SecretId": "a", "SecretString": "2"]
    #expect(call.error("secretsmanager:PutSecretValue", put) == "InvalidRequestException")
    _ = call("secretsmanager:RestoreSecret", ["SecretId": "a"])
    #expect(call.error("secretsmanager:PutSecretValue", put) == nil)
  }

  @Test func `a recovery window ends`() {
    var call = Caller()
    _ = call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])
    _ = call("secretsmanager:DeleteSecret", ["SecretId": "a", "RecoveryWindowInDays": 7])
    call.now = noon + .seconds(7 * 86_400)
    #expect(call.error("secretsmanager:DescribeSecret", ["SecretId": "a"]) == "ResourceNotFoundException")
  }

  @Test(arguments: [
    ("created-date", "asc", ["b", "a", "c"]), ("created-date", "desc", ["c", "a", "b"]),
    ("name", "asc", ["a", "b", "c"]), ("last-changed-date", "desc", ["b", "c", "a"]),
  ])
  func `listings are sorted as asked, over all pages`(key: String, order: String, names: [String]) {
    var call = Caller()
    for (index, name) in ["b", "a", "c"].enumerated() {
      call.now = noon + .seconds(index)
      _ = call("secretsmanager:CreateSecret", ["Name": .string(name), "SecretString": "1"])
    }
    call.now = noon + .seconds(10)
    _ = call("secretsmanager:PutSecretValue", ["SecretId": "b", "SecretString": "2"])
    let pages = call.pages(
      "secretsmanager:ListSecrets", ["MaxResults": 1, "SortBy": .string(key), "SortOrder": .string(order)],
      list: "SecretList", token: "NextToken")
    #expect(pages.map(\.count) == [1, 1, 1])
    #expect(pages.joined().compactMap { $0["Name"]?.string } == names)
  }

  @Test(arguments: [
    (["staging/"], ["staging/a", "staging/b"]), (["!staging/"], ["prod/a"]),
    (["staging/", "!staging/b"], ["staging/a"]), (["STAGING"], []),
  ])
  func `a name filter takes beginnings, and excludes after an exclamation mark`(
    values: [String], names: [String]
  ) {
    var call = Caller()
    call.aws.seedSecrets(["staging/a", "staging/b", "prod/a"], in: london, at: noon)
    let filters: JSON = [["Key": "name", "Values": .array(values.map { .string($0) })]]
    let answer = call("secretsmanager:ListSecrets", ["Filters": filters])
    #expect(answer?["SecretList"]?.array?.compactMap { $0["Name"]?.string } == names)
  }

  @Test func `pages have at most 100`() {
    var call = Caller()
    call.aws.seedSecrets(Estate.secrets(250), in: london, at: noon)
    let pages = call.pages("secretsmanager:ListSecrets", [:], list: "SecretList", token: "NextToken")
    #expect(pages.map(\.count) == [100, 100, 50])
    #expect(call.error("secretsmanager:ListSecrets", ["MaxResults": 101]) == "ValidationException")
  }

  @Test func `a stale listing shows what was true some time ago, a description what is true now`() {
    var call = Caller()
    call.aws.staleness = ["secretsmanager:ListSecrets": .seconds(300)]
    _ = call("secretsmanager:CreateSecret", ["Name": "a", "SecretString": "1"])
    call.now = noon + .seconds(299)
    #expect(call("secretsmanager:ListSecrets")?["SecretList"] == [])
    #expect(call.error("secretsmanager:DescribeSecret", ["SecretId": "a"]) == nil)
    call.now = noon + .seconds(300)
    #expect(call("secretsmanager:ListSecrets")?["SecretList"]?.array?.count == 1)
  }

  @Test func `a secret is found by name, ARN and ARN without its random end`() {
    var call = Caller()
    let arn = call("secretsmanager:CreateSecret", ["Name": "a/b", "SecretString": "1"])?["ARN"]?.string ?? ""
    for id in ["a/b", arn, String(arn.dropLast(7))] {
      let found = call("secretsmanager:DescribeSecret", ["SecretId": .string(id)])
      #expect(found?["Name"] == "a/b")
    }
  }
}

extension Caller {
  /// The labelled versions of a secret.
  mutating func stages(of secret: String) -> [String?: [String]] {
    let map = self("secretsmanager:DescribeSecret", ["SecretId": .string(secret)])?["VersionIdsToStages"]
    var stages: [String?: [String]] = [:]
    for member in map?.object ?? [] { stages[member.name] = member.value.array?.compactMap(\.string) }
    return stages
  }
}
